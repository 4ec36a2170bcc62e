package kind

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// vm is the kind of virtual machines.
func vm() kind {
	return kind{
		Kind:  vmTable(),
		list:  listMachines,
		state: machineState,
		commands: map[string]command{
			"deploy": job(plain(deploy), made).shownBy(isDeployed).because(explainNameTaken),
			"start": job(plain(func(op provider.Op) cloudstack.StartVirtualMachine {
				return cloudstack.StartVirtualMachine{ID: cloudstack.ID(op.ID)}
			}), made).shownBy(isStarted).unless(machineIs(running)),
			"stop": job(plain(func(op provider.Op) cloudstack.StopVirtualMachine {
				return cloudstack.StopVirtualMachine{ID: cloudstack.ID(op.ID)}
			}), made).shownBy(isStopped),
			"scale": job(plain(func(op provider.Op) cloudstack.ScaleVirtualMachine {
				return cloudstack.ScaleVirtualMachine{ID: cloudstack.ID(op.ID), ServiceOfferingID: choice(op.Fields, "offering")}
			}), made).unless(machineHasOffering),
			"ready":     ready(),
			"reinstall": job(reinstall, made),
			"growRoot":  job(growRoot, nil),
			"setDisplayName": update(func(op provider.Op, cmd *cloudstack.UpdateVirtualMachine) {
				cmd.DisplayName = text(op.Fields, "displayName")
			}),
			"setUserData": update(func(op provider.Op, cmd *cloudstack.UpdateVirtualMachine) {
				cmd.UserData = userData(op)
			}),
			"setGroups": update(func(op provider.Op, cmd *cloudstack.UpdateVirtualMachine) {
				cmd.SecurityGroupIDs = links(op.Fields, "securityGroups")
			}),
			"setAffinity": job(plain(func(op provider.Op) cloudstack.UpdateVMAffinityGroup {
				return cloudstack.UpdateVMAffinityGroup{ID: cloudstack.ID(op.ID), AffinityGroupIDs: links(op.Fields, "affinityGroups")}
			}), made),
			"setKeys": job(plain(func(op provider.Op) cloudstack.ResetSSHKeyForVirtualMachine {
				cmd := cloudstack.ResetSSHKeyForVirtualMachine{ID: cloudstack.ID(op.ID)}
				cmd.KeyPair, cmd.KeyPairs = keyPairs(op)
				return cmd
			}), made),
			"tag":   tag("UserVm"),
			"untag": untag("UserVm"),
			"leaveGroups": update(func(_ provider.Op, cmd *cloudstack.UpdateVirtualMachine) {
				cmd.SecurityGroupIDs = []cloudstack.ID{}
			}).unless(notFound),
			"rename": update(func(op provider.Op, cmd *cloudstack.UpdateVirtualMachine) {
				cmd.Name = goneName(op.LiveName, op.ID)
			}).unless(notFound),
			"detachDisk": job(plain(func(op provider.Op) cloudstack.DetachVolume {
				return cloudstack.DetachVolume{ID: diskOf(op)}
			}), nil).unless(func(ctx context.Context, c *cloud, op provider.Op, refusal error) (bool, error) {
				op.ID = string(diskOf(op))
				return volumeIsOnNone(ctx, c, op, refusal)
			}),
			"destroy": job(destroy, nil).unless(notFound),
		},
	}
}

// deploy sends the marker as a detail, so that no crash can part a machine from
// the note that announced it.
func deploy(op provider.Op) cloudstack.DeployVirtualMachine {
	cmd := cloudstack.DeployVirtualMachine{
		Name:              op.LiveName,
		ZoneID:            choice(op.Fields, "zone"),
		ServiceOfferingID: choice(op.Fields, "offering"),
		TemplateID:        choice(op.Fields, "template"),
		DisplayName:       text(op.Fields, "displayName"),
		SecurityGroupIDs:  some(links(op.Fields, "securityGroups")),
		NetworkIDs:        some(links(op.Fields, "networks")),
		AffinityGroupIDs:  some(links(op.Fields, "affinityGroups")),
		UserData:          userData(op),
		Details:           map[string]string{},
	}
	cmd.KeyPair, cmd.KeyPairs = keyPairs(op)
	if size, ok := op.Fields["rootDisk"].(provider.Size); ok {
		cmd.RootDiskSize = cloudstack.Some(gib(size))
	}
	if text(op.Fields, "power") == stopped {
		cmd.StartVM = cloudstack.Some(false)
	}
	details, _ := op.Fields["details"].(map[string]string)
	maps.Copy(cmd.Details, details)
	if op.Marker != "" {
		cmd.Details[markerDetail] = op.Marker
	}
	return cmd
}

// some is the ids, or nil where there are none: nothing is to be said then.
func some(ids []cloudstack.ID) []cloudstack.ID {
	if len(ids) == 0 {
		return nil
	}
	return ids
}

// gib is a size in the unit of CloudStack's disks, rounded up.
func gib(size provider.Size) int { return int((size + provider.GiB - 1) / provider.GiB) }

// userData is what a machine is to read at its first start; nil where nothing
// is declared.
func userData(op provider.Op) cloudstack.UserData {
	blob, declared := op.Fields["userData"].(provider.Blob)
	if !declared {
		return nil
	}
	return append(cloudstack.UserData{}, blob.Data...)
}

// keyPairs are the names of the keys, which is how machines are given them: one
// in the parameter that every server has, several in that of 4.16 and later.
func keyPairs(op provider.Op) (one string, several []string) {
	refs, _ := op.Fields["sshKeys"].([]provider.Ref)
	if len(refs) == 1 {
		return refs[0].Live, nil
	}
	for _, r := range refs {
		several = append(several, r.Live)
	}
	return "", several
}

// made is what a job has made of a machine, with the password that it drew.
func made(m cloudstack.VirtualMachine) (provider.Result, error) {
	return provider.Result{ID: string(m.ID), LiveName: m.Name, Password: provider.Password(m.Password)}, nil
}

// update is an operation that is a call of updateVirtualMachine.
func update(set func(op provider.Op, cmd *cloudstack.UpdateVirtualMachine)) command {
	return call(plain(func(op provider.Op) cloudstack.UpdateVirtualMachine {
		cmd := cloudstack.UpdateVirtualMachine{ID: cloudstack.ID(op.ID)}
		set(op, &cmd)
		return cmd
	}), made)
}

// diskOf is the one disk that is detached.
func diskOf(op provider.Op) cloudstack.ID {
	for _, r := range provider.Refs(op.Fields["disks"]) {
		return cloudstack.ID(r.ID)
	}
	return ""
}

// reinstall gives the machine another root volume.
func reinstall(_ context.Context, c *cloud, op provider.Op) (cloudstack.RestoreVirtualMachine, error) {
	id := cloudstack.ID(op.ID)
	c.mu.Lock()
	delete(c.roots, id)
	c.mu.Unlock()
	return cloudstack.RestoreVirtualMachine{VirtualMachineID: id, TemplateID: choice(op.Fields, "template")}, nil
}

// growRoot resizes the machine's root volume, which it looks for unless the
// reading has shown it.
func growRoot(ctx context.Context, c *cloud, op provider.Op) (cloudstack.ResizeVolume, error) {
	size, _ := op.Fields["rootDisk"].(provider.Size)
	c.mu.Lock()
	root := cloudstack.Volume{ID: c.roots[cloudstack.ID(op.ID)]}
	c.mu.Unlock()
	var err error
	if root.ID == "" {
		root, err = cloudstack.One(ctx, c.client, cloudstack.ListVolumes{VirtualMachineID: cloudstack.ID(op.ID), Type: rootDisk})
	}
	return cloudstack.ResizeVolume{ID: root.ID, Size: cloudstack.Some(gib(size))}, err
}

// destroy expunges the machine too, where the account may do that: then its
// networks are free at once.
func destroy(ctx context.Context, c *cloud, op provider.Op) (cloudstack.DestroyVirtualMachine, error) {
	cmd := cloudstack.DestroyVirtualMachine{ID: cloudstack.ID(op.ID)}
	can, err := c.mayExpunge(ctx)
	if can {
		cmd.Expunge = cloudstack.Some(true)
	}
	return cmd, err
}

// explainNameTaken tells a name that a visible machine has from one that a
// destroyed machine holds until the cloud expunges it: both are 431, "already
// exists in the network domain".
func explainNameTaken(ctx context.Context, c *cloud, op provider.Op, refusal error) error {
	if !errors.Is(refusal, cloudstack.ErrExists) {
		return refusal
	}
	machines, err := collect(ctx, c.client, cloudstack.ListVirtualMachines{Name: op.LiveName, Details: []string{"min"}})
	if err != nil {
		return fmt.Errorf("%w; looking who has the name: %w", refusal, err)
	}
	for _, m := range machines {
		if m.Name == op.LiveName && !expunging(m) { // servers search for parts of names
			return as(provider.ErrExists, "the machine "+string(m.ID)+" has the name "+op.LiveName, refusal)
		}
	}
	return advising(as(provider.ErrExists, "a destroyed machine holds the name "+op.LiveName+" until the cloud expunges it", refusal),
		"wait for that, by default a day, and run the same command again; or give the machine another name; trueup's own deletions give the name back at once")
}
