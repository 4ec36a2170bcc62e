package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
)

// api is one command as listApis describes it.
type api struct {
	Name        string  `json:"name"`
	Description string  `json:"description"`
	Async       bool    `json:"isasync"`
	Params      []param `json:"params"`
	Response    []field `json:"response"`
}

type param struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Type        string `json:"type"`
	Required    bool   `json:"required"`
	Since       string `json:"since"`
}

type field struct {
	Name        string  `json:"name"`
	Description string  `json:"description"`
	Type        string  `json:"type"`
	Response    []field `json:"response"`
}

// readAPIs reads a recorded exchange of listApis; its order is random, ours is
// by name, with required parameters first.
func readAPIs(file string) (map[string]api, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var exchange struct {
		Body struct {
			Answer struct {
				APIs []api `json:"api"`
			} `json:"listapisresponse"`
		} `json:"body"`
	}
	if err := json.Unmarshal(raw, &exchange); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	apis := map[string]api{}
	for _, a := range exchange.Body.Answer.APIs {
		a.Params = append(a.Params, furtherParams[a.Name]...)
		for i, p := range a.Params {
			a.Params[i].Description = described(p.Description, a.Name+"."+p.Name, p.Name)
		}
		sort.Slice(a.Params, func(i, j int) bool {
			if a.Params[i].Required != a.Params[j].Required {
				return a.Params[i].Required
			}
			return a.Params[i].Name < a.Params[j].Name
		})
		apis[a.Name] = a
	}
	if len(apis) == 0 {
		return nil, fmt.Errorf("%s: no command in it", file)
	}
	return apis, nil
}

// has tells whether the command takes the parameter.
func (a api) has(name string) bool {
	for _, p := range a.Params {
		if p.Name == name {
			return true
		}
	}
	return false
}

// answersSuccess tells whether the command's result is only whether it worked.
func (a api) answersSuccess() bool {
	var success, others bool
	for _, f := range a.Response {
		switch f.Name {
		case "success":
			success = true
		case "", "displaytext", "jobid", "jobstatus":
		default:
			others = true
		}
	}
	return success && !others
}

// mutating tells whether the command may change something: by CloudStack's
// naming, everything that does not list, get or query. The few exceptions, such
// as getUploadParamsForVolume, are not among what is generated.
func mutating(command string) bool {
	for _, read := range []string{"list", "get", "query"} {
		if strings.HasPrefix(command, read) {
			return false
		}
	}
	return true
}

// collectTypes merges, for every answer type, the fields of all commands and of
// all nested answers that are of this type.
func collectTypes(apis map[string]api) (map[string][]field, error) {
	merged := map[string]map[string]field{}
	var add func(goType string, fields []field)
	add = func(goType string, fields []field) {
		if merged[goType] == nil {
			merged[goType] = map[string]field{}
		}
		for _, f := range fields {
			if f.Name == "" || skippedFields[f.Name] {
				continue
			}
			key := strings.ToLower(f.Name)
			if old, ok := merged[goType][key]; !ok || len(f.Response) > len(old.Response) || (old.Description == "" && f.Description != "") {
				merged[goType][key] = f
			}
			if nested := nestedTypes[key]; nested != "" && len(f.Response) > 0 {
				add(nested, f.Response)
			}
		}
	}
	for _, file := range specification {
		for _, t := range file.types {
			for _, command := range t.from {
				a, ok := apis[command]
				if !ok {
					return nil, fmt.Errorf("type %s: the server does not know %s", t.name, command)
				}
				add(t.name, a.Response)
			}
		}
	}
	types := map[string][]field{}
	for name := range merged {
		add(name, furtherFields[name])
	}
	for name, fields := range merged {
		for _, f := range fields {
			f.Description = described(f.Description, name+"."+strings.ToLower(f.Name))
			types[name] = append(types[name], f)
		}
		sort.Slice(types[name], func(i, j int) bool {
			a, b := types[name][i].Name, types[name][j].Name
			if rank(a) != rank(b) {
				return rank(a) < rank(b)
			}
			return strings.ToLower(a) < strings.ToLower(b)
		})
	}
	return types, nil
}

// described is our description under the first of the keys that has one, and
// the server's otherwise.
func described(servers string, keys ...string) string {
	for _, k := range keys {
		if d := descriptions[k]; d != "" {
			return d
		}
	}
	return servers
}

// rank puts what identifies a thing before the rest of its fields.
func rank(field string) int {
	for i, first := range []string{"id", "ruleid", "name", "displayname", "description", "displaytext", "state"} {
		if field == first {
			return i
		}
	}
	return 100
}
