package simulator

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
)

// apisFile holds what the recorded server's listApis tells of the commands that are built: related commands, parameters and the fields of
// answers.
//
//go:embed recorded/apis.json.gz
var apisFile []byte

// An api is what calls of one command are checked by.
type api struct {
	Name    string     `json:"name"`
	IsAsync bool       `json:"isasync"`
	Params  []apiParam `json:"params"`
}

type apiParam struct {
	Name     string `json:"name"`
	Type     string `json:"type"`   // boolean, date, integer, list, long, map, string or uuid
	Length   int    `json:"length"` // the most characters of a text
	Required bool   `json:"required"`
}

func recordedAPIs() ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(apisFile))
	if err != nil {
		return nil, fmt.Errorf("read recorded apis: %w", err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("read recorded apis: %w", err)
	}
	return data, nil
}

// loadAPIs reads what calls of each command are checked by.
func loadAPIs() (map[string]api, error) {
	data, err := recordedAPIs()
	if err != nil {
		return nil, err
	}
	var list []api
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("read recorded apis: %w", err)
	}
	out := make(map[string]api, len(list))
	for _, a := range list {
		out[a.Name] = a
	}
	return out, nil
}

// describedAPIs are the commands as listApis shows them. They are much to read and seldom asked for, so they are read when they first are.
var describedAPIs = sync.OnceValues(func() (map[string]object, error) {
	data, err := recordedAPIs()
	if err != nil {
		return nil, err
	}
	v, err := parseJSON(data)
	if err != nil {
		return nil, err
	}
	out := map[string]object{}
	for _, x := range v.([]any) {
		o := x.(object)
		out[o.text("name")] = o
	}
	return out, nil
})

// listAPIs tells of the commands that the caller may use and that are built here, no others.
func listAPIs(c *call) (object, *apiError) {
	described, err := describedAPIs()
	if err != nil {
		return nil, refuse(codeInternal, csAPI, "%v", err)
	}
	name := c.params["name"]
	var found []string
	for _, cmd := range c.world.center.commands {
		if (name == "" || cmd.name == name) && c.world.mayCall(cmd, c.account) {
			found = append(found, cmd.name)
		}
	}
	if len(found) == 0 {
		return nil, refuse(codeInternal, csAPI, "Api Discovery plugin was unable to find an api by that name or process any apis")
	}
	slices.Sort(found)
	items := make([]object, len(found))
	for i, name := range found {
		items[i] = described[name]
	}
	return object{{"count", len(items)}, {"api", items}}, nil
}
