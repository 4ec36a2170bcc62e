package laws

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/trueup/trueup/internal/export"
	"github.com/trueup/trueup/provider"
)

// Of every field of every kind that the operations of a creation set: where the
// server makes the resource and leaves the field out, or takes another value of
// it, the run fails and says so, and the next plan wants it.
func TestWhatIsMadeOtherwiseIsNamed(t *testing.T) {
	t.Parallel()
	noticed := map[string]bool{}
	inEachZone(t, func(t *testing.T, r *runner, offers *provider.Catalogue, file *export.File) {
		for _, k := range kinds {
			whole, block := oneMore(file, k, offers)
			if block == nil {
				continue
			}
			for _, f := range k.Fields {
				p, whole := place{block, f}, whole
				if f.Name == "zone" {
					p, whole = zoned(whole, p)
				}
				if p.block.Fields[f.Name] == nil || f.Setting || noticed[k.Name+"."+f.Name] {
					continue
				}
				for _, lie := range r.lies(p, whole, offers) {
					if r.misheard(p, lie) {
						noticed[k.Name+"."+f.Name] = true
						break
					}
				}
			}
		}
	})
	for _, k := range kinds {
		for _, f := range k.Fields {
			key := k.Name + "." + f.Name
			if later := f.Add != "" && !f.Tags; f.Setting || later {
				continue
			}
			if why := bound[key]; noticed[key] == (why != "") {
				t.Errorf("%s: that a server makes it otherwise was noticed: %v; the table of those that it can't make otherwise says %q", key, noticed[key], why)
			}
		}
	}
}

// bound are the fields that follow from another one, whatever the server hears,
// and why.
var bound = map[string]string{
	"elasticIP.zone":       "an address lies where its network does",
	"loadBalancer.network": "a load balancer is in the network of its address",
}

// zoned declares the zone of a resource, which has no links then, into the zone,
// that it could do without.
func zoned(file *export.File, p place) (place, *export.File) {
	block := *p.block
	block.Fields = maps.Clone(p.block.Fields)
	for _, f := range p.block.Kind.Fields {
		if to := kinds.Get(f.Kind); to != nil && to.Zoned && f.Add != "" {
			delete(block.Fields, f.Name)
		}
	}
	block.Fields["zone"] = file.Zone
	changed := *file
	changed.Blocks = slices.Clone(file.Blocks)
	changed.Blocks[len(changed.Blocks)-1] = &block
	return place{&block, p.field}, &changed
}

// lie is a file with a resource more, and what the server hears of what makes it.
type lie struct {
	file *export.File
	hear func(command string, params url.Values)
	// about says in words what it is.
	about string
}

// oneMore adds a resource of a kind to a file, with every field that goes with
// the others. The block is nil where there can be none.
func oneMore(file *export.File, k *provider.Kind, offers *provider.Catalogue) (*export.File, *export.Block) {
	more := allowing(rapid.Custom(func(t *rapid.T) *export.File {
		more := *file
		more.Blocks = slices.Clone(file.Blocks)
		d := &drawer{t: t, offers: offers, zone: file.Zone.Name, full: true, file: &more, done: map[string][]string{}}
		for _, b := range file.Blocks {
			d.done[b.Kind.Name] = append(d.done[b.Kind.Name], b.Name)
		}
		rapid.Bool().Draw(t, "something") // a generator that draws nothing is refused
		if d.possible(k) {
			d.block(k, fmt.Sprintf("%c9", k.Name[0]))
		}
		return &more
	}).Example(1))
	if len(more.Blocks) == len(file.Blocks) {
		return nil, nil
	}
	made := more.Blocks[len(more.Blocks)-1]
	if k.Lasting {
		made.Fields["onDelete"] = "delete"
	}
	return more, made
}

// lies are the ways in which a server can make something without one field of
// it, or with another value, by what the operations of its creation send. Which
// parameters those are shows when they are explained with and without the field.
func (r *runner) lies(p place, file *export.File, offers *provider.Catalogue) []lie {
	r.Helper()
	if p.field.Tags {
		return []lie{{file, withoutTags(p), "without tags"}}
	}
	said := r.creation(p, file, func(provider.Fields) {})
	lies := []lie{{file, differently(said, r.creation(p, file, func(f provider.Fields) { delete(f, p.field.Name) })), "left out"}}
	if chosen, ok := p.block.Fields[p.field.Name].(provider.Named); ok {
		another := p.with(file, provider.Named{Name: second(chosen.Name)})
		return append(lies, lie{another, nil, "another one chosen"})
	}
	other := p.another(r, file, offers)
	if other == nil {
		other = p.unheard(file)
	}
	if other != nil {
		lies = append(lies, lie{file, differently(said, r.creation(p, p.with(file, other), func(provider.Fields) {})), "taken for " + provider.Format(other)})
	}
	return slices.DeleteFunc(lies, func(l lie) bool { return l.hear == nil })
}

// creation are the calls of the creation of a resource whose fields are edited
// before.
func (r *runner) creation(p place, file *export.File, edit func(provider.Fields)) []provider.Call {
	r.Helper()
	made := r.mustPlan(loadFile(r, file), all)
	var calls []provider.Call
	for _, s := range made.Steps {
		if s.Op.Address == p.address() && slices.Contains(p.block.Kind.Creation, s.Op.Name) {
			op := resolvedOp(made, s.Op)
			edit(op.Fields)
			calls = append(calls, r.explain(op)...)
		}
	}
	return calls
}

// differently hears calls otherwise than they were said; nil where they are the
// same.
func differently(said, heard []provider.Call) func(command string, params url.Values) {
	values := func(calls []provider.Call) map[string]map[string]string {
		by := map[string]map[string]string{}
		for _, c := range calls {
			by[c.Command] = map[string]string{}
			for _, param := range c.Params {
				by[c.Command][param.Name] = param.Value
			}
		}
		return by
	}
	was, is := values(said), values(heard)
	if fmt.Sprint(was) == fmt.Sprint(is) {
		return nil
	}
	return func(command string, params url.Values) {
		if is[command] == nil {
			return
		}
		for name := range was[command] {
			if _, given := is[command][name]; !given {
				params.Del(name)
			}
		}
		for name, value := range is[command] {
			if value != was[command][name] {
				params.Set(name, value)
			}
		}
	}
}

// withoutTags hears no tags but those of trueup.
func withoutTags(p place) func(command string, params url.Values) {
	return func(command string, params url.Values) {
		if command != "createTags" || params.Get("resourcetype") != p.block.Kind.TagType {
			return
		}
		kept := map[string]string{}
		for i := 0; params.Has(fmt.Sprintf("tags[%d].key", i)); i++ {
			key, value := fmt.Sprintf("tags[%d].key", i), fmt.Sprintf("tags[%d].value", i)
			if strings.HasPrefix(params.Get(key), provider.TagPrefix) {
				kept[params.Get(key)] = params.Get(value)
			}
			params.Del(key)
			params.Del(value)
		}
		for i, key := range slices.Sorted(maps.Keys(kept)) {
			params.Set(fmt.Sprintf("tags[%d].key", i), key)
			params.Set(fmt.Sprintf("tags[%d].value", i), kept[key])
		}
	}
}

// misheard makes the resource while the server hears something else, and removes
// it. It reports whether that was noticed; it was not where the server refuses to
// make it so, or where it comes to the same.
func (r *runner) misheard(p place, l lie) (noticed bool) {
	r.Helper()
	r.wire.hears(l.hear)
	code, said := r.run(l.file)
	r.wire.hears(nil)
	defer func() {
		without := *l.file
		without.Blocks = slices.DeleteFunc(slices.Clone(l.file.Blocks), func(b *export.Block) bool { return b.Name == p.block.Name && b.Kind == p.block.Kind })
		if err := r.apply(loadFile(r, &without), all); err != nil {
			r.Fatalf("%s, %s: %v", p, l.about, err)
		}
	}()
	switch {
	case strings.Contains(said, unmetHead):
		r.isUnmet(p, l.file, code, said)
		return true
	case code == 0 && !noDifference(r, l.file):
		r.Errorf("%s, %s: nobody noticed:\n%s", p, l.about, said)
	}
	return false
}
