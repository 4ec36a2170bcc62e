package kind

import (
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/provider"
)

// explained holds every operation of these tests to what was told of it before:
// the same commands with the same parameters, but for what can't be known then.
func (b *bench) explained(op provider.Op, start func() (provider.Job, error)) (provider.Job, error) {
	b.t.Helper()
	told, err := b.cloud.(provider.Explainer).Explain(b.t.Context(), op)
	if err != nil {
		b.t.Errorf("%s: explain: %v", op.Name, err)
	}
	before := len(b.sim.Requests())
	job, failed := start()
	if failed != nil {
		return job, failed
	}
	var sent []provider.Call
	for _, r := range b.sim.Requests()[before:] {
		if strings.HasPrefix(r.Command, "list") || strings.HasPrefix(r.Command, "query") {
			continue
		}
		call := provider.Call{Command: r.Command}
		for name, value := range r.Params {
			if !slices.Contains(aroundACall, name) {
				call.Params = append(call.Params, provider.Param{Name: name, Value: value})
			}
		}
		slices.SortFunc(call.Params, func(a, b provider.Param) int { return strings.Compare(a.Name, b.Name) })
		sent = append(sent, call)
	}
	for i := range min(len(told), len(sent)) {
		for j, p := range told[i].Params {
			if (p.Value == "(hidden)" || strings.HasPrefix(p.Value, "<")) && j < len(sent[i].Params) {
				told[i].Params[j].Value = sent[i].Params[j].Value
			}
		}
		if diff := cmp.Diff(told[i], sent[i]); diff != "" {
			b.t.Errorf("%s (-told +sent):\n%s", op.Name, diff)
		}
	}
	unknown := slices.ContainsFunc(told, func(c provider.Call) bool {
		return slices.ContainsFunc(c.Params, func(p provider.Param) bool { return strings.HasPrefix(p.Value, "<") })
	})
	if len(told) != len(sent) && !(unknown && len(sent) == 0) { // it may have been done already
		b.t.Errorf("%s: told of %v, sent %v", op.Name, told, sent)
	}
	return job, nil
}

// aroundACall are the parameters that the client adds to every call.
var aroundACall = []string{"command", "response", "signatureversion", "expires", "customjobid", "apikey", "signature", "apiKey", "signatureVersion"}
