package provider

import "strings"

// Tags on owned resources.
const (
	TagStack   = "trueup.stack"   // the stack's name; creating it is the claim
	TagSpec    = "trueup.spec"    // what was declared at the last apply, by field
	TagAddress = "trueup.address" // the address's name, where the live name doesn't tell it
	TagProtect = "trueup.protect" // "true" where declared
	TagDelete  = "trueup.delete"  // "true" where one that lasts is to be deleted all the same
	TagPrefix  = "trueup."        // of every tag that is ours, never the user's
)

// Tags on a stack's anchor. Those that end in a dot are prefixes.
const (
	TagLease  = "trueup.lease"   // = run id of the holder
	TagOrigin = "trueup.origin"  // hash of the repository and path that the stack came from
	TagNames  = "trueup.prefix"  // = "=" + what the stack puts before its live names
	TagInfo   = "trueup.info."   // + run id = who holds or held it
	TagBeat   = "trueup.beat."   // + run id + "." + number = "1"
	TagNote   = "trueup.note."   // + kind.name = "<run>/<attempt>[/<id>]": a create that may have begun
	TagOwn    = "trueup.own."    // + kind.name = "<id> <spec>": owned, and no tag tells it alone
	TagOutage = "trueup.outage." // + kind.name = run id: stopped by us, to be started again
)

// NamesTag is the tag that notes a stack's prefix: no tag is empty, a prefix may be.
func NamesTag(prefix string) map[string]string { return map[string]string{TagNames: "=" + prefix} }

// NotedPrefix is the prefix that an anchor's tags note; known is false where
// they don't.
func NotedPrefix(tags map[string]string) (prefix string, known bool) {
	return strings.CutPrefix(tags[TagNames], "=")
}

// NoteKey is the key of a note about a on the anchor, under one of the prefixes.
func NoteKey(prefix string, a Address) string { return prefix + a.Kind + "." + a.Name }
