package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/spec"
)

// request is a command of the API with its parameters as the user gave them.
type request struct {
	command string
	params  url.Values
}

// carried are the parameters that every call carries by itself.
var carried = []string{"command", "response", "apikey", "signature", "signatureversion", "expires", "sessionkey"}

// readRequest reads COMMAND KEY=VALUE…. Its errors repeat no word that may be a
// value.
func readRequest(words []string) (request, error) {
	r := request{command: words[0], params: url.Values{}}
	if strings.Contains(r.command, "=") {
		return r, usagef("trueup api: the command comes first: trueup api COMMAND KEY=VALUE")
	}
	for i, word := range words[1:] {
		key, value, ok := strings.Cut(word, "=")
		switch {
		case !ok || key == "":
			return r, usagef("trueup api %s: argument %d is not KEY=VALUE", r.command, i+1)
		case slices.Contains(carried, strings.ToLower(key)):
			return r, usagef("trueup api %s: %s is not for you to give: every call carries it", r.command, key)
		case r.params.Has(key):
			return r, usagef("trueup api %s: %s is given twice; values of a list are separated by commas", r.command, key)
		}
		r.params.Set(key, value)
	}
	return r, nil
}

// call sends the request and gives the inside of the answer.
func (r request) call(ctx context.Context, client *cloudstack.Client) (map[string]any, error) {
	raw, err := client.Raw(ctx, r.command, r.params)
	if err != nil {
		return nil, err
	}
	answer, err := parseJSON(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.command, err)
	}
	inside, ok := answer.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s: the answer is not an object", r.command)
	}
	return inside, nil
}

// parseJSON keeps numbers as they are written.
func parseJSON(raw []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

// checkedRequest is a request in the words of the server's own description.
type checkedRequest struct {
	request
	paged  bool     // the command lists in pages
	doubts []string // what may be a mistake
}

// check compares a request with what the server offers; a nil catalogue has
// nothing against any.
func check(catalog *cloudstack.Catalog, o apiOptions) (checkedRequest, error) {
	checked := checkedRequest{request: request{command: o.command, params: url.Values{}}}
	if o.all && !strings.HasPrefix(strings.ToLower(o.command), "list") {
		return checked, usagef("trueup api %s: --all is for commands that list", o.command)
	}
	if o.all && o.has("page") {
		return checked, usagef("trueup api %s: --all reads every page: leave out page", o.command)
	}
	if catalog == nil {
		checked.request, checked.paged = o.request, true
		return checked, nil
	}
	api, ok := catalog.API(o.command)
	if !ok {
		return checked, noCommandNamed(catalog, o.command)
	}
	checked.command, checked.paged = api.Name, takes(api, "page")
	for given, values := range o.params {
		name, known := parameter(api, given)
		if !known {
			checked.doubts = append(checked.doubts, doubtful(api, given))
		}
		if checked.params.Has(name) {
			return checked, usagef("trueup api %s: %s is given twice; values of a list are separated by commas", api.Name, name)
		}
		checked.params[name] = values
	}
	slices.Sort(checked.doubts)
	return checked, checked.missing(api)
}

// missing is the error of required parameters that are not given.
func (r request) missing(api cloudstack.API) error {
	var names []string
	for _, p := range api.Params {
		if p.Required && !r.has(p.Name) {
			names = append(names, p.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	return usagef("trueup api %s: it needs %s=; see trueup api --help %[1]s", api.Name, strings.Join(names, "= and "))
}

// has reports whether a parameter is given, whole or in parts such as
// tags[0].key.
func (r request) has(name string) bool {
	for key := range r.params {
		if strings.EqualFold(root(key), name) {
			return true
		}
	}
	return false
}

// root is the parameter that tags[0].key is a part of: tags.
func root(key string) string {
	name, _, _ := strings.Cut(key, "[")
	return name
}

// parameter gives a parameter's name as the server writes it.
func parameter(api cloudstack.API, given string) (name string, known bool) {
	base := root(given)
	for _, p := range api.Params {
		if strings.EqualFold(p.Name, base) {
			return p.Name + given[len(base):], true
		}
	}
	return given, api.Async && given == "customjobid" // which no server lists
}

func takes(api cloudstack.API, param string) bool {
	return slices.ContainsFunc(api.Params, func(p cloudstack.APIParam) bool { return p.Name == param })
}

func doubtful(api cloudstack.API, given string) string {
	text := fmt.Sprintf("the server lists no parameter %s of %s and will not heed it", given, api.Name)
	if meant, ok := spec.Closest(root(given), paramNames(api)); ok {
		text += fmt.Sprintf("; did you mean %s?", meant)
	}
	return text
}

func paramNames(api cloudstack.API) []string {
	names := make([]string, len(api.Params))
	for i, p := range api.Params {
		names[i] = p.Name
	}
	return names
}

// noCommandNamed is the error of a command that the server doesn't offer.
func noCommandNamed(catalog *cloudstack.Catalog, name string) error {
	var names []string
	for api := range catalog.All() {
		names = append(names, api.Name)
	}
	if meant, ok := spec.Closest(name, names); ok {
		return usagef("the server offers you no command %q; did you mean %s?", name, meant)
	}
	return usagef("the server offers you no command %q; trueup api listApis lists them", name)
}
