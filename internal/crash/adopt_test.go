package crash

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

// TestAdoptFinishesWhatABrokenAdoptBegan: what a stack made lost every sign of
// whose it is; another version of the stack takes it over, and changes it.
func TestAdoptFinishesWhatABrokenAdoptBegan(t *testing.T) {
	story{before: written(t, beforeUpdate), hands: disown, stack: written(t, afterUpdate), command: "adopt"}.sweep(t)
}

// disown takes the signs of the stack shop off what the user has.
func disown(p *playground) {
	p.Helper()
	raw, err := p.user.Raw(p.Context(), "listTags", nil)
	if err != nil {
		p.Fatal(err)
	}
	var answer struct {
		Tag []struct{ Key, Value, ResourceID, ResourceType string }
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		p.Fatal(err)
	}
	ours := map[string]bool{}
	for _, tag := range answer.Tag {
		ours[tag.ResourceID] = ours[tag.ResourceID] || tag.Key == "trueup.stack" && tag.Value == "shop"
	}
	for _, tag := range answer.Tag {
		if ours[tag.ResourceID] && strings.HasPrefix(tag.Key, "trueup.") {
			p.call(p.user, "deleteTags", url.Values{"resourcetype": {tag.ResourceType}, "resourceids": {tag.ResourceID}, "tags[0].key": {tag.Key}, "tags[0].value": {tag.Value}})
		}
	}
	anchor := p.find(p.user, "listSecurityGroups", nil, "trueup.shop")
	p.call(p.user, "deleteSecurityGroup", url.Values{"id": {anchor}})
}
