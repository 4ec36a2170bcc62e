package plan

import (
	"fmt"
	"strings"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// readWas indexes the addresses that resources had before, by what the file says
// of them. Once a resource was renamed its tag or note tells its new address, and
// what the file says means nothing any more.
func (p *planner) readWas() {
	p.was = map[provider.Address]*row{}
	for i := range p.stack.Resources {
		res := &p.stack.Resources[i]
		name := formerName(res)
		old := provider.Address{Kind: res.Kind, Name: name}
		if name == "" || old == res.Address {
			continue
		}
		r := p.rowAt[res.Address]
		switch before := p.was[old]; {
		case p.rowAt[old] != nil:
			p.refuse(Mistake, r, settingWas, fmt.Sprintf("the file still declares %s", old), "a resource that was renamed is declared by its new name only")
		case before != nil:
			p.refuse(Mistake, r, settingWas, fmt.Sprintf("%s says as well that it was %s", before.Address, old), "")
		default:
			p.was[old] = r
		}
	}
}

// formerName is the name that a resource had by what the file says, "" where it
// says none. One name for all members of a count is that of the count.
func formerName(res *spec.Resource) string {
	name, _ := res.Fields[settingWas].(string)
	_, ofEach := res.Templates[settingWas]
	if rest, member := strings.CutPrefix(res.Name, res.Block+"-"); name != "" && member && !ofEach {
		return name + "-" + rest
	}
	return name
}

// ownNote is the note on the anchor that a row's resource is the stack's, or the
// zero one.
func (p *planner) ownNote(r *row) owns {
	if n, noted := p.anchor.owns[r.Address]; noted {
		return n
	}
	return p.anchor.owns[r.was]
}
