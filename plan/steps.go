package plan

import (
	"fmt"
	"slices"

	"github.com/trueup/trueup/provider"
)

// node is a step while its edges are still being found.
type node struct {
	Step
	row   *row
	rank  int // among all steps, by address and id
	needs []*node
	links []provider.Ref // to what must have been made before
}

func (n *node) after(others ...*node) {
	for _, o := range others {
		if o != nil && o != n {
			n.needs = append(n.needs, o)
		}
	}
}

// nodes are a row's steps by the part they play.
type nodes struct {
	all         []*node
	begin, gone *node              // first and last of the deletion
	first, made *node              // first and last of the creation
	free        map[string][]*node // deletion steps that give back the links of a field
	letGo       map[letting][]*node
	link        map[letting][]*node // steps that add one link of a field
	down, up    *node               // first and last of the time that it does not serve
	started     *node               // up, but for the wait until it is ready
	halt        *node               // stops it for good
	heal        *node               // starts what is broken
	cuts        []*node             // steps of others that let go of it before it goes
}

// letting is the end, or the beginning, of a field's link.
type letting struct {
	field string
	to    *row
}

// addSteps makes the steps of one row and the edges between them.
func (p *planner) addSteps(r *row) {
	r.nodes = nodes{free: map[string][]*node{}, letGo: map[letting][]*node{}, link: map[letting][]*node{}}
	switch r.action {
	case Create:
		p.addCreation(r)
	case Update, Forget:
		p.addUpdate(r)
	case Recreate:
		p.addDeletion(r)
		p.addCreation(r)
		r.nodes.down, r.nodes.up = r.nodes.begin, r.nodes.made
	case Delete:
		p.addDeletion(r)
	}
	p.addReady(r)
}

// step makes a node of one of the kind's operations. Detail tells steps of one
// operation apart.
func (p *planner) step(r *row, operation, detail string, fields provider.Fields) *node {
	op, ok := r.kind.Operation(operation)
	if !ok {
		panic(fmt.Sprintf("plan: the table of kind %s names an operation %q that it does not have", r.Kind, operation))
	}
	id := r.Address.String() + " " + operation
	if detail != "" {
		id += " " + detail
	}
	for again, base := 2, id; p.ids[id]; again++ {
		id = fmt.Sprintf("%s %d", base, again)
	}
	p.ids[id] = true
	n := &node{row: r, Step: Step{
		ID:      id,
		Op:      provider.Op{Kind: r.Kind, Name: operation, Address: r.Address, ID: r.id(), LiveName: r.liveName(), Fields: fields},
		Command: op.Command,
		Instead: op.Instead,
		Doc:     op.Doc,
		Slow:    op.Slow,
	}}
	if op.Serial {
		n.Serial = r.Address.String()
	}
	if operation != r.kind.Ready { // which has a limit of its own
		n.Limit = r.kind.JobTime
	}
	r.nodes.all = append(r.nodes.all, n)
	p.nodes = append(p.nodes, n)
	return n
}

// addCreation chains the operations that make the resource, then those that add
// what the first of them can't set.
func (p *planner) addCreation(r *row) {
	atOnce := provider.Fields{}
	for name, value := range r.wanted {
		if f, _ := r.kind.Field(name); !addedLater(f) {
			atOnce[name] = p.toBe(value)
		}
	}
	previous := r.nodes.gone
	creation := filter(r.kind.Creation, func(name string) bool {
		op, _ := r.kind.Operation(name)
		return op.If == "" || r.wanted[op.If] != nil
	})
	for i, name := range creation {
		n := p.step(r, name, "", atOnce)
		n.Op.ID = ""
		n.Op.LiveName = r.newName()
		n.Op.Marker = p.stack.Name + "/" + r.Address.String()
		n.after(previous)
		if i == 0 {
			n.Creates = true
			r.nodes.first = n
			for _, name := range sortedKeys(atOnce) {
				n.links = append(n.links, provider.Refs(atOnce[name])...)
			}
		}
		previous = n
	}
	r.nodes.made = previous
	previous.Ends = true
	for _, f := range r.kind.Fields {
		if !addedLater(f) {
			continue
		}
		value := r.wanted[f.Name]
		if rules, ok := value.([]provider.Rule); ok {
			value = unique(rules)
		}
		for _, n := range p.addElements(r, f, value) {
			n.Op.ID = ""
			n.Op.LiveName = r.newName()
			n.after(r.nodes.made)
		}
	}
}

// toBe is a value as an operation is to set it: links to resources of the stack
// lead to what lives, or will, under their address.
func (p *planner) toBe(v provider.Value) provider.Value {
	return provider.MapRefs(v, func(ref provider.Ref) provider.Ref {
		if to := p.target(ref); to != nil {
			ref.ID, ref.Live = "", to.liveName()
			if to.made() {
				ref.Live = to.newName()
			}
		}
		return ref
	})
}

// newName is the live name that a created resource gets.
func (r *row) newName() string {
	if r.kind.Nameless {
		return ""
	}
	return r.want.LiveName
}

// addedLater reports whether the elements of a field are added one by one after
// a creation, rather than by its operations or with the marks.
func addedLater(f provider.Field) bool {
	return byElement(f) && f.Add != "" && !f.Tags
}

// addElements makes the steps that add elements: one for all rules of equal
// protocol and ports, or for each link, or for all keys of a map.
func (p *planner) addElements(r *row, f provider.Field, added provider.Value) []*node {
	var made []*node
	switch added := p.toBe(added).(type) {
	case []provider.Rule:
		for _, rules := range byService(added) {
			made = append(made, p.step(r, f.Add, rules[0].Service(), provider.Fields{f.Name: rules}))
		}
	case []provider.Ref:
		for _, ref := range sortedRefs(added) {
			made = append(made, p.step(r, f.Add, ref.String(), provider.Fields{f.Name: []provider.Ref{ref}}))
		}
	case map[string]string:
		if len(added) > 0 {
			made = append(made, p.step(r, f.Add, "", provider.Fields{f.Name: added}))
		}
	}
	for _, n := range made {
		n.links = provider.Refs(n.Op.Fields[f.Name])
		for _, ref := range n.links {
			if to := p.target(ref); to != nil {
				r.nodes.link[letting{f.Name, to}] = append(r.nodes.link[letting{f.Name, to}], n)
			}
		}
	}
	return made
}

// removeElements makes the steps that remove elements: one for each rule as the
// cloud counts them, for each link, or for all keys of a map.
func (p *planner) removeElements(r *row, f provider.Field, removed provider.Value) []*node {
	var made []*node
	switch removed := removed.(type) {
	case []provider.Rule:
		if f.Whole {
			for _, rules := range byService(removed) {
				made = append(made, p.step(r, f.Remove, rules[0].Service(), provider.Fields{f.Name: rules}))
			}
			break
		}
		for _, rule := range removed {
			made = append(made, p.step(r, f.Remove, rule.String(), provider.Fields{f.Name: []provider.Rule{rule}}))
		}
	case []provider.Ref:
		for _, ref := range sortedRefs(removed) {
			made = append(made, p.step(r, f.Remove, ref.String(), provider.Fields{f.Name: []provider.Ref{ref}}))
		}
	case map[string]string:
		if len(removed) > 0 {
			made = append(made, p.step(r, f.Remove, "", provider.Fields{f.Name: removed}))
		}
	}
	for _, n := range made {
		for _, ref := range provider.Refs(n.Op.Fields[f.Name]) {
			if to := p.target(ref); to != nil {
				r.nodes.letGo[letting{f.Name, to}] = append(r.nodes.letGo[letting{f.Name, to}], n)
			}
		}
	}
	return made
}

func sortedRefs(refs []provider.Ref) []provider.Ref {
	return slices.SortedFunc(slices.Values(refs), func(a, b provider.Ref) int {
		return provider.CompareAddress(provider.Address{Kind: a.Kind, Name: a.String()}, provider.Address{Kind: b.Kind, Name: b.String()})
	})
}
