package provider

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"
)

// Cloud is the only way to a cloud. Its methods are safe for concurrent use,
// and every one of them returns soon after its context is done.
type Cloud interface {
	Reader
	Operator
	Keeper
}

// Reader reads and never changes anything: a role that may only list is enough.
type Reader interface {
	// Read takes a snapshot of all kinds in scope, with about one call per
	// kind and 500 resources.
	Read(ctx context.Context, scope Scope) (*Snapshot, error)
	// Catalogue reads what the cloud offers, grants and allows.
	Catalogue(ctx context.Context, wanted Wanted) (*Catalogue, error)
}

// Operator changes resources.
type Operator interface {
	// Prepare chooses what a create will use, where the cloud has a stock to
	// choose from (a free address), and returns its id: it is noted before
	// the create is started. It returns "" where there is nothing to choose.
	Prepare(ctx context.Context, op Op) (id string, err error)
	// Start sends one command and returns once the cloud has accepted it.
	// Where the answer was lost, the error is ErrOutcomeUnknown.
	Start(ctx context.Context, op Op) (Job, error)
	// Wait returns when the job has ended, with what it made, or with its
	// failure. All jobs waited for at a time share one poll. A job that the
	// cloud does not know is ErrNotFound.
	Wait(ctx context.Context, job Job) (Result, error)
	// State says in words where a job that goes on hangs: the state of what it is
	// about, its age, the cloud's last word on it.
	State(ctx context.Context, job Job) (string, error)
}

// Keeper does the bookkeeping: tags on resources, and the anchor of a stack,
// the empty security group that carries its lease and its notes.
type Keeper interface {
	// CreateTags sets tags that do not exist yet on every one of the
	// resources, all or none; ErrExists if any of the keys is there already.
	CreateTags(ctx context.Context, tagType string, ids []string, tags map[string]string) error
	// DeleteTags removes tags by key and value. Of a single key it is a
	// compare-and-delete: ErrConflict if the stored value is another.
	DeleteTags(ctx context.Context, tagType string, ids []string, tags map[string]string) error
	// PostTags asks for tags of an anchor to be created, and then for others to
	// be removed, as CreateTags and DeleteTags do, and returns once the cloud has
	// accepted that. What comes of it Anchors shows, a moment later.
	PostTags(ctx context.Context, anchor string, create, remove map[string]string) error
	// Anchors reads all anchors of the account, with their tags.
	Anchors(ctx context.Context) ([]Anchor, error)
	// CreateAnchor makes the anchor of a stack; ErrExists if it is there.
	CreateAnchor(ctx context.Context, stack string) (Anchor, error)
	// DeleteAnchor removes it, with everything on it.
	DeleteAnchor(ctx context.Context, id string) error
}

// Wanted is what is to be read of what a cloud offers, grants and allows.
type Wanted struct {
	Catalogues []string // as in [Field.Catalogue]
	Limits     bool     // of the account, with what is used
	Commands   []string // CloudStack's names: may the role call them?
}

// Nothing reports whether there is nothing to read.
func (w Wanted) Nothing() bool { return len(w.Catalogues)+len(w.Commands) == 0 && !w.Limits }

// Bookkeeping are the commands of CloudStack that tags and notes take.
func Bookkeeping() []string { return []string{"createTags", "deleteTags"} }

// Scope says what a snapshot is to hold.
type Scope struct {
	Stack string // "" where several stacks are read at once
	// Kinds are those to be read; nil is all of them.
	Kinds []string
	// Declared says, by kind, which fields any resource of the stack
	// declares: what is costly to read is read only where it is compared.
	Declared map[string]map[string]bool
}

// And is the scope of one reading that serves both stacks, which it does not
// name: everything that either of the scopes holds.
func (s Scope) And(other Scope) Scope {
	both := Scope{Declared: map[string]map[string]bool{}}
	if s.Kinds != nil && other.Kinds != nil {
		both.Kinds = slices.Compact(slices.Sorted(slices.Values(slices.Concat(s.Kinds, other.Kinds))))
	}
	for _, declared := range []map[string]map[string]bool{s.Declared, other.Declared} {
		for kind, fields := range declared {
			if both.Declared[kind] == nil {
				both.Declared[kind] = map[string]bool{}
			}
			maps.Copy(both.Declared[kind], fields)
		}
	}
	return both
}

// Declares reports whether any resource of the kind declares the field.
func (s Scope) Declares(kind, field string) bool { return s.Declared[kind][field] }

// Includes reports whether a kind is to be read.
func (s Scope) Includes(kind string) bool { return s.Kinds == nil || slices.Contains(s.Kinds, kind) }

// Snapshot is one reading of the cloud: everything in scope, whoever owns it.
type Snapshot struct {
	Resources    []Live   // sorted by kind, name, id
	Anchors      []Anchor // of the account, sorted by stack; nil where no kind in scope needs them
	Capabilities Capabilities
}

// With returns the snapshot with what a newer one of some kinds has read. The
// two themselves are left alone.
func (s *Snapshot) With(newer *Snapshot, kinds []string) *Snapshot {
	merged := &Snapshot{Anchors: s.Anchors, Capabilities: s.Capabilities}
	if newer.Anchors != nil {
		merged.Anchors = newer.Anchors
	}
	for _, l := range s.Resources {
		if !slices.Contains(kinds, l.Kind) {
			merged.Resources = append(merged.Resources, l)
		}
	}
	merged.Resources = append(merged.Resources, newer.Resources...)
	slices.SortFunc(merged.Resources, CompareLive)
	return merged
}

// CompareLive orders live resources by kind, name and id.
func CompareLive(a, b Live) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
}

// Capabilities says what depends on the cloud's make.
type Capabilities struct {
	// SharedAddress is set where one elastic IP can be on many machines
	// (Exoscale's addIpToNic) rather than on one (static NAT).
	SharedAddress bool
}

// Live is a resource as the cloud has it.
type Live struct {
	Kind   string
	ID     string
	Name   string // the cloud's name, prefix included; "" for nameless kinds
	Label  string // what people know a nameless one by: the address itself
	Zone   Named
	Fields Fields            // everything known, whether managed or not
	Tags   map[string]string // all tags, trueup's included
	Marker string            // "<stack>/<address>" where a first-instant marker is on it
	// Broken says, in words, that it came into being but doesn't work (a
	// machine in state Error).
	Broken string
	// Gone is set when a deletion has passed the kind's Commit operation.
	Gone bool
	// Protected is set where the cloud itself refuses to delete it.
	Protected bool
	// Innate is set where the cloud made it for itself, such as the security
	// group default: that nobody declares it means nothing.
	Innate bool
}

// Anchor is the security group trueup.<stack> of a stack.
type Anchor struct {
	Stack string
	ID    string
	Tags  map[string]string
}

// AnchorTagType is the resource type of an anchor for createTags.
const AnchorTagType = "SecurityGroup"

// AnchorPrefix precedes a stack's name in the name of its anchor.
const AnchorPrefix = "trueup."

// Op is one command to the cloud, as data: printable, comparable, storable
// (but for secret content, which is left out of its JSON).
type Op struct {
	Kind    string  `json:"kind"`
	Name    string  `json:"name"` // of the kind's Operation
	Address Address `json:"address"`
	// ID of the resource; "" until an earlier operation of the run made it.
	ID string `json:"id,omitempty"`
	// LiveName is the resource's name in the cloud: to be created under, or
	// to be given by a rename.
	LiveName string `json:"liveName,omitempty"`
	// Fields to set; all declared fields for a create. Its links carry ID
	// and Live when the operation is started.
	Fields Fields `json:"-"`
	// Marker is the first-instant marker of a create: "<stack>/<address>".
	Marker string `json:"-"`
	// JobID is the id that the job of an asynchronous command is to have
	// (customjobid); "" lets the cloud choose.
	JobID string `json:"-"`
}

// Job is the receipt of an accepted command. A synchronous command's is Done.
type Job struct {
	ID       string // of the cloud's job
	Resource string // id of the resource, as soon as it is known
	Op       Op     // what was started; its kind knows how to read the result
	Done     bool
}

// Result is what an operation brought about.
type Result struct {
	ID       string // of the resource
	LiveName string // as the cloud has it, "" where it has none
	// Password that the cloud generated for a machine. Never printed.
	Password Password
}

// Password is text that formats as a placeholder.
type Password string

func (Password) String() string   { return "(hidden)" }
func (Password) GoString() string { return "(hidden)" }

// MarshalText keeps the password out of JSON.
func (Password) MarshalText() ([]byte, error) { return []byte("(hidden)"), nil }

// Catalogue is what a cloud offers, grants and allows.
type Catalogue struct {
	Entries map[string][]Entry // by catalogue name, sorted by name and id
	Limits  []Limit
	// Commands are those that were asked about, with whether the role may call
	// them: nil where the cloud does not tell.
	Commands map[string]bool
	// LimitsUnread is set where the role may not read the limits.
	LimitsUnread bool
}

// Entry is one thing of a catalogue that can be chosen.
type Entry struct {
	Named
	Zone     Named  // zero where it is in all zones
	Unusable string // why it can't be chosen, "" where it can
	// Numbers are what its kind counts and compares, by CloudStack's names:
	// "cpunumber", "memory" (MiB), "size" (bytes); 1 stands for true.
	Numbers map[string]int64
}

// Limit is one quota of the account.
type Limit struct {
	Type string // CloudStack's resourcetypename: "user_vm"
	Max  int64  // -1 without limit
	Used int64
	// Bytes is set where Max and Used are bytes, rather than a number of things.
	Bytes bool
}

// Errors that decide what a caller does next. An error of a Cloud wraps at
// most one of them, and ErrNotBegun beside it; everything else is a plain failure.
var (
	ErrNotFound    = errors.New("not found")
	ErrExists      = errors.New("exists already")
	ErrConflict    = errors.New("conflicting change")
	ErrCredentials = errors.New("the cloud refused the credentials")
	ErrForbidden   = errors.New("the role may not do this")
	ErrQuota       = errors.New("a limit is reached")
	// ErrUnreachable is, of a command, that it was surely not carried out.
	ErrUnreachable    = errors.New("the cloud can't be reached")
	ErrOutcomeUnknown = errors.New("sent, but the answer was lost")
	// ErrHeld is a deletion that the cloud refuses until it has expunged
	// what was destroyed before. It is no failure.
	ErrHeld = errors.New("held until the cloud expunges what was destroyed")
	// ErrTryAnother is a create that got something it can't use; the same
	// operation, prepared again, may get something better.
	ErrTryAnother = errors.New("another one must be tried")
	// ErrNotBegun is, of a command, that the cloud refused it before it began to
	// carry it out: nothing came of it, and nothing will.
	ErrNotBegun = errors.New("refused before it was begun")
	// ErrThrottled is a refusal for the number of calls: nothing was done, and
	// [RetryAfter] says how long to wait.
	ErrThrottled = errors.New("too many calls")
)

// RetryAfter is how long the cloud asks to wait before the next call, where err
// is [ErrThrottled]; 0 where it doesn't say.
func RetryAfter(err error) time.Duration {
	var asks interface{ RetryAfter() time.Duration }
	if errors.As(err, &asks) {
		return asks.RetryAfter()
	}
	return 0
}

// StillRunning is the error of a wait that was given up: the job goes on.
type StillRunning struct {
	Job   Job
	After time.Duration
	State string // in words, how it stood then: see [Operator.State]; may be empty
	Cause error  // why it was given up: a context's error
}

func (e *StillRunning) Error() string {
	text := "still running"
	if e.After >= time.Second {
		text += " after " + Duration(e.After.Round(time.Second)).String()
	}
	if e.Job.ID != "" {
		text += ", job " + e.Job.ID
	}
	if e.State != "" {
		text += ": " + e.State
	}
	return text
}

func (e *StillRunning) Unwrap() error { return e.Cause }
