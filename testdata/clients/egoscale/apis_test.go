package egoscale

import (
	"testing"

	"github.com/exoscale/egoscale"
)

func TestListAPIsDescribesTheCommands(t *testing.T) {
	t.Parallel()
	answer := request[*egoscale.ListAPIsResponse](t, connect(t), &egoscale.ListAPIs{})
	if answer.Count != len(answer.API) {
		t.Errorf("counts %d commands and lists %d", answer.Count, len(answer.API))
	}
	found := map[string]egoscale.API{}
	for _, api := range answer.API {
		if api.Description == "" {
			t.Errorf("%s has no description", api.Name)
		}
		found[api.Name] = api
	}
	for _, want := range []struct {
		command, param  string
		async, required bool
	}{
		{"listNetworks", "zoneid", false, false},
		{"deployVirtualMachine", "serviceofferingid", true, true},
		{"addIpToNic", "nicid", true, true},
		{"authorizeSecurityGroupIngress", "cidrlist", true, false},
		{"deleteSecurityGroup", "id", false, false},
	} {
		api, ok := found[want.command]
		if !ok {
			t.Errorf("%s is not listed", want.command)
			continue
		}
		if api.IsAsync != want.async {
			t.Errorf("%s is listed with isasync=%t", want.command, api.IsAsync)
		}
		if p := param(api, want.param); p.Name == "" || p.Type == "" || p.Required != want.required {
			t.Errorf("%s describes %s as %+v, want required=%t", want.command, want.param, p, want.required)
		}
	}
}

func param(api egoscale.API, name string) egoscale.APIParam {
	for _, p := range api.Params {
		if p.Name == name {
			return p
		}
	}
	return egoscale.APIParam{}
}
