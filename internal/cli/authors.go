package cli

import (
	"context"
	"errors"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// nameAuthors adds to what drifted what happened to it last, and who did that,
// as far as the cloud's history tells. One that can't be read is noted, and is no
// failure: what differs is known without it.
func nameAuthors(ctx context.Context, cloud provider.Cloud, looks []*look) error {
	historian, ok := cloud.(provider.Historian)
	if !ok {
		return nil
	}
	var subjects []provider.Subject
	var changes []*plan.Change // of each subject
	for _, l := range looks {
		if l.err != nil {
			continue
		}
		for i := range l.made.Changes {
			if c := &l.made.Changes[i]; drifts(*c) {
				subjects, changes = append(subjects, provider.Subject{ID: c.ID, Name: l.liveName(c.Address)}), append(changes, c)
			}
		}
	}
	if len(subjects) == 0 {
		return nil
	}
	events, err := historian.History(ctx, subjects)
	switch {
	case ctx.Err() != nil:
		return err
	case errors.Is(err, provider.ErrForbidden):
		noteAll(looks, "who made the changes is not known: the role may not read the cloud's events")
	case err != nil:
		noteAll(looks, "who made the changes is not known: "+err.Error())
	default:
		for i, e := range events {
			changes[i].Last = e
		}
	}
	return nil
}

// liveName is the name that a resource of the stack has in the cloud, or would
// have.
func (l *look) liveName(a provider.Address) string {
	if declared := l.stack.Resource(a); declared != nil {
		return declared.LiveName
	}
	return ""
}

func noteAll(looks []*look, text string) {
	for _, l := range looks {
		if l.err == nil && len(l.made.Changes) > 0 {
			l.made.Notes = append(l.made.Notes, plan.Note{Text: text})
		}
	}
}
