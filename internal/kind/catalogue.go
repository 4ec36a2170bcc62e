package kind

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// catalogues has how each catalogue that a field may choose from is read.
var catalogues = map[string]func(context.Context, *cloudstack.Client) ([]provider.Entry, error){
	"serviceOffering": serviceOfferings,
	"diskOffering":    diskOfferings,
	"template":        templates,
	"zone":            zones,
	"networkOffering": networkOfferings,
}

// Catalogue implements [provider.Reader].
func (c *cloud) Catalogue(ctx context.Context, names []string) (*provider.Catalogue, error) {
	entries := make([][]provider.Entry, len(names))
	result := &provider.Catalogue{Entries: map[string][]provider.Entry{}}
	g, ctx := errgroup.WithContext(ctx)
	for i, name := range names {
		if name == provider.Limits {
			g.Go(func() (err error) {
				result.Limits, err = limits(ctx, c.client)
				return failedTo("list the account's limits", err)
			})
			continue
		}
		read, ok := catalogues[name]
		if !ok {
			return nil, fmt.Errorf("there is no catalogue %q", name)
		}
		g.Go(func() (err error) {
			entries[i], err = read(ctx, c.client)
			return failedTo("list what the cloud offers: "+name, err)
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for i, name := range names {
		if name == provider.Limits {
			continue
		}
		slices.SortFunc(entries[i], func(a, b provider.Entry) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Zone.Name, b.Zone.Name))
		})
		result.Entries[name] = entries[i]
	}
	return result, nil
}

func serviceOfferings(ctx context.Context, client *cloudstack.Client) ([]provider.Entry, error) {
	offerings, err := collect(ctx, client, cloudstack.ListServiceOfferings{})
	entries := make([]provider.Entry, len(offerings))
	for i, o := range offerings {
		entries[i] = provider.Entry{Named: named(o.Name, o.ID)}
		if o.State != "" && o.State != "Active" {
			entries[i].Unusable = "its state is " + o.State
		}
	}
	return entries, err
}

// templates are those that the account may make machines from, one entry for
// each zone that has them.
func templates(ctx context.Context, client *cloudstack.Client) ([]provider.Entry, error) {
	listed, err := collect(ctx, client, cloudstack.ListTemplates{TemplateFilter: "executable"})
	entries := make([]provider.Entry, len(listed))
	for i, t := range listed {
		entries[i] = provider.Entry{Named: named(t.Name, t.ID)}
		if t.ZoneID != "" {
			entries[i].Zone = named(t.ZoneName, t.ZoneID)
		}
		if !t.IsReady {
			entries[i].Unusable = cmp.Or(t.Status, "it is not ready")
		}
	}
	return entries, err
}

func zones(ctx context.Context, client *cloudstack.Client) ([]provider.Entry, error) {
	listed, err := collect(ctx, client, cloudstack.ListZones{})
	entries := make([]provider.Entry, len(listed))
	for i, z := range listed {
		entries[i] = provider.Entry{Named: named(z.Name, z.ID)}
		if z.AllocationState != "" && z.AllocationState != "Enabled" {
			entries[i].Unusable = "it is " + z.AllocationState
		}
	}
	return entries, err
}

// networkOfferings tells which offerings an ordinary user can make an isolated
// network of.
func networkOfferings(ctx context.Context, client *cloudstack.Client) ([]provider.Entry, error) {
	listed, err := collect(ctx, client, cloudstack.ListNetworkOfferings{})
	entries := make([]provider.Entry, len(listed))
	for i, o := range listed {
		entries[i] = provider.Entry{Named: named(o.Name, o.ID)}
		switch {
		case o.State != "" && o.State != "Enabled":
			entries[i].Unusable = "its state is " + o.State
		case o.GuestIPType != "Isolated":
			entries[i].Unusable = "it is for networks of the type " + o.GuestIPType
		case o.ForVPC:
			entries[i].Unusable = "it is for networks of a VPC"
		case o.SpecifyVLAN:
			entries[i].Unusable = "it wants a VLAN, which only administrators may give"
		}
	}
	return entries, err
}

// limits are the account's limits, with what is used of them: listResourceLimits
// tells the one, listAccounts the other.
func limits(ctx context.Context, client *cloudstack.Client) ([]provider.Limit, error) {
	listed, err := collect(ctx, client, cloudstack.ListResourceLimits{})
	if err != nil || len(listed) == 0 {
		return nil, err
	}
	accounts, err := collect(ctx, client, cloudstack.ListAccounts{Name: listed[0].Account, DomainID: listed[0].DomainID})
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(accounts, func(a cloudstack.Account) bool {
		return a.Name == listed[0].Account && a.DomainID == listed[0].DomainID
	})
	if i < 0 {
		return nil, errors.New("listAccounts doesn't show the account " + listed[0].Account + " itself")
	}
	used := usage(accounts[i])
	var limits []provider.Limit
	for _, l := range listed {
		if n, known := used[l.ResourceTypeName]; known && l.Tag == "" {
			limits = append(limits, provider.Limit{Type: l.ResourceTypeName, Max: l.Max, Used: n})
		}
	}
	slices.SortFunc(limits, func(a, b provider.Limit) int { return cmp.Compare(a.Type, b.Type) })
	return limits, nil
}

// usage is what an account uses, by resourcetypename.
func usage(a cloudstack.Account) map[string]int64 {
	return map[string]int64{
		"user_vm":   a.VMTotal,
		"public_ip": a.IPTotal,
		"volume":    a.VolumeTotal,
		"snapshot":  a.SnapshotTotal,
		"template":  a.TemplateTotal,
		"project":   a.ProjectTotal,
		"network":   a.NetworkTotal,
		"vpc":       a.VPCTotal,
		"cpu":       a.CPUTotal,
		"memory":    a.MemoryTotal,
	}
}
