package kind

import (
	"time"

	"github.com/trueup/trueup/provider"
)

// vmTable is what there is to know of machines.
func vmTable() *provider.Kind {
	fields := []provider.Field{
		zoneField("The zone that the machine runs in; without it, the stack's. It can't be changed."),
		{
			Name: "offering", Code: "of", Type: provider.Choice, Catalogue: "serviceOffering", Required: true, Set: "scale",
			Doc: "The service offering, by name or id: processors and memory.",
		},
		{
			Name: "template", Code: "te", Type: provider.Choice, Catalogue: "template", Required: true, Change: provider.Refuse,
			Modes: []string{"reinstall", "replace"},
			Doc:   "The template that the root disk is made from, by name or id.",
		},
		{
			Name: "rootDisk", Code: "rd", Type: provider.Bytes, Set: "growRoot", Change: provider.GrowOnly,
			Doc: "The size of the root disk, in whole GiB; without it, the template's. It can grow, never shrink. " +
				"The file system inside is the machine's own business.",
		},
		{
			Name: "disks", Code: "di", Type: provider.Nested, Kind: "volume", Via: "attach", Setting: true, Loose: true, Remove: "detachDisk",
			Doc: "Data disks of the machine, by name: `disks: {data: {offering: Small}}`. Each is a volume of its own, " +
				"`volume/web-1-data` for `data` under `web-1`, with the fields of one. A disk that the file doesn't name is left alone; " +
				"before the machine is deleted it is detached, and stays.",
		},
		{
			Name: "displayName", Code: "dn", Type: provider.Text, Set: "setDisplayName", ShowsName: true,
			Doc: "What people see in place of the name, up to 255 characters; without it, the name.",
		},
		{
			Name: "securityGroups", Code: "sg", Type: provider.Links, Kind: "securityGroup", Set: "setGroups",
			Doc: "The security groups that the machine is in, in zones that have them. Without the field CloudStack puts a new " +
				"machine into `default`.",
		},
		{
			Name: "networks", Code: "ne", Type: provider.Links, Kind: "network", Change: provider.Refuse,
			Doc: "The isolated networks that the machine is in, the default one first. A machine has either networks or security groups.",
		},
		{
			Name: "affinityGroups", Code: "ag", Type: provider.Links, Kind: "affinityGroup", Set: "setAffinity",
			Doc: "The affinity groups that say beside which machines this one may run. An empty list means none.",
		},
		{
			Name: "sshKeys", Code: "sk", Type: provider.Links, Kind: "sshKey", Set: "setKeys", Loose: true,
			Doc: "The SSH keys that the machine is given. CloudStack can exchange them but not take the last one away. " +
				"Where the template allows it, setting keys also makes a new password.",
		},
		{
			Name: "userData", Code: "ud", Type: provider.Content, Secret: true, Sum: userDataSum, Set: "setUserData",
			Modes: []string{"ignore", "update", "restart", "reinstall", "replace"},
			Doc: "What the machine's cloud-init reads when it starts first, up to 24,576 bytes. `onChange` beside the file says what a " +
				"difference leads to: `update`, which changes what the cloud hands out and leaves the machine alone, `restart`, " +
				"`reinstall`, `replace`, or `ignore`. It may hold secrets, so it is never shown.",
		},
		{
			Name: "power", Code: "po", Type: provider.Text, Enum: []string{"running", "stopped", "any"}, Default: "running",
			Doc: "Whether the machine runs: `running`, `stopped`, or `any`, which leaves that alone. A machine on its way counts as " +
				"having arrived: one that is starting runs. One whose deployment failed is in `error`, and is started again.",
		},
		{
			Name: "details", Code: "dl", Type: provider.Map, Subset: true, Change: provider.Refuse,
			Doc: "Settings of the machine that are given at its deployment, such as `cpuNumber` and `memory` of a custom offering. " +
				"Only the keys that the map names are compared.",
		},
		tagsField(),
		protectedMachineField(),
		keepField(),
		wasField(),
		adoptField(),
		onChangeField("What to do where a field differs that can't be changed in place, by field: `template: reinstall` makes the " +
			"root disk anew and keeps the machine; `replace` deletes the machine and deploys it again. Without an entry trueup " +
			"refuses and explains."),
		{
			Name: "update", Code: "up", Type: provider.Object, Setting: true,
			Doc: "How the members of a `count` or `each` are changed.",
			Fields: []provider.Field{
				{
					Name: "maxUnavailable", Code: "mu", Type: provider.Integer, Setting: true, Default: int64(1), Min: 1, Max: 1000,
					Doc: "How many of them may be down at once for changes that need a stop, or be replaced at once. Those that are down " +
						"already, not `ready` or not there yet count and are repaired first; once one does not come back, no other is touched.",
				},
				{
					Name: "order", Code: "or", Type: provider.Links, Kind: "vm", Setting: true,
					Doc: "Which of them go first, by name; the others follow in the order of their names.",
				},
				{
					Name: "pause", Code: "pa", Type: provider.Span, Setting: true,
					Doc: "How long to wait when one is back before the next goes down.",
				},
			},
		},
		{
			Name: "ready", Code: "re", Type: provider.Object, Setting: true,
			Doc: "When a machine that was made or started can be used. Until then an apply waits, and the next member of a `count` " +
				"does not go down. A machine that is not ready in time is a failure, and the next apply waits for it again.",
			Fields: []provider.Field{
				{
					Name: "tcp", Code: "tc", Type: provider.Integer, Setting: true, Required: true, Min: 1, Max: 65535,
					Doc: "The port that must accept a connection from where trueup runs, at the machine's public address or else at its own.",
				},
				{
					Name: "timeout", Code: "ti", Type: provider.Span, Setting: true, Default: readyTimeout,
					Doc: "How long that may take.",
				},
			},
		},
	}
	return &provider.Kind{
		Name:   "vm",
		Plural: "vms",
		Doc: "A virtual machine. Changes that need it stopped are made together, in one stop and start. When it is deleted, it is " +
			"stopped, leaves its security groups, gives back its name and is destroyed: CloudStack keeps a destroyed machine, and " +
			"whatever it still holds, until it expunges it, by default a day later.",
		Fields: fields,
		Operations: []provider.Operation{
			{Name: "deploy", Command: "deployVirtualMachine", Doc: "deploy the machine", Slow: true},
			{Name: "start", Command: "startVirtualMachine", Doc: "start the machine", Slow: true},
			{Name: "stop", Command: "stopVirtualMachine", Doc: "stop the machine", Slow: true},
			{Name: "ready", Doc: "wait until the machine is ready", Slow: true},
			{Name: "scale", Command: "scaleVirtualMachine", Doc: "change the offering", Stopped: true, Slow: true},
			{Name: "reinstall", Command: "restoreVirtualMachine", Doc: "make the root disk anew from the template", Slow: true},
			{Name: "growRoot", Command: "resizeVolume", Doc: "grow the root disk", Slow: true},
			{Name: "setDisplayName", Command: "updateVirtualMachine", Doc: "change the display name"},
			{Name: "setUserData", Command: "updateVirtualMachine", Doc: "change the user data"},
			{Name: "setGroups", Command: "updateVirtualMachine", Doc: "change the security groups", Stopped: true},
			{Name: "setAffinity", Command: "updateVMAffinityGroup", Doc: "change the affinity groups", Stopped: true},
			{Name: "setKeys", Command: "resetSSHKeyForVirtualMachine", Doc: "change the SSH keys", Stopped: true, Slow: true},
			tagOperation(),
			untagOperation(),
			{Name: "leaveGroups", Command: "updateVirtualMachine", Doc: "leave every security group", Stopped: true, If: "securityGroups", Frees: []string{"securityGroups"}},
			{Name: "rename", Command: "updateVirtualMachine", Doc: "give the name back"},
			{Name: "detachDisk", Command: "detachVolume", Doc: "detach a disk that the stack doesn't own", Slow: true},
			{Name: "destroy", Command: "destroyVirtualMachine", Doc: "destroy the machine", Slow: true},
		},
		Creation:       []string{"deploy"},
		Deletion:       []string{"stop", "leaveGroups", "rename", "destroy"},
		Commit:         "rename",
		BrokenDeletion: []string{"destroy"},
		Start:          "start",
		Stop:           "stop",
		Ready:          "ready",
		TagType:        "UserVm",
		Repeatable:     true,
		JobTime:        provider.Duration(30 * time.Minute),
		Marker:         "the detail `trueup` = `<stack>/<address>`, which is stored with the machine in its deployment",
		Zoned:          true,
		Limit:          "user_vm",
		Takes:          machineTakes,
		CheckName:      checkMachineName,
		Check:          func(f provider.Fields) []provider.FieldError { return checkMachine(f, fields) },
		CheckChosen:    checkMachineChoices,
	}
}
