package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/trueup/trueup/provider/cloudstack"
)

// initChoice is what a first stack is made of: names, or ids where a name is not
// the only one of its sort.
type initChoice struct {
	Stack, Project, Zone, Offering, Template string // no Project is the account itself
	NetworkOffering                          string // "" in a zone that has security groups
}

// candidate is one thing that a cloud has to choose from.
type candidate struct{ name, id string }

// choose completes a choice with what the cloud has only one of, and asks for
// the rest.
func choose(ctx context.Context, a *asker, client *cloudstack.Client, c initChoice) (initChoice, error) {
	zones, err := cloudstack.Whole(ctx, client, cloudstack.ListZones{})
	if err != nil {
		return c, fmt.Errorf("list the zones: %w", err)
	}
	var candidates []candidate
	for _, z := range zones {
		if cmp.Or(z.AllocationState, "Enabled") == "Enabled" {
			candidates = append(candidates, candidate{z.Name, string(z.ID)})
		}
	}
	if c.Zone, err = a.one("zone", "Zone", c.Zone, candidates); err != nil {
		return c, err
	}
	zone := zones[slices.IndexFunc(zones, func(z cloudstack.Zone) bool { return z.Name == c.Zone || string(z.ID) == c.Zone })]

	offerings, err := cloudstack.Whole(ctx, client, cloudstack.ListServiceOfferings{})
	if err != nil {
		return c, fmt.Errorf("list the service offerings: %w", err)
	}
	candidates = nil
	for _, o := range offerings {
		if cmp.Or(o.State, "Active") == "Active" && !o.IsCustomized {
			candidates = append(candidates, candidate{o.Name, string(o.ID)})
		}
	}
	if c.Offering, err = a.one("offering", "Service offering", c.Offering, candidates); err != nil {
		return c, err
	}

	templates, err := cloudstack.Whole(ctx, client, cloudstack.ListTemplates{TemplateFilter: "executable"})
	if err != nil {
		return c, fmt.Errorf("list the templates: %w", err)
	}
	candidates = nil
	for _, t := range templates {
		if t.IsReady && (t.ZoneID == "" || t.ZoneID == zone.ID) {
			candidates = append(candidates, candidate{t.Name, string(t.ID)})
		}
	}
	if c.Template, err = a.one("template", "Template", c.Template, candidates); err != nil || hasGroups(zone) {
		return c, err
	}
	return chooseNetwork(ctx, a, client, c)
}

// hasGroups reports whether machines of a zone are in security groups.
func hasGroups(z cloudstack.Zone) bool {
	if on := z.SecurityGroupsEnabled; on.Set {
		return on.V
	}
	return z.NetworkType == "Basic"
}

// chooseNetwork chooses what an ordinary user can make an isolated network of.
func chooseNetwork(ctx context.Context, a *asker, client *cloudstack.Client, c initChoice) (initChoice, error) {
	networks, err := cloudstack.Whole(ctx, client, cloudstack.ListNetworkOfferings{})
	if err != nil {
		return c, fmt.Errorf("list the network offerings: %w", err)
	}
	var candidates []candidate
	for _, o := range networks {
		if cmp.Or(o.State, "Enabled") == "Enabled" && o.GuestIPType == "Isolated" && !o.ForVPC && !o.SpecifyVLAN {
			candidates = append(candidates, candidate{o.Name, string(o.ID)})
		}
	}
	c.NetworkOffering, err = a.one("network-offering", "Network offering", c.NetworkOffering, candidates)
	return c, err
}

// one finds what a flag names, or chooses.
func (a *asker) one(flag, what, given string, candidates []candidate) (string, error) {
	slices.SortFunc(candidates, func(a, b candidate) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.id, b.id)) })
	var options []string
	for i, o := range candidates {
		same := i > 0 && candidates[i-1].name == o.name || i+1 < len(candidates) && candidates[i+1].name == o.name
		if o.id == given {
			return o.id, nil
		}
		if same {
			options = append(options, o.id+" "+o.name)
		} else {
			options = append(options, o.name)
		}
	}
	switch {
	case given != "" && slices.Contains(options, given):
		return given, nil
	case given != "":
		return "", usagef("--%s %q: the cloud has %s", flag, given, listed(options))
	case len(options) == 0:
		return "", fmt.Errorf("the cloud has no %s that this account can use", strings.ToLower(what))
	case len(options) == 1:
		a.say("%s: %s, the only one\n", what, options[0])
		return idOr(options[0], candidates), nil
	case !a.mayAsk():
		return "", usagef("which %s is not known, and there is no terminal to ask on: say --%s; the cloud has %s", strings.ToLower(what), flag, listed(options))
	}
	picked, err := a.pick(what, options)
	return idOr(picked, candidates), err
}

// idOr is the id of an option that stands for one of several of the same name,
// else the name that the option is.
func idOr(option string, candidates []candidate) string {
	for _, o := range candidates {
		if option == o.id+" "+o.name {
			return o.id
		}
	}
	return option
}

// listed names options, the first ones of many.
func listed(options []string) string {
	if len(options) > shownOptions {
		return strings.Join(options[:shownOptions], ", ") + fmt.Sprintf(" and %d more", len(options)-shownOptions)
	}
	return strings.Join(options, ", ")
}

// yaml is the stack file.
func (c initChoice) yaml() string {
	project := ""
	if c.Project != "" {
		project = "project: " + scalarYAML(c.Project) + "\n"
	}
	text := `# yaml-language-server: $schema=` + schemaFile + `
# What this file declares, trueup makes; what it leaves out, trueup leaves alone.
version: 1
stack: ` + scalarYAML(c.Stack) + `
` + project + `zone: ` + scalarYAML(c.Zone) + `

defaults:
  vm:
    offering: ` + scalarYAML(c.Offering) + `
    template: ` + scalarYAML(c.Template) + `
`
	machine := "    networks: [web]\n"
	if c.NetworkOffering != "" {
		text += `
networks:
  web:
    offering: ` + scalarYAML(c.NetworkOffering) + "\n"
	} else {
		machine = "    securityGroups: [web]\n"
		text += `
securityGroups:
  web:
    description: Web traffic from everywhere
    ingress:
      - tcp/80,443 from any
      # - tcp/22 from 192.0.2.0/24        # your own network
`
	}
	return text + `
# sshKeys:
#   ops: {publicKey: {file: ops.pub}}     # and sshKeys: [ops] below

vms:
  web:
    count: 1                              # web-1; more make web-2 and so on
    displayName: Web ${index}
` + machine
}

// scalarYAML writes a text so that YAML reads it back, and ${ as it stands.
func scalarYAML(text string) string {
	data, err := yaml.Marshal(strings.ReplaceAll(text, "$", "$$"))
	if err != nil {
		panic(err) // a text can be written
	}
	return strings.TrimSuffix(string(data), "\n")
}
