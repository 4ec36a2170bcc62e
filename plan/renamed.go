package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// remarkRenamed says of what is made, and is declared as something is that goes,
// that it can be renamed instead: another name in the file is a deletion
// otherwise. Of the members of a count it says so once.
func (p *planner) remarkRenamed() {
	said := map[string]bool{}
	for _, r := range p.rows {
		if r.action != Create || len(r.spec()) == 0 {
			continue
		}
		suffix := strings.TrimPrefix(r.Name, r.want.Block)
		alike := filter(p.rows, func(other *row) bool { return strings.HasSuffix(other.Name, suffix) && r.declaredAs(other) })
		key := r.Kind + "/" + r.want.Block
		if len(alike) != 1 || said[key] {
			continue
		}
		said[key] = true
		p.remark(r, "", fmt.Sprintf("%s, which goes, is as this one is to be: was: %s renames it instead of deleting it",
			alike[0].Address, strings.TrimSuffix(alike[0].Name, suffix)))
	}
}

// declaredAs reports whether what goes at another address is as r is declared,
// but for what it is linked to, which may have other names now as well.
func (r *row) declaredAs(other *row) bool {
	if other.Kind != r.Kind || other.action != Delete || other.live.Gone {
		return false
	}
	there := *r
	there.live, there.have, there.stored = other.live, other.have, nil
	return !slices.ContainsFunc(there.compare(), func(d diff) bool {
		return d.field.Type != provider.Link && d.field.Type != provider.Links
	})
}
