package kind

import (
	"strings"
	"time"

	"github.com/trueup/trueup/provider"
)

// elasticIPTable is what there is to know of public addresses.
func elasticIPTable() *provider.Kind {
	zone := zoneField("The zone that the address is in; without it, that of the first machine in `attach`, else the stack's. It can't be changed.")
	zone.Inherit = "attach.zone"
	fields := []provider.Field{
		zone,
		{
			Name: "network", Code: "ne", Type: provider.Link, Kind: "network", Inherit: "attach.networks", Change: provider.Refuse,
			Doc: "The isolated network whose router has the address; without it, the first network of the first machine in `attach`. " +
				"An address can't move to another network: it would be released, and another one taken. " +
				"Clouds that share addresses between machines have no use for it.",
		},
		{
			Name: "attach", Code: "at", Type: provider.Links, Kind: "vm", Within: "network", Add: "attach", Remove: "detach",
			Doc: "The machines that answer under the address. With static NAT there is at most one; Exoscale's clouds allow many, " +
				"each of which must also be told of the address by itself. An empty list means none.",
		},
		firewallField("ingress", "openFirewall", "closeFirewall", "What may come in at the address: rules such as `tcp/80,443 from any`, for "+
			"what it is attached to and for port forwards and load balancers alike. An empty list means that nothing may; without the field "+
			"the rules are left alone. Each range of ports is one rule with all its sources: while these change, it is missing for a moment."),
		exclusiveField(),
		tagsField(),
		protectField(),
		keepField(),
		wasField(),
		adoptField(),
		onChangeField("What to do where `zone` or `network` differ: `replace` releases the address and takes another one. " +
			"Without an entry trueup refuses and explains."),
	}
	return &provider.Kind{
		Name:   "elasticIP",
		Plural: "elasticIPs",
		Doc: "A public address that belongs to the account and not to a machine: it can move from one to another and outlives " +
			"them. The cloud chooses which address it is; once released, it can't be had back.",
		Fields: fields,
		Operations: []provider.Operation{
			{Name: "associate", Command: "associateIpAddress", Doc: "reserve and take a free address", Slow: true},
			{Name: "attach", Command: "enableStaticNat", Instead: "addIpToNic", Doc: "attach it to the machine", Serial: true, Slow: true},
			{Name: "detach", Command: "disableStaticNat", Instead: "removeIpFromNic", Doc: "detach it from the machine", Serial: true, Slow: true},
			{Name: "openFirewall", Command: "createFirewallRule", Doc: "let traffic in", Serial: true, Slow: true},
			{Name: "closeFirewall", Command: "deleteFirewallRule", Doc: "stop letting traffic in", Serial: true, Slow: true},
			tagOperation(),
			untagOperation(),
			{Name: "release", Command: "disassociateIpAddress", Doc: "release the address", Slow: true},
		},
		Creation: []string{"associate"},
		Deletion: []string{"release"},
		TagType:  "PublicIpAddress",
		NoteID:   true,
		Nameless: true,
		After:    []string{"network"},
		Attach:   "attach",
		JobTime:  provider.Duration(10 * time.Minute),
		Marker:   "its id, which is noted on the anchor before the address is reserved",
		Zoned:    true,
		Limit:    "public_ip",
		Check: func(f provider.Fields) []provider.FieldError {
			return join(checkFirewall(f), checkTags(f), checkOnChange(f, fields, "replace"))
		},
		CheckCloud: checkAddress,
	}
}

// checkAddress refuses what static NAT can't do.
func checkAddress(f provider.Fields, c provider.Capabilities) []provider.FieldError {
	if c.SharedAddress {
		if !provider.Empty(f["firewall"]) {
			return []provider.FieldError{{Field: "firewall", Text: "addresses of this cloud have no firewall; use security groups"}}
		}
		return nil
	}
	var errs []provider.FieldError
	if machines, _ := f["attach"].([]provider.Ref); len(machines) > 1 {
		errs = append(errs, provider.FieldError{Field: "attach", Text: "this cloud attaches an address by static NAT, to one machine only; " +
			"declare an address for each machine, or, with network in place of attach, " + balancerInstead(machines)})
	}
	if provider.Empty(f["network"]) {
		errs = append(errs, provider.FieldError{Field: "network", Text: "an address belongs to an isolated network: name it, " +
			"or attach the address to a machine that is in one"})
	}
	return errs
}

// balancerInstead is the load balancer to write where one address is to serve
// several machines.
func balancerInstead(machines []provider.Ref) string {
	names := make([]string, len(machines))
	for i, r := range machines {
		names[i] = r.String()
	}
	return "spread it over them: `loadBalancers: {NAME: {address: THIS, port: 80, members: [" + strings.Join(names, ", ") + "]}}`"
}
