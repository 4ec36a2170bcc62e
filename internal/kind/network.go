package kind

import "github.com/trueup/trueup/provider"

// networkTable describes isolated guest networks.
func networkTable() *provider.Kind {
	fields := []provider.Field{
		zoneField("The zone that the network is in; without it, the stack's. It can't be changed."),
		{
			Name: "offering", Code: "of", Type: provider.Choice, Catalogue: "networkOffering", Required: true, Change: provider.Refuse,
			Doc: "The network offering, by name or id: what the network can do (NAT, DHCP, load balancing). " +
				"Another offering means another network, with every machine in it replaced.",
		},
		{
			Name: "displayText", Code: "dt", Type: provider.Text, Set: "update",
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
		tagsField(),
		protectField(),
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
			tagOperation(),
			untagOperation(),
			{Name: "delete", Command: "deleteNetwork", Doc: "delete the network"},
		},
		Creation:  []string{"create"},
		Deletion:  []string{"delete"},
		TagType:   "Network",
		Marker:    "`[trueup <stack>/<address>]` at the end of its display text, until the text is changed",
		Zoned:     true,
		Limit:     "network",
		CheckName: checkPlainName("a network"),
		Check: func(f provider.Fields) []provider.FieldError {
			return join(
				checkText(f, "displayText", maxDisplayText),
				checkRange(f),
				checkTags(f),
				checkOnChange(f, fields, "replace"),
			)
		},
	}
}

// maxDisplayText leaves room for the marker in the 255 characters that
// CloudStack keeps of a display text.
const maxDisplayText = 128
