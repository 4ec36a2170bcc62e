package kind

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// CreateTags implements [provider.Keeper]. CloudStack does it as a job, all or
// nothing, and refuses a key that exists. Where many jobs end together, a listing
// that shows the tags of the first resource stands for the job's answer.
func (c *cloud) CreateTags(ctx context.Context, tagType string, ids []string, tags map[string]string) error {
	if len(ids) == 0 || len(tags) == 0 {
		return nil
	}
	err := c.protect(ctx, tagType, ids, nil, tags)
	if err == nil {
		var job *cloudstack.Job[cloudstack.Success]
		if job, err = cloudstack.Start(ctx, c.client, createTags(tagType, ids, tags)); err == nil {
			options, done := c.settleTags(tagType, provider.Job{ID: string(job.ID()), Resource: ids[0]}, tags)
			_, err = job.Wait(ctx, options...)
			done()
		}
	}
	return failedTo("tag "+tagType+" "+strings.Join(ids, ", "), err)
}

// DeleteTags implements [provider.Keeper]. CloudStack fails only where none of
// the tags is there with its value: for one tag that is compare-and-delete.
func (c *cloud) DeleteTags(ctx context.Context, tagType string, ids []string, tags map[string]string) error {
	if len(ids) == 0 || len(tags) == 0 {
		return nil
	}
	tried := "remove tags from " + tagType + " " + strings.Join(ids, ", ")
	err := c.protect(ctx, tagType, ids, tags, nil)
	if err == nil {
		err = cloudstack.Exec(ctx, c.client, deleteTags(tagType, ids, tags))
	}
	if noSuchTag(err) {
		return failedTo(tried, as(provider.ErrConflict, "it carries no such tag with that value", err))
	}
	return failedTo(tried, err)
}

// PostTags implements [provider.Keeper]. Nobody waits for the jobs.
func (c *cloud) PostTags(ctx context.Context, anchor string, create, remove map[string]string) error {
	var err error
	if len(create) > 0 {
		_, err = cloudstack.Start(ctx, c.client, createTags(provider.AnchorTagType, []string{anchor}, create))
	}
	if err == nil && len(remove) > 0 {
		_, err = cloudstack.Start(ctx, c.client, deleteTags(provider.AnchorTagType, []string{anchor}, remove))
	}
	return failedTo("tag the anchor "+anchor, err)
}

// noSuchTag reports whether deleteTags found no tag of that key and value: its
// job fails with 530 and a text that says nothing more.
func noSuchTag(err error) bool {
	refusal, ok := errors.AsType[*cloudstack.APIError](err)
	return ok && errors.Is(err, cloudstack.ErrJobFailed) && refusal.Code == 530
}

func createTags(tagType string, ids []string, tags map[string]string) cloudstack.CreateTags {
	cmd := cloudstack.CreateTags{ResourceType: tagType, ResourceIDs: idsOf(ids)}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		cmd.Tags = append(cmd.Tags, cloudstack.Tag{Key: key, Value: tags[key]})
	}
	return cmd
}

func deleteTags(tagType string, ids []string, tags map[string]string) cloudstack.DeleteTags {
	cmd := cloudstack.DeleteTags{ResourceType: tagType, ResourceIDs: idsOf(ids)}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		cmd.Tags = append(cmd.Tags, cloudstack.TagMatch{Key: key, Value: tags[key]})
	}
	return cmd
}

func idsOf(ids []string) []cloudstack.ID {
	typed := make([]cloudstack.ID, len(ids))
	for i, id := range ids {
		typed[i] = cloudstack.ID(id)
	}
	return typed
}

// Anchors implements [provider.Keeper].
func (c *cloud) Anchors(ctx context.Context) ([]provider.Anchor, error) {
	groups, err := collect(ctx, c.client, cloudstack.ListSecurityGroups{Keyword: provider.AnchorPrefix})
	if err != nil {
		return nil, failedTo("list the anchors of all stacks", err)
	}
	return anchorsAmong(groups), nil
}

// anchorsAmong picks the anchors out of a listing of groups.
func anchorsAmong(groups []cloudstack.SecurityGroup) []provider.Anchor {
	var anchors []provider.Anchor
	for _, g := range groups {
		if stack, ok := strings.CutPrefix(g.Name, provider.AnchorPrefix); ok {
			anchors = append(anchors, provider.Anchor{Stack: stack, ID: string(g.ID), Tags: tagMap(g.Tags)})
		}
	}
	slices.SortFunc(anchors, func(a, b provider.Anchor) int {
		return cmp.Or(cmp.Compare(a.Stack, b.Stack), cmp.Compare(a.ID, b.ID))
	})
	return anchors
}

// CreateAnchor implements [provider.Keeper]. CloudStack grants a name once.
func (c *cloud) CreateAnchor(ctx context.Context, stack string) (provider.Anchor, error) {
	g, err := cloudstack.Call(ctx, c.client, cloudstack.CreateSecurityGroup{
		Name:        provider.AnchorPrefix + stack,
		Description: "trueup keeps the lease and the notes of the stack " + stack + " here. Leave it empty.",
	})
	if err != nil {
		return provider.Anchor{}, failedTo("create the anchor of the stack "+stack, err)
	}
	return provider.Anchor{Stack: stack, ID: string(g.ID), Tags: map[string]string{}}, nil
}

// DeleteAnchor implements [provider.Keeper]. One that is gone is deleted.
func (c *cloud) DeleteAnchor(ctx context.Context, id string) error {
	err := cloudstack.Exec(ctx, c.client, cloudstack.DeleteSecurityGroup{ID: cloudstack.ID(id)})
	if errors.Is(err, cloudstack.ErrNotFound) {
		return nil
	}
	return failedTo("delete the anchor "+id, err)
}
