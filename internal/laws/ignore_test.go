package laws

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/simulator"
)

// ignoring finds the first operation of a plan that sets the field and was not
// tried, and the faults that its calls are ignored.
func (r *runner) ignoring(p place, made *plan.Plan, tried map[string]bool) (operation string, lies *simulator.Faults) {
	r.Helper()
	lies = &simulator.Faults{}
	for _, s := range made.Steps {
		_, sets := s.Op.Fields[p.field.Name]
		if s.Op.Address != p.address() || !sets || tried[p.key(s.Op.Name)] || !slices.Contains(setters(p.block.Kind, p.field), s.Op.Name) {
			continue
		}
		if operation = cmp.Or(operation, s.Op.Name); operation == s.Op.Name {
			calls := r.explain(resolvedOp(made, s.Op))
			lies.Faults = append(lies.Faults, faultOf(calls[len(calls)-1]))
		}
	}
	return operation, lies
}

// faultOf is the fault that a call is ignored. What is secret of it, or not known
// before, doesn't count.
func faultOf(call provider.Call) simulator.Fault {
	f := simulator.Fault{Do: simulator.Ignore, Command: call.Command, With: map[string]string{}}
	for _, param := range call.Params {
		if param.Value != "(hidden)" && !strings.HasPrefix(param.Value, "<") {
			f.With[param.Name] = param.Value
		}
	}
	return f
}

// explain tells what an operation would send.
func (r *runner) explain(op provider.Op) []provider.Call {
	r.Helper()
	calls, err := r.cloud.(provider.Explainer).Explain(r.ctx, op)
	if err != nil {
		r.Fatal(err)
	}
	return calls
}

// resolvedOp is an operation with the ids of what it links to.
func resolvedOp(p *plan.Plan, op provider.Op) provider.Op {
	op.Fields = maps.Clone(op.Fields)
	for name, value := range op.Fields {
		op.Fields[name] = provider.MapRefs(value, func(ref provider.Ref) provider.Ref {
			if ref.ID == "" && ref.Name != "" {
				ref.ID = p.IDs[ref.Address()]
			}
			return ref
		})
	}
	return op
}
