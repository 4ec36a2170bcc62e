package cli

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"

	"github.com/trueup/trueup/provider/cloudstack"
)

// pageSize is the most that servers allow by default.
const pageSize = 500

// readPages reads a list to its end and gives it as one answer.
func readPages(ctx context.Context, client *cloudstack.Client, r request) (map[string]any, error) {
	size := pageSize
	if chosen, err := strconv.Atoi(r.params.Get("pagesize")); err == nil {
		size = chosen
	}
	var whole map[string]any // the first answer
	var key string
	var all, before []any
	for number := 1; ; number++ {
		answer, err := r.page(number, size).call(ctx, client)
		if number == 1 && errors.Is(err, cloudstack.ErrInvalid) && !r.has("pagesize") {
			// It may allow less: its own choice shows how much.
			answer, err = r.call(ctx, client)
			_, items := list(answer)
			size = len(items)
		}
		if err != nil {
			return nil, err
		}
		name, items := list(answer)
		if number == 1 {
			whole, key = answer, name
		} else if reflect.DeepEqual(items, before) { // a server that knows no pages answers the same again
			return merged(whole, key, all), nil
		}
		all = append(all, items...)
		if len(items) == 0 || len(items) != size || counted(answer, size) == len(all) {
			return merged(whole, key, all), nil
		}
		before = items
	}
}

// page is the request for one page, from 1.
func (r request) page(number, size int) request {
	params := maps.Clone(r.params)
	if params == nil {
		params = url.Values{}
	}
	params.Set("page", strconv.Itoa(number))
	params.Set("pagesize", strconv.Itoa(size))
	return request{r.command, params}
}

// list finds the list in an answer, by its key.
func list(answer map[string]any) (key string, items []any) {
	for _, key := range slices.Sorted(maps.Keys(answer)) {
		if items, ok := answer[key].([]any); ok {
			return key, items
		}
	}
	return "", nil
}

// counted is how much the server says the whole list holds. Some count the page:
// only a count above its size is surely the list's. Else it is -1.
func counted(answer map[string]any, size int) int {
	if number, ok := answer["count"].(json.Number); ok {
		if n, err := strconv.Atoi(number.String()); err == nil && n > size {
			return n
		}
	}
	return -1
}

// merged is the first answer with all items in it.
func merged(first map[string]any, key string, all []any) map[string]any {
	if len(all) == 0 {
		return first
	}
	whole := maps.Clone(first)
	whole["count"], whole[key] = len(all), all
	return whole
}
