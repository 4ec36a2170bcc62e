package kind

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// portForward is the kind of rules that hand ports of an address to a machine.
// The cloud gives a port of an address once, and stores no name.
func portForward() kind {
	return kind{
		Kind: portForwardTable(),
		list: unlessUnknown("portForward", "listPortForwardingRules", listPortForwards),
		commands: map[string]command{
			"create": job(plain(createPortForward), func(r cloudstack.PortForwardingRule) (provider.Result, error) {
				return provider.Result{ID: string(r.ID)}, nil
			}).because(explainPortTaken),
			"tag":   tag("PortForwardingRule"),
			"untag": untag("PortForwardingRule"),
			"delete": job(plain(func(op provider.Op) cloudstack.DeletePortForwardingRule {
				return cloudstack.DeletePortForwardingRule{ID: cloudstack.ID(op.ID)}
			}), nil).unless(notFound),
		},
	}
}

// createPortForward leaves the firewall alone, which is the address's to say.
func createPortForward(op provider.Op) cloudstack.CreatePortForwardingRule {
	address, _ := op.Fields["address"].(provider.Ref)
	machine, _ := op.Fields["machine"].(provider.Ref)
	from, to, _ := ports(text(op.Fields, "port"))
	targetFrom, targetTo, _ := ports(cmp.Or(text(op.Fields, "targetPort"), text(op.Fields, "port")))
	return cloudstack.CreatePortForwardingRule{
		IPAddressID: cloudstack.ID(address.ID), VirtualMachineID: cloudstack.ID(machine.ID), Protocol: text(op.Fields, "protocol"),
		PublicPort: from, PublicEndPort: cloudstack.Some(to), PrivatePort: targetFrom, PrivateEndPort: cloudstack.Some(targetTo),
		OpenFirewall: cloudstack.Some(false),
	}
}

// explainPortTaken tells that a port of an address is taken (537): nothing was
// made.
func explainPortTaken(_ context.Context, _ *cloud, _ provider.Op, refusal error) error {
	if errors.Is(refusal, cloudstack.ErrConflict) {
		return as(provider.ErrExists, "another rule has the port of this address, or a machine the whole address", refusal)
	}
	return refusal
}

func listPortForwards(ctx context.Context, s *survey) ([]provider.Live, error) {
	listed, err := collect(ctx, s.client, cloudstack.ListPortForwardingRules{})
	live := make([]provider.Live, len(listed))
	for i, r := range listed {
		tags := tagMap(r.Tags)
		live[i] = provider.Live{
			Kind: "portForward", ID: string(r.ID), Label: r.Protocol + "/" + portRange(r.PublicPort, r.PublicEndPort) + " of " + string(r.IPAddress), Tags: tags,
			Fields: provider.Fields{
				"address":    ref("elasticIP", r.IPAddressID, ""),
				"port":       portRange(r.PublicPort, r.PublicEndPort),
				"targetPort": portRange(r.PrivatePort, r.PrivateEndPort),
				"protocol":   strings.ToLower(r.Protocol),
				"machine":    ref("vm", r.VirtualMachineID, r.VirtualMachineName),
				"tags":       userTags(tags),
			},
		}
	}
	return live, err
}

// ports reads "80" or "8000-8010".
func ports(text string) (from, to int, ok bool) {
	first, last, isRange := strings.Cut(text, "-")
	from, err := strconv.Atoi(first)
	if to = from; isRange && err == nil {
		to, err = strconv.Atoi(last)
	}
	return from, to, err == nil && from >= 1 && from <= to && to <= maxPort && portRange(strconv.Itoa(from), strconv.Itoa(to)) == text
}

// portRange is the canonical text of ports.
func portRange(from, to string) string {
	if to == "" || from == to {
		return from
	}
	return from + "-" + to
}

func portForwardTable() *provider.Kind {
	fields := []provider.Field{
		{
			Name: "address", Code: "ar", Type: provider.Link, Kind: "elasticIP", Required: true, Change: provider.Replace, Occupies: "attach",
			Doc: "The address whose ports these are. One that is attached to a machine as a whole has none to give.",
		},
		{
			Name: "port", Code: "po", Type: provider.Text, Required: true, Change: provider.Replace,
			Doc: "The port of the address, `2222`, or a range of ports, `5000-5010`.",
		},
		{
			Name: "targetPort", Code: "tp", Type: provider.Text, Change: provider.Replace,
			Doc: "The port of the machine, or a range of as many; without it, the same as `port`.",
		},
		{
			Name: "protocol", Code: "pc", Type: provider.Text, Enum: []string{"tcp", "udp"}, Default: "tcp", Change: provider.Replace,
			Doc: "The protocol whose ports these are.",
		},
		{
			Name: "machine", Code: "ma", Type: provider.Link, Kind: "vm", Within: "address.network", Required: true, Change: provider.Replace,
			Doc: "The machine that answers. It is in the network of the address.",
		},
		tagsField(),
		protectField(),
		keepField(),
		wasField(),
		adoptField(),
	}
	return &provider.Kind{
		Name:   "portForward",
		Plural: "portForwards",
		Doc: "A port of a public address that leads to a port of a machine behind it. Who may use it is for the `firewall` of the address " +
			"to say. CloudStack can't change such a rule: a difference makes it anew, which takes a moment.",
		Fields: fields,
		Operations: []provider.Operation{
			{Name: "create", Command: "createPortForwardingRule", Doc: "forward the port", Slow: true},
			tagOperation(),
			untagOperation(),
			{Name: "delete", Command: "deletePortForwardingRule", Doc: "stop forwarding the port", Slow: true},
		},
		Creation: []string{"create"},
		Deletion: []string{"delete"},
		TagType:  "PortForwardingRule",
		Nameless: true,
		JobTime:  provider.Duration(10 * time.Minute),
		Marker:   "the job that creates it, whose id the note tells (`customjobid`)",
		Check:    func(f provider.Fields) []provider.FieldError { return join(checkPorts(f), checkTags(f)) },
	}
}

// checkPorts refuses ranges that createPortForwardingRule refuses.
func checkPorts(f provider.Fields) []provider.FieldError {
	port, target := text(f, "port"), text(f, "targetPort")
	from, to, ok := ports(port)
	if !ok {
		return complain("port", "%q is neither a port from 1 to 65535 nor a range such as 5000-5010", port)
	}
	targetFrom, targetTo, ok := ports(cmp.Or(target, port))
	switch {
	case !ok:
		return complain("targetPort", "%q is neither a port from 1 to 65535 nor a range such as 5000-5010", target)
	case targetTo-targetFrom != to-from:
		return complain("targetPort", "%s has not as many ports as %s", target, port)
	}
	return nil
}
