package simulator

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// An api is what the recorded server tells of one of its commands.
type api struct {
	name, description, since string
	async                    bool
	params                   []apiParam
	object                   object // as listApis shows it
}

type apiParam struct {
	name     string
	kind     string // boolean, date, integer, list, long, map, string or uuid
	length   int    // the most characters of a text
	required bool
}

// loadAPIs reads the recorded descriptions of the commands that are built.
func loadAPIs() (map[string]api, error) {
	list, err := recordedList("apis")
	if err != nil {
		return nil, err
	}
	out := make(map[string]api, len(list))
	for _, o := range list {
		a := api{name: o.text("name"), async: o.text("isasync") == "true", object: o}
		raw, _ := o.get("params")
		for _, p := range raw.([]any) {
			p := p.(object)
			v, _ := p.get("length")
			n, _ := v.(number)
			var length int
			if err := json.Unmarshal([]byte(n), &length); err != nil {
				return nil, fmt.Errorf("recorded length of %s of %s: %w", p.text("name"), a.name, err)
			}
			a.params = append(a.params, apiParam{p.text("name"), p.text("type"), length, p.text("required") == "true"})
		}
		out[a.name] = a
	}
	return out, nil
}

// listAPIs tells of the commands that the caller may use and that are built here, no others.
func listAPIs(c *call) (object, *apiError) {
	name := c.params["name"]
	var found []api
	for _, cmd := range c.world.center.commands {
		if (name == "" || cmd.name == name) && (!cmd.adminOnly || c.admin()) {
			found = append(found, c.world.center.apis[cmd.name])
		}
	}
	if len(found) == 0 {
		return nil, refuse(codeInternal, csAPI, "Api Discovery plugin was unable to find an api by that name or process any apis")
	}
	slices.SortFunc(found, func(a, b api) int { return strings.Compare(a.name, b.name) })
	items := make([]object, len(found))
	for i, a := range found {
		items[i] = a.object
	}
	return object{{"count", len(items)}, {"api", items}}, nil
}
