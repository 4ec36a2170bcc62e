// Package export writes stack files: the YAML for what lives in a cloud, so that
// reading it back, and planning it, finds nothing to do.
//
// A snapshot goes in, a [File] comes out, and [File.YAML] is its text. It is a
// pure function and knows no kind by name. Nothing secret is written, and what a
// stack file can't say is said in comments.
package export

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// Options say what is exported, and under which name.
type Options struct {
	// Stack is the name of the stack that the file declares.
	Stack string
	// Project is the one that everything is in; zero is the account itself.
	Project provider.Named
	// Select chooses among what lives.
	Select Selection
	// Contents are texts that the cloud may have without showing them: public
	// keys, user data. What has the sum of one is declared with its file.
	Contents []Content
}

// Content is a file, by the path that a stack file names it by.
type Content struct {
	Path string
	Data []byte
}

// Make drafts a stack file for the chosen part of a snapshot, which must have
// been read in a scope that declares every field. The catalogue tells which of
// its names mean one thing only.
func Make(snap *provider.Snapshot, catalogue *provider.Catalogue, kinds provider.Kinds, opts Options) *File {
	d := &draft{
		snap: snap, catalogue: catalogue, kinds: kinds, opts: opts,
		owners:  plan.OwnersOf(kinds, snap),
		block:   map[key]*Block{},
		byID:    map[key]*provider.Live{},
		byName:  map[key][]*provider.Live{},
		file:    &File{Stack: opts.Stack, Project: opts.Project, Kinds: kinds},
		entries: map[string]int{},
	}
	if owner := opts.Select.Stack; owner != "" {
		d.file.Stack, d.file.Prefix = owner, d.owners.Prefix(owner)
	}
	chosen := d.choose()
	d.index()
	d.file.Zone = commonZone(chosen)
	d.name(chosen)
	d.declare(chosen)
	d.fold()
	return d.file
}

// key is what a live resource is known by: kind and id, or kind and name.
type key struct{ kind, id string }

func keyOf(l *provider.Live) key { return key{l.Kind, l.ID} }

// draft is a stack file while it is made.
type draft struct {
	snap      *provider.Snapshot
	catalogue *provider.Catalogue
	kinds     provider.Kinds
	opts      Options
	owners    *plan.Owners
	file      *File

	block   map[key]*Block           // of what is declared, by id
	byID    map[key]*provider.Live   // of all that lives
	byName  map[key][]*provider.Live // the same, by lower-case name
	entries map[string]int           // how many entries of a catalogue have a name, by both
}

// index finds live resources by name and counts the names of catalogues.
func (d *draft) index() {
	for i := range d.snap.Resources {
		if l := &d.snap.Resources[i]; !l.Gone {
			d.byID[keyOf(l)] = l
			k := key{l.Kind, strings.ToLower(l.Name)}
			d.byName[k] = append(d.byName[k], l)
		}
	}
	for name, entries := range d.catalogue.Entries {
		ids := map[string]string{}
		for _, e := range entries {
			ids[e.ID] = e.Name
		}
		for _, entry := range ids {
			d.entries[name+"/"+entry]++
		}
	}
}

// commonZone is the zone that most of the resources are in, the first by name of
// several such.
func commonZone(chosen []*provider.Live) provider.Named {
	count := map[provider.Named]int{}
	for _, l := range chosen {
		if l.Zone != (provider.Named{}) {
			count[l.Zone]++
		}
	}
	var most provider.Named
	for zone, n := range count {
		if n > count[most] || n == count[most] && zone.Name < most.Name {
			most = zone
		}
	}
	return most
}

// declare writes a block for each of the resources that a stack can declare.
// What others can link to only becomes known by that, so those that can't be are
// taken out and the rest is written again.
func (d *draft) declare(chosen []*provider.Live) {
	declarable := func(l *provider.Live) bool { return d.block[keyOf(l)] != nil }
	chosen = slices.DeleteFunc(chosen, func(l *provider.Live) bool { return !declarable(l) })
	for {
		var out []*provider.Live
		for _, l := range chosen {
			if why := d.fill(d.block[keyOf(l)], l); why != "" {
				out = append(out, l)
				d.file.leaveOut(l, why)
			}
		}
		for _, l := range out {
			delete(d.block, keyOf(l))
		}
		chosen = slices.DeleteFunc(chosen, func(l *provider.Live) bool { return !declarable(l) })
		if len(out) == 0 {
			break
		}
	}
	for _, l := range chosen {
		d.file.Blocks = append(d.file.Blocks, d.block[keyOf(l)])
	}
}

// leaveOut remembers what can't be declared, and why not.
func (f *File) leaveOut(l *provider.Live, why string) {
	f.LeftOut = append(f.LeftOut, LeftOut{Kind: l.Kind, Name: cmp.Or(l.Name, l.Label, l.ID), Why: why})
}

// LeftOut is something that lives and that the file doesn't declare.
type LeftOut struct{ Kind, Name, Why string }

func (o LeftOut) String() string { return fmt.Sprintf("%s/%s: %s", o.Kind, o.Name, o.Why) }
