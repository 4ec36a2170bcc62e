package simulator

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A tag is a key and a value on a resource. A resource has a key once, ignoring case.
type tag struct {
	row
	Key, Value string
	Type       string // such as UserVm
	Resource   string // id
	Account    string
}

const tagLength = 255 // characters; what is longer is cut without a word

// taggable are the resource types that can be tagged here, and what finds the owner of such a resource.
var taggable = map[string]func(w *world, ref string) (id, owner string){
	"UserVm":             func(w *world, ref string) (string, string) { return owned(w.Machines.find(ref)) },
	"SecurityGroup":      func(w *world, ref string) (string, string) { return owned(w.Groups.find(ref)) },
	"PublicIpAddress":    func(w *world, ref string) (string, string) { return owned(w.Addresses.find(ref)) },
	"Network":            func(w *world, ref string) (string, string) { return owned(w.Networks.find(ref)) },
	"Volume":             func(w *world, ref string) (string, string) { return owned(w.Volumes.find(ref)) },
	"LoadBalancer":       func(w *world, ref string) (string, string) { return w.ownedRule(ref, purposeLoadBalancing) },
	"PortForwardingRule": func(w *world, ref string) (string, string) { return w.ownedRule(ref, purposeForwarding) },
	"FirewallRule":       func(w *world, ref string) (string, string) { return w.ownedRule(ref, purposeFirewall) },
	"Project":            func(w *world, ref string) (string, string) { return owned(w.Projects.find(ref)) },
	"SecurityGroupRule": func(w *world, ref string) (string, string) {
		r := w.Rules.find(ref)
		if r == nil {
			return "", ""
		}
		return r.ID, w.Groups.get(r.Group).Account
	},
}

// owned returns id and owner of a thing that may be absent or gone.
func owned[T any, P interface {
	*T
	record
	owner() string
}](p P) (id, owner string) {
	if p == nil {
		return "", ""
	}
	return p.base().ID, p.owner()
}

func (m *machine) owner() string       { return ownerUnless(m.State == stateExpunged, m.Account) }
func (g *securityGroup) owner() string { return g.Account }
func (a *address) owner() string       { return a.Account }
func (n *network) owner() string       { return ownerUnless(n.Removed, n.Account) }
func (v *volume) owner() string        { return ownerUnless(v.Removed, v.Account) }
func (p *project) owner() string       { return p.Account }

func ownerUnless(removed bool, owner string) string {
	if removed {
		return ""
	}
	return owner
}

func (w *world) ownedRule(ref, purpose string) (id, owner string) {
	r := w.NetRules.find(ref)
	if r == nil || r.Removed || r.Purpose != purpose {
		return "", ""
	}
	return r.ID, r.Account
}

// tagType finds a resource type as it is written; case does not matter.
func tagType(name string) (string, bool) {
	for t := range taggable {
		if strings.EqualFold(t, name) {
			return t, true
		}
	}
	return "", false
}

func startTags(*call) (*started, *apiError) { return &started{}, nil }

// tagTargets finds the resources that a tag command names and the caller may use.
func (c *call) tagTargets() (kind string, ids []string, owners []string, err *apiError) {
	kind, known := tagType(c.params["resourcetype"])
	if !known {
		return "", nil, nil, failJob(codeParameter, "Invalid resource type %s", c.params["resourcetype"])
	}
	for _, ref := range c.params.list("resourceids") {
		id, owner := taggable[kind](c.world, ref)
		if owner == "" {
			return "", nil, nil, failJob(codeParameter, "Unable to find resource by uuid %s and type %s", ref, kind)
		}
		if !c.mayUse(owner) {
			return "", nil, nil, failJob(codeAccount, "%s", errNotOurs.text)
		}
		ids, owners = append(ids, id), append(owners, owner)
	}
	return kind, ids, owners, nil
}

// createTags makes every tag on every resource, or none: a key that one of them has fails the whole.
func createTags(c *call) (object, *apiError) {
	w := c.world
	kind, ids, owners, err := c.tagTargets()
	if err != nil {
		return nil, err
	}
	var made []*tag
	for i, id := range ids {
		for _, t := range c.params.pairs("tags") {
			switch {
			case !t.hasValue:
				return nil, failJob(codeInternal, "Command failed due to Internal Server Error")
			case t.value == "":
				return nil, failJob(codeParameter, "Value for the key %s is either null or empty", t.key)
			case hasWideRune(t.key + t.value):
				return nil, failJob(codeInternal, "Unable to persist on DB, due to: Data truncation: Incorrect string value: '%s' for column "+
					"`cloud`.`resource_tags`.`value` at row 1", escapedWideRune(t.key+t.value))
			}
			n := &tag{Key: cut(t.key), Value: cut(t.value), Type: kind, Resource: id, Account: owners[i]}
			same := func(o *tag) bool { return o.Resource == id && strings.EqualFold(o.Key, n.Key) }
			if slices.ContainsFunc(w.tagsOf[id], same) || slices.ContainsFunc(made, same) {
				return nil, failJob(codeInternal, "tag %s already on %s with id %s", t.key, kind, id)
			}
			made = append(made, n)
		}
	}
	for _, t := range made {
		t.ID = w.newID()
		w.Tags.add(t)
		w.tagsOf[t.Resource] = append(w.tagsOf[t.Resource], t)
	}
	return succeeded(), nil
}

// hasWideRune tells whether a text has a character that the database's three-byte character set does not.
func hasWideRune(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r > 0xffff })
}

// escapedWideRune writes the bytes of the first such character as the database does.
func escapedWideRune(s string) string {
	i := strings.IndexFunc(s, func(r rune) bool { return r > 0xffff })
	_, size := utf8.DecodeRuneInString(s[i:])
	var b []byte
	for _, c := range []byte(s[i : i+size]) {
		b = fmt.Appendf(b, `\x%02X`, c)
	}
	return string(b)
}

func cut(s string) string {
	if utf8.RuneCountInString(s) <= tagLength {
		return s
	}
	return string([]rune(s)[:tagLength])
}

// deleteTags deletes those of the named tags that are there with the value named, and fails where none is. Without names
// it deletes all tags of the resources.
func deleteTags(c *call) (object, *apiError) {
	w := c.world
	_, ids, _, err := c.tagTargets()
	if err != nil {
		return nil, err
	}
	wanted := c.params.pairs("tags")
	deleted := 0
	for _, id := range ids {
		for _, t := range slices.Clone(w.tagsOf[id]) {
			matches := len(wanted) == 0 || slices.ContainsFunc(wanted, func(p pair) bool {
				return strings.EqualFold(p.key, t.Key) && (!p.hasValue || strings.EqualFold(p.value, t.Value))
			})
			if matches {
				w.dropTag(t)
				deleted++
			}
		}
	}
	if deleted == 0 {
		return nil, failJob(codeInternal, "Failed to delete tags")
	}
	return succeeded(), nil
}

func (w *world) dropTag(t *tag) {
	w.Tags.remove(t.ID)
	rest := slices.DeleteFunc(w.tagsOf[t.Resource], func(o *tag) bool { return o == t })
	if len(rest) == 0 {
		delete(w.tagsOf, t.Resource)
		return
	}
	w.tagsOf[t.Resource] = rest
}

// dropTags forgets the tags of a resource that is gone.
func (w *world) dropTags(resource string) {
	for _, t := range w.tagsOf[resource] {
		w.Tags.remove(t.ID)
	}
	delete(w.tagsOf, resource)
}

func listTags(c *call) (object, *apiError) {
	visible, err := c.scope()
	if err != nil {
		return nil, err
	}
	p := c.params
	var found []*tag
	for _, t := range slices.Backward(c.world.Tags.Rows) {
		if visible(t.Account) && (p["resourcetype"] == "" || strings.EqualFold(p["resourcetype"], t.Type)) &&
			(p["resourceid"] == "" || p["resourceid"] == t.Resource) && (p["key"] == "" || strings.EqualFold(p["key"], t.Key)) &&
			(p["value"] == "" || strings.EqualFold(p["value"], t.Value)) && contains(t.Key+t.Value, p["keyword"]) {
			found = append(found, t)
		}
	}
	return page(c, "tag", found, c.world.ownedTag)
}

func (t *tag) render() object {
	return object{{"key", t.Key}, {"value", t.Value}, {"resourcetype", t.Type}, {"resourceid", t.Resource}}
}

// bareTags returns the tags of an address, a network or a network's rule, which show keys and values only.
func (w *world) bareTags(resource string) []object {
	return w.renderTags(resource, func(t *tag) object { return object{{"key", t.Key}, {"value", t.Value}} })
}

// machineTags returns the tags of a machine or a volume, which show the account, a project's too.
func (w *world) machineTags(resource string) []object {
	return w.renderTags(resource, func(t *tag) object {
		return append(t.render(), object{{"account", w.Accounts.get(t.Account).Name}, {"domainid", domainID}, {"domain", domainName}}...)
	})
}

// ownedTags returns the tags of anything else, which show whose they are as a list of tags does.
func (w *world) ownedTags(resource string) []object { return w.renderTags(resource, w.ownedTag) }

func (w *world) ownedTag(t *tag) object {
	return append(append(t.render(), w.ownedBy(t.Account)...), domainFields()...)
}

func (w *world) renderTags(resource string, render func(*tag) object) []object {
	out := make([]object, 0, len(w.tagsOf[resource]))
	for _, t := range w.tagsOf[resource] {
		out = append(out, render(t))
	}
	return out
}
