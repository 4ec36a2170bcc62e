package provider

// Kind describes one sort of resource. It is data: spec decodes by it, plan
// diffs and orders by it, the documentation and the JSON Schema are printed
// from it.
type Kind struct {
	Name   string // "vm", as in an address
	Plural string // "vms", the key of the stack file
	Doc    string // one paragraph for people
	Fields []Field

	// Operations are the commands that a plan may string together.
	Operations []Operation
	// Creation and Deletion name the operations that make and remove a
	// resource, in order. The first of Creation brings it into being.
	Creation, Deletion []string
	// Commit names the operation of Deletion after which the resource is no
	// longer live for anybody: a [Live] that is Gone has passed it. Empty
	// where deleting is one command.
	Commit string
	// BrokenDeletion replaces Deletion for a resource that is [Live.Broken].
	BrokenDeletion []string
	// Start and Stop name the operations that end and begin an outage. Empty
	// where the kind has no running state.
	Start, Stop string

	// JobTime is how long a job for such a resource may take before a run gives
	// it up as still running; 0 is without bound.
	JobTime Duration
	// Ready names the operation that waits until a running resource can be used,
	// which takes the setting of that name. It changes nothing and calls no
	// command of the cloud's. Empty where there is none.
	Ready string

	// TagType is CloudStack's resource type for createTags ("UserVm"). Empty
	// where the server can't tag the kind: ownership is then noted on the
	// anchor.
	TagType string
	// NoteID is set where a tag alone is no proof of ownership because it may
	// outlive the resource: the id is noted on the anchor as well.
	NoteID bool
	// Nameless is set where the cloud stores no name: the address is written
	// as a tag.
	Nameless bool
	// UniqueName is set where the cloud grants a name once in an account,
	// ignoring case: such a name is a resource's own first-instant marker.
	UniqueName bool
	// Repeatable is set where the cloud refuses a second resource of the same
	// name for another reason (a machine's is unique in its network domain): a
	// create whose outcome is unknown may be sent again.
	Repeatable bool
	// After names link fields. A resource of this kind is created only when
	// the first resource with a running state that links to the same target
	// runs (an address after the first machine of its network).
	After []string
	// Lasting is set where a resource holds data of people: one that is no longer
	// declared is let go of and stays, unless the setting onDelete says, or said
	// when it was last applied, that it is to be deleted.
	Lasting bool
	// Marker says how a resource tells, from its first instant and before any
	// tag, that a stack made it. It is documentation; [Live.Marker] carries it.
	Marker string
	// Attach names the link field without which a resource serves nobody, and is
	// paid for all the same. Empty where there is none.
	Attach string
	// Zoned is set where a resource lives in a zone.
	Zoned bool
	// Limit is CloudStack's resourcetypename for the quota that one more of
	// this kind uses ("user_vm"). Empty where there is none.
	Limit string
	// Takes is what a resource with these fields takes from the account's
	// limits, by resourcetypename, where that is more than one of Limit. chosen
	// has the entries that its fields choose from the cloud's catalogues, those
	// that are known. Disk space is in bytes. It may be nil.
	Takes func(f Fields, chosen map[string]Entry) map[string]int64

	// CheckName says what is wrong with a live name, "" where nothing is.
	CheckName func(name string) string
	// Check says what is wrong with the declared fields of one resource,
	// beyond what their types tell. It may be nil.
	Check func(f Fields) []FieldError
	// CheckCloud is as Check for what depends on the cloud's capabilities.
	CheckCloud func(f Fields, c Capabilities) []FieldError
	// CheckChosen is as Check for what depends on the entries that the fields
	// of a new resource, or those that change, choose from the cloud's
	// catalogues; chosen is as for Takes.
	CheckChosen func(f Fields, chosen map[string]Entry) []FieldError
}

// FieldError is one complaint of a kind's own rules about a field.
type FieldError struct{ Field, Text string }

// Type says how a field is written in YAML and which [Value] it becomes.
type Type int

const (
	Text    Type = iota // string; Enum lists the allowed ones, if any
	Integer             // int64
	Boolean             // bool
	Bytes               // Size, written as 20GiB
	Choice              // Named: an entry of a catalogue of the cloud, by name or id
	Link                // Ref
	Links               // []Ref, in the order of the file, compared as a set
	Map                 // map[string]string
	Rules               // []Rule, sorted; short and long grammar
	Content             // Blob: a string, {file: path} or, with Vars, {file, vars}
	Object              // Fields, of the sub-fields Fields
	Nested              // resources of another kind, each linked back; live, []Ref
	CIDRs               // []netip.Prefix of IPv4, sorted
	Span                // Duration, written as 5m
)

// Field describes one field of a kind.
type Field struct {
	Name string // in YAML: "displayName"
	// Code is the field's short name in the tag trueup.spec: two letters,
	// unique in the kind, never used again for another field.
	Code string
	Type Type
	Doc  string

	Required bool
	Default  Value    // nil: an absent field is not managed
	Enum     []string // of a Text
	Min, Max int64    // of an Integer, where Max > 0

	Kind      string  // of Link, Links and Nested, and of group sources in Rules: the kind linked to
	Via       string  // of Nested: the field by which the other kind links back
	Members   bool    // of Links: the name of a count means all of its members
	Catalogue string  // of a Choice: "serviceOffering", "template", …
	Fields    []Field // of an Object
	Direction string  // of Rules: "ingress" or "egress"
	IPv4      bool    // of Rules: any is 0.0.0.0/0 alone
	// Whole is set, of Rules, where the cloud keeps one rule for each protocol and
	// range of ports, with the list of all its sources: a difference removes it
	// and adds it anew.
	Whole bool
	// Occupies names a field of what is linked to: while this link stands, that
	// field has to be empty.
	Occupies string
	// Once is set where the account has a value only once: another resource of
	// the kind with the same is refused.
	Once bool
	// Sum computes what stands for a Content in comparisons; nil is SHA-256.
	// Its error is a user mistake.
	Sum func(content []byte) (string, error)
	// Modes are the values that onChange may take for the field: inside a
	// Content, or for a field that can't be changed in place otherwise
	// ("reinstall" and "shrink", where the kind's operation of that name sets
	// it). A field of Change Refuse or GrowOnly without them can only be replaced.
	Modes []string

	// Holds says, of a Bytes field, what is lost with the resource: "data". ""
	// is the field's name.
	Holds string

	// Inherit fills an absent field from the resource that another field links
	// to: "attach.networks" is the field networks of the first member of attach.
	Inherit string

	// Within is, of links, the path to another link of the resource: "network", or
	// "address.network". What the field links to must link to the same, or the
	// cloud can't join the two.
	Within string

	// Setting marks a field that tells trueup what to do and that the cloud
	// has no value for: never compared, not part of trueup.spec.
	Setting bool
	// Secret values are never shown, and their hashes are keyed.
	Secret bool
	// Subset compares only the declared keys of a Map.
	Subset bool
	// ShowsName is set where the cloud shows the resource's name as long as the
	// field was never given.
	ShowsName bool
	// Tags marks the Map that holds the user's tags: those of a new resource
	// are set by the call that sets trueup's own, not by Add.
	Tags bool
	// Loose marks links that do not hold what they link to: it may go, and
	// come again, while the link stands (the keys of a machine).
	Loose bool

	// Change says what a difference leads to.
	Change Change
	// Set names the operation that changes the field as a whole. Add and
	// Remove name those that change it element by element: one Add for all
	// rules of equal protocol and ports, or for each link, or for all keys of
	// a map; one Remove for each rule, for each link, or for all keys.
	Set, Add, Remove string
	// AddFirst puts Add before Remove, so that nothing is cut in between.
	AddFirst bool
}

// Change says what it takes to change a field of a live resource.
type Change int

const (
	InPlace  Change = iota // by Set, or Add and Remove
	Fixed                  // it can't be changed: a difference is a note, never a change
	Replace                // delete and create, which costs nothing but time
	Refuse                 // delete and create (or reinstall) only where onChange allows it
	GrowOnly               // InPlace to a larger value, Refuse otherwise
)

// Operation is one command to the cloud that changes a resource.
type Operation struct {
	Name    string // "scale", unique in the kind
	Command string // CloudStack's API name: "scaleVirtualMachine"
	Instead string // the command that does it on clouds of another make, if any
	Doc     string // in a person's words: "change the offering"
	// Stopped is set where the resource must be stopped.
	Stopped bool
	// Frees lists fields whose links the operation gives back, so that what
	// they link to can go afterwards.
	Frees []string
	// If names a field; in a deletion the operation is left out where that
	// field is empty in the cloud, in a creation where it is not declared. For
	// the Stop operation, where it is stopped.
	If string
	// Steady is set where what the resource links to must run or be stopped,
	// not be on its way: the operation waits for the end of its outage.
	Steady bool
	// Serial is set where calls for one resource must not overlap.
	Serial bool
	// Slow is set where a hypervisor or a router works on it, for seconds
	// rather than a moment.
	Slow bool
}

// Operation returns the kind's operation of that name.
func (k *Kind) Operation(name string) (Operation, bool) {
	for _, o := range k.Operations {
		if o.Name == name {
			return o, true
		}
	}
	return Operation{}, false
}

// Field returns the kind's field of that name.
func (k *Kind) Field(name string) (Field, bool) {
	for _, f := range k.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// Kinds is the plain list of all kinds, in the order in which people read them.
type Kinds []*Kind

// Get returns the kind of that name, or nil.
func (ks Kinds) Get(name string) *Kind {
	for _, k := range ks {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// ByPlural returns the kind whose key in the stack file is that, or nil.
func (ks Kinds) ByPlural(key string) *Kind {
	for _, k := range ks {
		if k.Plural == key {
			return k
		}
	}
	return nil
}
