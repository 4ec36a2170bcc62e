package kind

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

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
func (c *cloud) Catalogue(ctx context.Context, wanted provider.Wanted) (*provider.Catalogue, error) {
	entries := make([][]provider.Entry, len(wanted.Catalogues))
	result := &provider.Catalogue{Entries: map[string][]provider.Entry{}}
	g, ctx := errgroup.WithContext(ctx)
	for i, name := range wanted.Catalogues {
		read, ok := catalogues[name]
		if !ok {
			return nil, fmt.Errorf("there is no catalogue %q", name)
		}
		g.Go(func() (err error) {
			entries[i], err = read(ctx, c.client)
			return failedTo("list what the cloud offers: "+name, err)
		})
	}
	if wanted.Limits {
		g.Go(func() (err error) {
			result.Limits, err = c.limits(ctx)
			if result.LimitsUnread = errors.Is(err, cloudstack.ErrForbidden); result.LimitsUnread {
				return nil
			}
			return failedTo("list the account's limits", err)
		})
	}
	g.Go(func() (err error) {
		result.Commands, err = c.allowed(ctx, wanted.Commands)
		return failedTo("list the commands that the role may call", err)
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for i, name := range wanted.Catalogues {
		slices.SortFunc(entries[i], func(a, b provider.Entry) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Zone.Name, b.Zone.Name))
		})
		result.Entries[name] = entries[i]
	}
	return result, nil
}

// allowed tells which of some commands the role may call: nil where the server
// does not tell, for want of its API discovery plugin. Each is asked about by
// itself: all of them together are an answer of 2 MB (listApis).
func (c *cloud) allowed(ctx context.Context, commands []string) (map[string]bool, error) {
	answers := make([]bool, len(commands))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(asked)
	for i, name := range commands {
		g.Go(func() (err error) {
			answers[i], err = c.knows(ctx, name)
			return err
		})
	}
	err := g.Wait()
	if errors.Is(err, cloudstack.ErrAuth) || errors.Is(err, cloudstack.ErrForbidden) { // there is no such command as listApis
		return nil, nil
	}
	may := make(map[string]bool, len(commands))
	for i, name := range commands {
		may[name] = answers[i]
	}
	return may, err
}

// asked is how many commands are asked about at a time.
const asked = 4

// serviceOfferings tells of an offering whose processors and memory the machine
// chooses "custom", and of its bounds, where it has any, such as
// "mincpunumber".
func serviceOfferings(ctx context.Context, client *cloudstack.Client) ([]provider.Entry, error) {
	offerings, err := collect(ctx, client, cloudstack.ListServiceOfferings{})
	entries := make([]provider.Entry, len(offerings))
	for i, o := range offerings {
		entries[i] = provider.Entry{Named: named(o.Name, o.ID), Numbers: map[string]int64{
			"cpunumber": int64(o.CPUNumber), "cpuspeed": int64(o.CPUSpeed), "memory": int64(o.Memory), "rootdisksize": o.RootDiskSize,
		}}
		if o.IsCustomized {
			entries[i].Numbers["custom"] = 1
			for key, value := range o.ServiceOfferingDetails {
				if n, err := strconv.ParseInt(value, 10, 64); err == nil {
					entries[i].Numbers[strings.ToLower(key)] = n
				}
			}
		}
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
		entries[i] = provider.Entry{Named: named(t.Name, t.ID), Numbers: map[string]int64{"size": t.Size}}
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
		switch groups := z.SecurityGroupsEnabled; {
		case groups.Set && groups.V:
			entries[i].Numbers = map[string]int64{"withgroups": 1}
		case groups.Set:
			entries[i].Numbers = map[string]int64{"withoutgroups": 1}
		}
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

// limits are the account's limits, with what is used of them. Accounts and
// projects show both themselves.
func (c *cloud) limits(ctx context.Context) ([]provider.Limit, error) {
	quotas, err := c.quotas(ctx)
	if err != nil {
		return nil, err
	}
	var limits []provider.Limit
	for _, q := range quotas {
		most := int64(-1)
		if q.limit != "Unlimited" {
			if most, err = strconv.ParseInt(q.limit, 10, 64); err != nil {
				continue // a server that doesn't count this
			}
		}
		limit := provider.Limit{Type: q.resource, Max: most, Used: q.total}
		if q.resource == "primary_storage" {
			limit.Bytes, limit.Max, limit.Used = true, inBytes(limit.Max), inBytes(limit.Used)
		}
		limits = append(limits, limit)
	}
	return limits, nil
}

// inBytes is a number of GiB in bytes; -1, which stands for no limit, stays.
func inBytes(gib int64) int64 {
	if gib < 0 {
		return gib
	}
	return gib * int64(provider.GiB)
}

// quota is a limit as an account shows it: a number or "Unlimited".
type quota struct {
	resource string // resourcetypename
	limit    string
	total    int64 // in use
}

// quotas are those of the project (listProjects), or without one of the account
// (listAccounts). An administrator's listing has other accounts, too.
func (c *cloud) quotas(ctx context.Context) ([]quota, error) {
	if id := c.source.Project.ID; id != "" {
		p, err := cloudstack.One(ctx, c.client, cloudstack.ListProjects{ID: id})
		return []quota{
			{"cpu", p.CPULimit, p.CPUTotal}, {"memory", p.MemoryLimit, p.MemoryTotal}, {"network", p.NetworkLimit, p.NetworkTotal},
			{"primary_storage", p.PrimaryStorageLimit, p.PrimaryStorageTotal}, {"public_ip", p.IPLimit, p.IPTotal},
			{"snapshot", p.SnapshotLimit, p.SnapshotTotal}, {"template", p.TemplateLimit, p.TemplateTotal},
			{"user_vm", p.VMLimit, p.VMTotal}, {"volume", p.VolumeLimit, p.VolumeTotal}, {"vpc", p.VPCLimit, p.VPCTotal},
		}, err
	}
	a, err := c.ownAccount(ctx)
	return []quota{
		{"cpu", a.CPULimit, a.CPUTotal}, {"memory", a.MemoryLimit, a.MemoryTotal}, {"network", a.NetworkLimit, a.NetworkTotal},
		{"primary_storage", a.PrimaryStorageLimit, a.PrimaryStorageTotal}, {"project", a.ProjectLimit, a.ProjectTotal},
		{"public_ip", a.IPLimit, a.IPTotal}, {"snapshot", a.SnapshotLimit, a.SnapshotTotal}, {"template", a.TemplateLimit, a.TemplateTotal},
		{"user_vm", a.VMLimit, a.VMTotal}, {"volume", a.VolumeLimit, a.VolumeTotal}, {"vpc", a.VPCLimit, a.VPCTotal},
	}, err
}

// ownAccount is the account that asks. An administrator is shown others, too, and
// asks whose limits are its own (listResourceLimits).
func (c *cloud) ownAccount(ctx context.Context) (cloudstack.Account, error) {
	accounts, err := collect(ctx, c.client, cloudstack.ListAccounts{})
	if err != nil || len(accounts) == 1 {
		return append(accounts, cloudstack.Account{})[0], err
	}
	limits, err := collect(ctx, c.client, cloudstack.ListResourceLimits{})
	for _, a := range accounts {
		if len(limits) > 0 && a.Name == limits[0].Account && a.DomainID == limits[0].DomainID {
			return a, nil
		}
	}
	return cloudstack.Account{}, cmp.Or(err, errors.New("listAccounts doesn't show the account itself"))
}
