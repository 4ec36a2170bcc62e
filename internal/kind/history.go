package kind

import (
	"context"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// historyPages is how many pages of events are read at most: the last 2,000 of
// the account.
const historyPages = 4

// History implements [provider.Historian] with listEvents, whose events come
// the latest first. That tags were set is no event of a resource.
func (c *cloud) History(ctx context.Context, subjects []provider.Subject) ([]provider.Event, error) {
	found := make([]provider.Event, len(subjects))
	byID, byName := map[string][]int{}, map[string][]int{}
	for i, s := range subjects {
		if s.ID != "" {
			byID[s.ID] = append(byID[s.ID], i)
		} else if s.Name != "" {
			byName[s.Name] = append(byName[s.Name], i)
		}
	}
	open := len(byID) + len(byName)
	note := func(of map[string][]int, key string, e cloudstack.Event) {
		for _, i := range of[key] {
			found[i] = provider.Event{User: e.Username, Time: e.Created.UTC(), Type: e.Type}
		}
		if len(of[key]) > 0 {
			delete(of, key)
			open--
		}
	}
	for page, err := range cloudstack.Pages(ctx, c.client, cloudstack.ListEvents{}) {
		if err != nil {
			return nil, failedTo("list what happened", err)
		}
		for _, e := range latestFirst(page.Items) {
			if e.Level != "INFO" { // it failed
				continue
			}
			note(byID, string(e.ResourceID), e)
			if removal(e.Type) {
				note(byName, e.ResourceName, e)
			}
		}
		if open == 0 || page.Number == historyPages {
			break
		}
	}
	return found, nil
}

// latestFirst turns round what happened within one second, which is listed in
// the order in which it did.
func latestFirst(events []cloudstack.Event) []cloudstack.Event {
	sorted := slices.Clone(events)
	slices.Reverse(sorted)
	slices.SortStableFunc(sorted, func(a, b cloudstack.Event) int { return b.Created.Compare(a.Created) })
	return sorted
}

// removal reports whether an event of that type ends a resource.
func removal(eventType string) bool {
	for _, end := range []string{".DELETE", ".DESTROY", ".RELEASE", "IPRELEASE"} {
		if strings.HasSuffix(eventType, end) {
			return true
		}
	}
	return false
}
