// Package plan computes, without side effects, the steps that turn what lives in
// a cloud into what a stack declares.
//
// [Make] and [Destroy] are functions of their arguments: no I/O, clock, log,
// goroutine or randomness, and the same plan, byte for byte, whatever the order
// of the input. They know no kind by name: what can be changed, how, and what it
// costs stands in the tables of [provider.Kind].
//
// The way through the package: match (whose is what lives), normal (one form for
// links on both sides), diff (what differs, and who made the difference), decide
// (what becomes of each resource), relink (what a replacement or a deletion means
// for others), guard, steps, edges, order; then the marks. [Plan.Check] tests a
// plan against what the cloud offers and grants.
package plan

import (
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// Plan is what turns the live cloud into the desired one. It is data: nothing
// in it is done, and printing, storing or comparing it needs nothing else.
type Plan struct {
	Stack   string
	Changes []Change // sorted by address
	// Steps are in topological order, pure deletes last, ties broken by
	// address and ID.
	Steps []Step
	// Marks is the bookkeeping that is due once a resource's steps are done,
	// or at once where it has none. Sorted by address.
	Marks []Mark
	// Notes are remarks on what the plan leaves alone. Sorted by address.
	Notes []Note
	// Left are the fields that differ and that the plan leaves so, as they can't
	// be changed or the file says so; only where [Options.Compare] asks. Sorted by
	// address.
	Left []Change
	// Problems are why the plan must not be applied, sorted by place: it only
	// shows then what was asked for.
	Problems Problems
	// IDs are the ids of the stack's resources that live already.
	IDs map[provider.Address]string
	// Choices are the entries of the cloud's catalogues that the steps name,
	// and Uses what they change about what is taken from the account's limits,
	// in the order of the steps: what Check needs to know.
	Choices []Choice
	Uses    []Use
	// Probes are operations that only look: whether the members of a count are
	// ready of which others are about to go down. A plan that is made again,
	// knowing who isn't ([Options.Unready]), repairs them first.
	Probes []provider.Op
	// Destroy is set when the plan removes the stack: what remains of its
	// anchor goes with it.
	Destroy bool
	// Basis is what the plan was made from; only where [Options.Bind] asks.
	Basis *Basis

	summary *Summary // of a plan that was read from a file
	astray  Problems // links into other zones, for Check
}

// Empty reports whether there is nothing to change. Bookkeeping may be due.
func (p *Plan) Empty() bool { return len(p.Changes) == 0 }

// placeOf is where the changed resource of that address is declared.
func (p *Plan) placeOf(a provider.Address) spec.Pos {
	for _, c := range p.Changes {
		if c.Address == a {
			return c.Pos
		}
	}
	return spec.Pos{}
}

// Change is one difference between desired and live, with its reason and cost.
type Change struct {
	Address provider.Address `json:"address"`
	ID      string           `json:"id,omitempty"` // live id; "" for a create
	Action  Action           `json:"action"`
	Impact  Impact           `json:"impact"`
	Cause   Cause            `json:"cause"`
	Reason  string           `json:"reason"` // in words: "needs a stop", "no longer declared"
	Fields  []FieldChange    `json:"fields"`
	Pos     spec.Pos         `json:"pos"` // where it is declared; zero for a delete
	// Stopped is set where all that differs is that a run, which Reason names, has
	// stopped the resource to start it again.
	Stopped bool `json:"stopped,omitempty"`
	// Last is what happened to the resource last, where somebody asked the
	// cloud who made the difference; zero where nothing is known.
	Last provider.Event `json:"last,omitzero"`
}

// FieldChange is one differing field. Old or New is nil where there is none.
// Collections (rules, links, maps) hold only the elements that differ.
type FieldChange struct {
	Name     string
	Old, New provider.Value
	Cause    Cause
	Secret   bool // values are not to be shown
}

// Action says what happens to a resource.
type Action string

const (
	Create    Action = "create"
	Update    Action = "update"
	Recreate  Action = "replace"
	Reinstall Action = "reinstall"
	Delete    Action = "delete"
	Adopt     Action = "adopt"  // with what it takes to make it as declared
	Rename    Action = "rename" // of its address; its name in the cloud stays
	Forget    Action = "forget" // it is let go of and stays, and is the stack's no longer
)

// Impact says how much a change hurts, least first.
type Impact string

const (
	None          Impact = "none"
	Stop          Impact = "stop" // a machine that runs, and is to be down
	Restart       Impact = "restart"
	ShrinkDisk    Impact = "shrink"    // what lies beyond the new end is lost
	ReinstallDisk Impact = "reinstall" // root disk lost, machine kept
	ReplaceAll    Impact = "replace"
	DeleteAll     Impact = "delete"
)

// Cause says who made the difference.
type Cause string

const (
	Drift   Cause = "drift"   // live differs from what was last applied
	Pending Cause = "pending" // desired differs from what was last applied
	Both    Cause = "both"
	Unknown Cause = "unknown" // nothing tells what was last applied
)

// Step is one command to the cloud that changes a resource.
type Step struct {
	ID    string      `json:"id"` // stable: "vm/web-1 stop", "securityGroup/web authorizeIngress tcp/80"
	Op    provider.Op `json:"op"`
	Needs []string    `json:"needs"` // ids of steps that must be done before; sorted
	// Command is CloudStack's API name, Instead that on clouds of another make,
	// Doc what it does in words.
	Command string `json:"command"`
	Instead string `json:"instead,omitempty"`
	Doc     string `json:"doc"`
	// Last marks pure deletes: none is started before all other steps are
	// done, and none at all after a failure.
	Last bool `json:"last,omitempty"`
	// Creates is set on the first step of a creation: it is noted, and its
	// marker is on the resource from the first instant.
	Creates bool `json:"creates,omitempty"`
	// Stops is set on a step that begins an outage, which is noted on the
	// anchor before; Starts on the one that ends it. An outage that is meant
	// to stay has neither.
	Stops  bool `json:"stops,omitempty"`
	Starts bool `json:"starts,omitempty"`
	// Turn names the declaration whose members take turns in being down, on the
	// steps that decide whether one comes back: once one of them has failed, no
	// other member's turn is begun. Pause is how long to wait before the step,
	// once all that it needs is done.
	Turn  string            `json:"turn,omitempty"`
	Pause provider.Duration `json:"pause,omitzero"`
	// Limit is how long its job may take: see [provider.Kind.JobTime].
	Limit provider.Duration `json:"limit,omitzero"`
	// Serial names what calls may not overlap on: "" or a resource's address.
	Serial string `json:"serial,omitempty"`
	// Slow is set where a hypervisor works on it: see [provider.Operation].
	Slow bool `json:"slow,omitempty"`
	// Ends is set on the last step that makes, or removes, its resource.
	Ends bool `json:"ends,omitempty"`
}

// Mark is the bookkeeping of one resource: the trueup tags that it must carry,
// and what stands on the anchor about it.
type Mark struct {
	Address provider.Address
	TagType string            // "" where the kind can't be tagged
	ID      string            // "" while it isn't made
	Have    map[string]string // trueup.* tags there are and that must go or change
	Want    map[string]string // tags to create: trueup's, and the declared ones of a create
	// Notes are keys on the anchor, as Have and Want.
	NotesHave, NotesWant map[string]string
	// Spec is what trueup.spec is made of. Where the resource's id is needed
	// for that and is not known yet, Want and NotesWant hold placeholders,
	// which [Mark.Resolve] fills in.
	Spec Spec
	// Gone is set where the resource is deleted: only NotesHave is due.
	Gone bool
	// Leaves is set where the resource stays and is given up: of all others the
	// tag that claims them never goes.
	Leaves bool
}

// Note is a remark on something that the plan leaves alone.
type Note struct {
	Address provider.Address `json:"address,omitzero"`
	Text    string           `json:"text"`
	Pos     spec.Pos         `json:"pos"`
}
