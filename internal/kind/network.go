package kind

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// network is the kind of isolated guest networks.
func network() kind {
	return kind{
		Kind: networkTable(),
		list: listNetworks,
		commands: map[string]command{
			"create": call(plain(createNetwork), func(n cloudstack.Network) (provider.Result, error) {
				return provider.Result{ID: string(n.ID), LiveName: n.Name}, nil
			}),
			"update": job(plain(func(op provider.Op) cloudstack.UpdateNetwork {
				return cloudstack.UpdateNetwork{ID: cloudstack.ID(op.ID), DisplayText: text(op.Fields, "displayText")}
			}), nil),
			"openFirewall":  openEgress(),
			"closeFirewall": closeEgress(),
			"tag":           tag("Network"),
			"untag":         untag("Network"),
			"delete": job(plain(func(op provider.Op) cloudstack.DeleteNetwork {
				return cloudstack.DeleteNetwork{ID: cloudstack.ID(op.ID)}
			}), nil).unless(notFound).because(explainNetworkInUse),
		},
	}
}

// createNetwork puts the marker at the end of the display text, which is the
// network's name where none is declared.
func createNetwork(op provider.Op) cloudstack.CreateNetwork {
	gateway, netmask := gatewayAndNetmask(op.Fields)
	return cloudstack.CreateNetwork{
		Name:              op.LiveName,
		ZoneID:            choice(op.Fields, "zone"),
		NetworkOfferingID: choice(op.Fields, "offering"),
		DisplayText:       withMarker(cmp.Or(text(op.Fields, "displayText"), op.LiveName), op.Marker),
		Gateway:           gateway,
		Netmask:           netmask,
	}
}

// listNetworks reads the account's isolated networks; shared ones belong to the
// cloud.
func listNetworks(ctx context.Context, s *survey) ([]provider.Live, error) {
	networks, err := collect(ctx, s.client, cloudstack.ListNetworks{Type: "Isolated"})
	if err != nil {
		return nil, err
	}
	egress := map[cloudstack.ID][]cloudstack.FirewallRule{}
	if s.declares("network", "firewall") {
		egress, err = s.firewalls(ctx, cloudstack.ListEgressFirewallRules{}, func(r cloudstack.FirewallRule) cloudstack.ID { return r.NetworkID })
		if err != nil {
			return nil, err
		}
	}
	live := make([]provider.Live, len(networks))
	for i, n := range networks {
		tags, zone := tagMap(n.Tags), named(n.ZoneName, n.ZoneID)
		display, marker := withoutMarker(n.DisplayText)
		live[i] = provider.Live{
			Kind: "network", ID: string(n.ID), Name: n.Name, Zone: zone, Tags: tags, Marker: marker,
			Fields: provider.Fields{
				"zone":        zone,
				"offering":    named(n.NetworkOfferingName, n.NetworkOfferingID),
				"displayText": display,
				"cidr":        string(n.CIDR),
				"gateway":     string(n.Gateway),
				"tags":        userTags(tags),
			},
		}
		if s.declares("network", "firewall") {
			live[i].Fields["firewall"] = egressRules(egress[n.ID], n.CIDR)
		}
	}
	return live, nil
}

var networkMarker = regexp.MustCompile(` ?\[trueup ([^\]]+)\]$`)

func withMarker(display, marker string) string {
	if marker == "" {
		return display
	}
	return display + " [trueup " + marker + "]"
}

// withoutMarker splits what withMarker has joined.
func withoutMarker(display string) (text, marker string) {
	found := networkMarker.FindStringSubmatchIndex(display)
	if found == nil {
		return display, ""
	}
	return display[:found[0]], display[found[2]:found[3]]
}

// explainNetworkInUse tells which machines keep a network from being deleted
// (job error 530, "Failed to delete network"). One that no visible machine is
// in is held by destroyed ones.
func explainNetworkInUse(ctx context.Context, c *cloud, op provider.Op, refusal error) error {
	if !errors.Is(refusal, cloudstack.ErrInUse) {
		return refusal
	}
	machines, err := collect(ctx, c.client, cloudstack.ListVirtualMachines{NetworkID: cloudstack.ID(op.ID), Details: []string{"min"}})
	if err != nil {
		return fmt.Errorf("%w; looking who uses it: %w", refusal, err)
	}
	var names []string
	for _, m := range machines {
		if !expunging(m) {
			names = append(names, m.Name)
		}
	}
	if len(names) > 0 {
		slices.Sort(names)
		return as(nil, "machines are in it that have to go first: "+strings.Join(names, ", "), refusal)
	}
	return as(provider.ErrHeld, "destroyed machines hold it until the cloud expunges them", refusal)
}

func networkTable() *provider.Kind {
	fields := []provider.Field{
		zoneField("The zone that the network is in; without it, the stack's. It can't be changed."),
		{
			Name: "offering", Code: "of", Type: provider.Choice, Catalogue: "networkOffering", Required: true, Change: provider.Refuse,
			Doc: "The network offering, by name or id: what the network can do (NAT, DHCP, load balancing). " +
				"Another offering means another network, with every machine in it replaced.",
		},
		{
			Name: "displayText", Code: "dt", Type: provider.Text, Set: "update", ShowsName: true,
			Doc: "What people see beside the name, up to 128 characters.",
		},
		{
			Name: "cidr", Code: "ci", Type: provider.Text, Change: provider.Refuse,
			Doc: "The range of addresses inside the network, such as `10.1.1.0/24`. Without it the cloud chooses.",
		},
		{
			Name: "gateway", Code: "gw", Type: provider.Text, Change: provider.Refuse,
			Doc: "The router's address in the network. Without it, the first address of `cidr`.",
		},
		firewallField("egress", "openFirewall", "closeFirewall", "What may leave the network: rules such as `tcp/443 to any`. An empty list means "+
			"no rules; without the field they are left alone. Whether traffic that no rule names may leave is the offering's to say "+
			"(`egressdefaultpolicy`): where it may, rules forbid what they name. Each range of ports is one rule with all its destinations."),
		exclusiveField(),
		tagsField(),
		protectField(),
		keepField(),
		wasField(),
		adoptField(),
		onChangeField("What to do where `zone`, `offering`, `cidr` or `gateway` differ: `replace` deletes the network and creates " +
			"it anew. Without an entry trueup refuses and explains."),
	}
	return &provider.Kind{
		Name:   "network",
		Plural: "networks",
		Doc: "An isolated network: machines with private addresses behind a router of their own. It can be deleted only " +
			"when the cloud has expunged the last machine that was in it, which by default takes a day; until then it is " +
			"reported as waiting.",
		Fields: fields,
		Operations: []provider.Operation{
			{Name: "create", Command: "createNetwork", Doc: "create the network"},
			{Name: "update", Command: "updateNetwork", Doc: "change the display text"},
			{Name: "openFirewall", Command: "createEgressFirewallRule", Doc: "make a rule about what leaves", Serial: true, Slow: true},
			{Name: "closeFirewall", Command: "deleteEgressFirewallRule", Doc: "remove a rule about what leaves", Serial: true, Slow: true},
			tagOperation(),
			untagOperation(),
			{Name: "delete", Command: "deleteNetwork", Doc: "delete the network", Slow: true},
		},
		Creation:  []string{"create"},
		Deletion:  []string{"delete"},
		TagType:   "Network",
		JobTime:   provider.Duration(15 * time.Minute),
		Marker:    "`[trueup <stack>/<address>]` at the end of its display text, until the text is changed",
		Zoned:     true,
		Limit:     "network",
		CheckName: checkPlainName("a network"),
		Check: func(f provider.Fields) []provider.FieldError {
			return join(
				checkShownText(f, "displayText", maxDisplayText),
				checkRange(f),
				checkFirewall(f),
				checkTags(f),
				checkOnChange(f, fields, "replace"),
			)
		},
		CheckChosen: checkZoneIsolates,
	}
}

// maxDisplayText leaves room for the marker in the 255 characters that
// CloudStack keeps of a display text.
const maxDisplayText = 128
