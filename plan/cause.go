package plan

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"net/netip"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// specVersion begins the value of trueup.spec. A value of another version
// tells nothing.
const specVersion = "1"

// hashLength is how many characters of a field's hash are stored: with two
// letters of its code and a dot, 31 fields fit into the 255 characters of a tag.
const hashLength = 5

// Spec is what was declared of a resource, as the tag trueup.spec remembers it:
// a hash for every declared field that is not a setting.
type Spec []SpecPart

// SpecPart is the hash of one field.
type SpecPart struct {
	Code string
	Sum  [sha256.Size]byte // of the value's canonical text
	// Keyed is set for a secret field, whose hash depends on the resource's id
	// so that equal secrets don't show.
	Keyed bool
}

// Text is the value of trueup.spec on the resource with that id.
func (s Spec) Text(id string) string {
	var b strings.Builder
	b.WriteString(specVersion)
	for _, part := range s {
		b.WriteString("." + part.Code + part.hash(id))
	}
	return b.String()
}

// keyed reports whether the text depends on the id.
func (s Spec) keyed() bool {
	return slices.ContainsFunc(s, func(part SpecPart) bool { return part.Keyed })
}

func (part SpecPart) hash(id string) string {
	sum := part.Sum[:]
	if part.Keyed {
		mac := hmac.New(sha256.New, []byte(id))
		mac.Write(sum)
		sum = mac.Sum(nil)
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:5]))[:hashLength]
}

func specPart(f provider.Field, text string) SpecPart {
	return SpecPart{Code: f.Code, Sum: sha256.Sum256([]byte(text)), Keyed: f.Secret}
}

// wantedPart hashes what is declared. Where the text of the file names
// ${name} or ${index} it stands for the value, so that the members of one count
// have one hash.
func (r *row) wantedPart(f provider.Field) SpecPart {
	if template, ok := r.declared.Templates[f.Name]; ok {
		return specPart(f, template)
	}
	return specPart(f, provider.Format(r.wanted[f.Name]))
}

// spec is what the row declares.
func (r *row) spec() Spec {
	var s Spec
	for _, f := range r.kind.Fields {
		if _, declared := r.wanted[f.Name]; declared && !f.Setting {
			s = append(s, r.wantedPart(f))
		}
	}
	slices.SortFunc(s, func(a, b SpecPart) int { return cmp.Compare(a.Code, b.Code) })
	return s
}

// stored is what trueup.spec says of the last apply: hashes by field code. It
// is nil where nothing tells.
type stored map[string]string

func (p *planner) storedSpec(r *row) stored {
	if r.live == nil {
		return nil
	}
	text := r.live.Tags[provider.TagSpec]
	if r.kind.TagType == "" {
		text = p.ownNote(r).spec
	}
	version, rest, _ := strings.Cut(text, ".")
	if version != specVersion {
		return nil
	}
	s := stored{}
	for part := range strings.SplitSeq(rest, ".") {
		if n := len(part) - hashLength; n > 0 {
			s[part[:n]] = part[n:]
		}
	}
	return s
}

// cause tells who made a field differ.
//
//	stored is the hash of | cause
//	----------------------+---------------------------
//	nothing, no version   | unknown
//	nothing of the field  | pending: it was not declared
//	what is declared      | drift
//	what lives            | pending
//	neither               | both
func (s stored) cause(r *row, f provider.Field, want, have provider.Value) Cause {
	if s == nil {
		return Unknown
	}
	last, ok := s[f.Code]
	if !ok {
		return Pending
	}
	id := r.live.ID
	if r.wantedPart(f).hash(id) == last {
		return Drift
	}
	if _, templated := r.declared.Templates[f.Name]; templated {
		return Pending // what lives can't be compared with a template
	}
	if named, ok := have.(provider.Named); ok && named.ID != "" && specPart(f, named.ID).hash(id) == last {
		return Pending // it was declared by id
	}
	if specPart(f, liveText(f, have)).hash(id) == last {
		return Pending
	}
	return Both
}

// liveText is the canonical text of a live value: where there is none, of what
// the file declares to have none.
func liveText(f provider.Field, have provider.Value) string {
	if have == nil {
		switch f.Type {
		case provider.Text:
			return ""
		case provider.Links:
			have = []provider.Ref{}
		case provider.Rules:
			have = []provider.Rule{}
		case provider.CIDRs:
			have = []netip.Prefix{}
		case provider.Map:
			have = map[string]string{}
		}
	}
	return provider.Format(have)
}

// joinCause is the cause of a change whose fields have those causes.
func joinCause(a, b Cause) Cause {
	switch {
	case a == "" || a == b:
		return b
	case b == "":
		return a
	case a == Unknown || b == Unknown:
		return Unknown
	default:
		return Both
	}
}
