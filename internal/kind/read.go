package kind

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// Read implements [provider.Reader]: the listings of all kinds in scope at once.
func (c *cloud) Read(ctx context.Context, scope provider.Scope) (*provider.Snapshot, error) {
	s := &survey{
		cloud: c, scope: scope,
		groups: newFact[[]cloudstack.SecurityGroup](), vms: newFact[[]cloudstack.VirtualMachine](), volumes: newFact[[]cloudstack.Volume](), keys: newFact[[]cloudstack.SSHKeyPair](),
	}
	snapshot := &provider.Snapshot{}
	tables := all()
	found := make([][]provider.Live, len(tables))
	var g sync.WaitGroup
	failures := make([]error, len(tables))
	anchors := false
	for i, k := range tables {
		if !scope.Includes(k.Name) {
			continue
		}
		anchors = anchors || k.noted()
		g.Go(func() {
			live, err := k.list(ctx, s)
			found[i], failures[i] = live, failedTo("list all "+k.Plural, err)
		})
	}
	g.Wait()
	if err := cmp.Or(failures...); err != nil { // always the same of several
		return nil, err
	}

	snapshot.Resources = slices.Concat(found...)
	slices.SortFunc(snapshot.Resources, provider.CompareLive)
	c.mark(snapshot.Resources)
	if anchors {
		groups, err := s.securityGroups(ctx) // read already, where groups are in scope
		if err != nil {
			return nil, failedTo("list all "+securityGroupTable().Plural, err)
		}
		snapshot.Anchors = append([]provider.Anchor{}, anchorsAmong(groups)...)
	}
	if s.hasAddresses(snapshot.Resources) {
		shared, err := c.sharesAddresses(ctx) // asked already
		if err != nil {
			return nil, err
		}
		snapshot.Capabilities.SharedAddress = shared
	}
	return snapshot, nil
}

// survey is one reading of the cloud. What several kinds need is read once.
type survey struct {
	*cloud
	scope   provider.Scope
	groups  fact[[]cloudstack.SecurityGroup]
	vms     fact[[]cloudstack.VirtualMachine]
	volumes fact[[]cloudstack.Volume]
	keys    fact[[]cloudstack.SSHKeyPair]
}

// declares reports whether any resource of the stack declares the field.
func (s *survey) declares(kind, field string) bool { return s.scope.Declares(kind, field) }

// hasAddresses reports whether addresses are declared or live: only then is it
// asked how the cloud attaches them.
func (s *survey) hasAddresses(live []provider.Live) bool {
	return s.scope.Declared["elasticIP"] != nil ||
		slices.ContainsFunc(live, func(l provider.Live) bool { return l.Kind == "elasticIP" })
}

// keyPairs are all keys of the account.
func (s *survey) keyPairs(ctx context.Context) ([]cloudstack.SSHKeyPair, error) {
	return s.keys.get(ctx, func(ctx context.Context) ([]cloudstack.SSHKeyPair, error) {
		return collect(ctx, s.client, cloudstack.ListSSHKeyPairs{})
	})
}

// securityGroups are all groups of the account, anchors included.
func (s *survey) securityGroups(ctx context.Context) ([]cloudstack.SecurityGroup, error) {
	return s.groups.get(ctx, func(ctx context.Context) ([]cloudstack.SecurityGroup, error) {
		groups, err := collect(ctx, s.client, cloudstack.ListSecurityGroups{})
		for i := range groups {
			groups[i] = s.owned(groups[i])
		}
		if err == nil && len(groups) > 0 {
			s.account.tell(groups[0].Account)
		}
		return groups, err
	})
}

// collect reads a whole list, again where it changed while its pages were read.
func collect[T any](ctx context.Context, client *cloudstack.Client, list cloudstack.ListCommand[T], opts ...cloudstack.CallOption) ([]T, error) {
	return cloudstack.Whole(ctx, client, list, opts...)
}

// mayExpunge asks whether the account may expunge machines itself
// (listCapabilities, allowuserexpungerecovervm).
func (c *cloud) mayExpunge(ctx context.Context) (bool, error) {
	return c.expunge.get(ctx, func(ctx context.Context) (bool, error) {
		can, err := cloudstack.Call(ctx, c.client, cloudstack.ListCapabilities{})
		return can.AllowUserExpungeRecoverVM, err
	})
}

// sharesAddresses asks whether one address can be on many machines: a cloud
// that attaches addresses so has no static NAT (listApis).
func (c *cloud) sharesAddresses(ctx context.Context) (bool, error) {
	return c.sharedAddress.get(ctx, func(ctx context.Context) (bool, error) {
		has, err := c.knows(ctx, "enableStaticNat")
		return !has, err
	})
}

// knows asks whether the server has a command, and the account may call it.
func (c *cloud) knows(ctx context.Context, name string) (bool, error) {
	apis, err := collect(ctx, c.client, cloudstack.ListAPIs{Name: name})
	if errors.Is(err, cloudstack.ErrNotFound) {
		return false, nil
	}
	return len(apis) > 0, err
}

// userTags are the tags that are the user's own, as the field tags.
func userTags(tags map[string]string) map[string]string {
	own := map[string]string{}
	for key, value := range tags {
		if !strings.HasPrefix(key, provider.TagPrefix) {
			own[key] = value
		}
	}
	return own
}

// tagMap makes a map of what a listing carries.
func tagMap(tags []cloudstack.ResourceTag) map[string]string {
	all := map[string]string{}
	for _, tag := range tags {
		all[tag.Key] = tag.Value
	}
	return all
}

// unlessUnknown is a listing of a kind that some clouds don't have, or don't let
// everybody use: where the stack declares none of it there is none then.
func unlessUnknown(kind, listCommand string, list func(context.Context, *survey) ([]provider.Live, error)) func(context.Context, *survey) ([]provider.Live, error) {
	return func(ctx context.Context, s *survey) ([]provider.Live, error) {
		live, err := list(ctx, s)
		if s.scope.Declared[kind] != nil || !errors.Is(err, cloudstack.ErrAuth) && !errors.Is(err, cloudstack.ErrForbidden) {
			return live, err
		}
		if has, asked := s.knows(ctx, listCommand); asked != nil || has {
			return nil, err
		}
		return nil, nil
	}
}
