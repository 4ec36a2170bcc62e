package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/trueup/trueup/internal/render"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// explainCalls writes the calls of a plan that was checked against the cloud's
// catalogues.
func explainCalls(ctx context.Context, p *process, cloud provider.Cloud, made *plan.Plan) error {
	explainer, ok := cloud.(provider.Explainer)
	if !ok {
		return errors.New("this cloud can't explain its calls")
	}
	var steps, bookkeeping []render.Explained
	for _, s := range made.Steps {
		op := made.Preview(s)
		calls, err := explainer.Explain(ctx, op)
		if err != nil {
			return err
		}
		steps = append(steps, render.Explained{Title: s.ID + ": " + s.Doc, Needs: s.Needs, Calls: calls, Names: render.Names(op)})
	}
	for _, m := range made.Marks {
		if m.TagType == "" || len(m.Have)+len(m.Want) == 0 {
			continue // it stands on the anchor
		}
		id := m.ID
		if id == "" {
			id = "<id of " + m.Address.String() + ">"
		}
		calls, err := explainer.ExplainTags(ctx, m.TagType, id, m.Have, m.Resolve(id).Want)
		if err != nil {
			return err
		}
		bookkeeping = append(bookkeeping, render.Explained{Title: m.Address.String(), Calls: calls, Names: map[string]string{m.ID: m.Address.String()}})
	}
	_, err := fmt.Fprint(p.stdout, render.Explain(steps, bookkeeping, screen(p.stdout, p.env)))
	return err
}
