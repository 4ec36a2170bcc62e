package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// adopt takes over what lives under the row's declared name, where that is asked
// for: what no tag and no note of any stack claims. Where names don't tell, the
// file says which one is meant.
func (p *planner) adopt(r *row) {
	if !p.opts.Adopt || r.want == nil || r.live != nil {
		return
	}
	var found []*provider.Live
	for _, l := range p.meantToAdopt(r) {
		if p.ownerless(l) {
			found = append(found, l)
		}
	}
	switch {
	case len(found) == 1:
		r.live, r.adopted = found[0], true
		p.index.rowOf[r.live] = r
		delete(p.missing, identity{r.Kind, r.want.LiveName})
	case len(found) > 1:
		var ids []string
		for _, l := range found {
			ids = append(ids, l.ID)
		}
		p.refuse(Refused, r, "", fmt.Sprintf("%d resources named %s live and nobody owns them: ids %s", len(found), r.want.LiveName, strings.Join(ids, ", ")),
			"say which with adopt: ID, or rename or remove all but one of them")
	}
}

// meantToAdopt are the live resources that adopting the row may mean.
func (p *planner) meantToAdopt(r *row) []*provider.Live {
	id, _ := r.want.Fields[settingAdopt].(string)
	switch {
	case id == "" && r.kind.Nameless:
		return nil
	case id == "":
		return p.index.named(r.kind, r.want.LiveName)
	}
	if l := p.index.byID[identity{r.Kind, id}]; l != nil && !l.Gone {
		return []*provider.Live{l}
	}
	p.refuse(Mistake, r, settingAdopt, fmt.Sprintf("the cloud has no %s with id %s", r.Kind, id),
		"leave the line out to have one made, or found by its name")
	return nil
}

// ownerless reports whether no stack claims a live resource, this one included.
func (p *planner) ownerless(l *provider.Live) bool {
	at := identity{l.Kind, l.ID}
	if l.Tags[provider.TagStack] != "" || p.others.owned[at] != "" || p.others.begunWith[at] != "" || p.index.rowOf[l] != nil {
		return false
	}
	if p.kinds[l.Kind].UniqueName {
		_, begun := p.others.begunNamed(l.Kind, l.Name)
		return !begun
	}
	return !slices.ContainsFunc(p.others.names[l.Kind], func(c claimedName) bool { // a note makes the marker count
		return l.Marker == c.stack+"/"+l.Kind+"/"+c.name
	})
}

// guardAdopted refuses to lose what is only being taken over.
func (p *planner) guardAdopted() {
	for _, r := range p.rows {
		if r.adopted && (r.goes() || r.reinstalled()) {
			p.refuse(Refused, r, "", "it would be adopted and lost at once: "+strings.Join(r.reasons, "; "),
				"declare it as it is in the cloud, adopt it, and change it then")
		}
	}
}
