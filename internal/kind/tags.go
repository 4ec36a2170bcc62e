package kind

import (
	"context"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// tag and untag are the commands of [tagOperation] and [untagOperation].

func tag(tagType string) command {
	return job(plain(func(op provider.Op) cloudstack.CreateTags {
		return createTags(tagType, []string{op.ID}, userTagsOf(op))
	}), nil)
}

func untag(tagType string) command {
	return job(plain(func(op provider.Op) cloudstack.DeleteTags {
		return deleteTags(tagType, []string{op.ID}, userTagsOf(op))
	}), nil).unless(func(_ context.Context, _ *cloud, _ provider.Op, refusal error) (bool, error) {
		return noSuchTag(refusal), nil
	})
}

func userTagsOf(op provider.Op) map[string]string {
	tags, _ := op.Fields["tags"].(map[string]string)
	return tags
}
