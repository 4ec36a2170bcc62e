package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/trueup/trueup/provider/cloudstack"
)

// request suggests the words of trueup api: the server's commands, or the
// parameters of the one that was typed and their values. It goes by the kept
// catalogue: to ask for it takes too long while somebody types.
func (k *completion) request() {
	o, err := readCloud(k.Context)
	if err != nil {
		return
	}
	account, err := accountOf(k.env, o)
	if err != nil {
		return
	}
	catalog := userCache(time.Now).apis(account)
	if !k.Args().Present() {
		for api := range catalog.All() {
			k.suggest(api.Name, api.Description)
		}
		return
	}
	api, _ := catalog.API(k.Args().First())
	given := request{command: api.Name, params: url.Values{}}
	for _, word := range k.Args().Tail() {
		key, value, _ := strings.Cut(word, "=")
		name, _ := parameter(api, key)
		given.params.Set(name, value)
	}
	name, value, isValue := strings.Cut(k.word, "=")
	for _, param := range api.Params {
		switch {
		case isValue && strings.EqualFold(param.Name, name):
			k.lead, k.word = name+"=", value
			k.parameter(catalog, given, param)
		case !isValue && !given.has(param.Name):
			k.suggest(param.Name+"=", param.Description)
		}
	}
}

// parameter suggests values of a parameter: of a list, for its last element.
func (k *completion) parameter(catalog *cloudstack.Catalog, given request, param cloudstack.APIParam) {
	switch param.Type {
	case "boolean":
		k.words("true", "false")
		return
	case "list":
		if comma := strings.LastIndex(k.word, ","); comma >= 0 {
			k.take(strings.Split(k.word[:comma], ","))
			k.lead, k.word = k.lead+k.word[:comma+1], k.word[comma+1:]
		}
	case "uuid":
	default:
		return
	}
	for _, api := range listings(catalog, given.command, param) {
		if list, ok := listing(api, given); ok {
			k.live(".", list.command+"?"+list.params.Encode(), list.ids)
		}
	}
}

// ofWhat takes a command apart: "ServiceFor" of changeServiceForVirtualMachine is
// about something else than the id that it takes.
var ofWhat = regexp.MustCompile(`^[a-z]+(?:.*(?:To|From|For))?([A-Z].*)$`)

// listings are the commands that list what a parameter is the id of: the one of
// its name, as listZones is for zoneid and listNetworks for the id of
// deleteNetwork. Without one, those that the server calls related: it does so by
// the form of answers, in which firewall rules and port forwards are one.
func listings(catalog *cloudstack.Catalog, command string, param cloudstack.APIParam) []cloudstack.API {
	what := strings.TrimSuffix(strings.TrimSuffix(param.Name, "s"), "id")
	if parts := ofWhat.FindStringSubmatch(command); what == "" && parts != nil {
		what = parts[1]
	}
	if what == "" || param.Type == "list" && !strings.HasSuffix(param.Name, "ids") {
		return nil
	}
	for _, plural := range []string{what, what + "s", what + "es", strings.TrimSuffix(what, "y") + "ies"} {
		if api, ok := catalog.API("list" + plural); ok {
			return []cloudstack.API{api}
		}
	}
	var related []cloudstack.API
	for name := range strings.SplitSeq(param.Related, ",") {
		api, ok := catalog.API(strings.TrimSpace(name))
		known := slices.ContainsFunc(related, func(a cloudstack.API) bool { return a.Name == api.Name })
		if ok && !known && strings.HasPrefix(api.Name, "list") {
			related = append(related, api)
		}
	}
	return related
}

// listing is the call of a command that lists, as narrow as what is given beside
// the id allows. ok is false where something is missing that it needs.
func listing(api cloudstack.API, given request) (list request, ok bool) {
	list = request{command: api.Name, params: url.Values{}}
	for _, param := range api.Params {
		switch {
		case param.Name == "templatefilter" || param.Name == "isofilter":
			list.params.Set(param.Name, "executable")
		case param.Name == "details" && strings.Contains(param.Description, "min"):
			list.params.Set(param.Name, "min")
		case given.params.Has(param.Name) && (param.Required || param.Name == "zoneid" || param.Name == "projectid"):
			list.params.Set(param.Name, given.params.Get(param.Name))
		}
	}
	return list, list.missing(api) == nil
}

// ids asks for what is listed: ids, with what people know them by. Nothing else
// of the answer is looked at.
func (r request) ids(ctx context.Context, cloud *connection) ([]suggestion, error) {
	var found []suggestion
	for raw, err := range cloud.client.RawList(ctx, r.command, r.params) {
		if err != nil {
			return found, err
		}
		var item struct{ ID, Name, DisplayName, DisplayText, UserName, IPAddress, Description string }
		if json.Unmarshal(raw, &item) == nil {
			about := cmp.Or(item.Name, item.DisplayName, item.UserName, item.IPAddress, item.DisplayText, item.Description)
			found = append(found, suggestion{item.ID, firstSentence(about)})
		}
	}
	return found, nil
}
