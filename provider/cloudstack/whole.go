package cloudstack

import (
	"cmp"
	"context"
	"maps"
	"reflect"
	"slices"
)

// readings is how often Whole reads a list that changes under its hands.
const readings = 3

// Whole reads a whole list as it was at one moment, as far as pages allow: when
// the list changed while its pages were read, a thing may have slipped from one
// page to the other and be missed, and the list is read again. If it changes
// every time, the result is everything that any reading showed, the latest form
// of each; things that were deleted meanwhile may be among them. A list of one
// page is read once.
//
// Changes are seen by the server's count and by ids that come twice; a template
// or ISO comes once for each of its zones.
func Whole[T any](ctx context.Context, c *Client, cmd ListCommand[T], opts ...CallOption) ([]T, error) {
	var latest []T
	earlier := map[itemKey]T{}
	for range readings {
		items, changed, err := readThrough(ctx, c, cmd, opts)
		if err != nil {
			return nil, err
		}
		latest = items
		if !changed {
			return latest, nil
		}
		for _, item := range items {
			if key := keyOf(item); key.id != "" {
				earlier[key] = item
			}
		}
	}
	return united(latest, earlier), nil
}

// readThrough reads all pages once and tells whether the list changed meanwhile.
func readThrough[T any](ctx context.Context, c *Client, cmd ListCommand[T], opts []CallOption) (items []T, changed bool, err error) {
	total := 0 // 0 where the server counts each page and not the list
	seen := map[itemKey]bool{}
	for page, err := range Pages(ctx, c, cmd, opts...) {
		if err != nil {
			return nil, false, err
		}
		switch {
		case page.Number == 1 && page.Total > len(page.Items):
			total = page.Total
		case total > 0 && page.Total != total:
			changed = true
		}
		for _, item := range page.Items {
			key := keyOf(item)
			if key.id != "" && seen[key] {
				changed = true
				continue
			}
			seen[key] = true
			items = append(items, item)
		}
	}
	return items, changed, nil
}

// united adds to the latest reading what only earlier ones have, by id and zone.
func united[T any](latest []T, earlier map[itemKey]T) []T {
	for _, item := range latest {
		delete(earlier, keyOf(item))
	}
	missed := slices.SortedFunc(maps.Keys(earlier), func(a, b itemKey) int {
		return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.zone, b.zone))
	})
	for _, key := range missed {
		latest = append(latest, earlier[key])
	}
	return latest
}

// itemKey tells the items of one list apart. Its id is empty where their type
// has none.
type itemKey struct{ id, zone ID }

func keyOf(item any) itemKey {
	v := reflect.ValueOf(item)
	if v.Kind() != reflect.Struct {
		return itemKey{}
	}
	text := func(field string) ID {
		if f := v.FieldByName(field); f.IsValid() && f.Kind() == reflect.String {
			return ID(f.String())
		}
		return ""
	}
	return itemKey{text("ID"), text("ZoneID")}
}
