package apply

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/trueup/trueup/provider"
)

// tag is a key with its value.
type tag struct{ key, value string }

// tags is the tag as a map, as the [provider.Keeper] takes it; empty for the
// zero tag.
func (t tag) tags() map[string]string {
	if t.key == "" {
		return nil
	}
	return map[string]string{t.key: t.value}
}

// note is the value of a note about a create that may have begun. Its text is
// "<run>/<attempt>", with "/<id>" where the create takes a thing that was
// there before.
type note struct {
	run     string
	attempt int
	id      string
}

func (n note) String() string {
	text := n.run + "/" + strconv.Itoa(n.attempt)
	if n.id != "" {
		text += "/" + n.id
	}
	return text
}

func parseNote(text string) (note, error) {
	parts := strings.SplitN(text, "/", 3)
	if len(parts) < 2 || parts[0] == "" {
		return note{}, fmt.Errorf("note %q is not of the form run/attempt", text)
	}
	attempt, err := strconv.Atoi(parts[1])
	if err != nil || attempt < 0 {
		return note{}, fmt.Errorf("note %q has no attempt number", text)
	}
	n := note{run: parts[0], attempt: attempt}
	if len(parts) == 3 {
		n.id = parts[2]
	}
	return n, nil
}

// createNote is the note about the create of an address.
func createNote(a provider.Address, n note) tag {
	return tag{provider.NoteKey(provider.TagNote, a), n.String()}
}

// outageNote is the note about an outage that a run begins.
func outageNote(a provider.Address, run string) tag {
	return tag{provider.NoteKey(provider.TagOutage, a), run}
}

// JobID is the id of the job of a run's attempt to create an address: a UUID
// of version 5 that whoever reads the note can compute again.
func JobID(run string, a provider.Address, attempt int) string {
	return jobID(run, a.String(), strconv.Itoa(attempt))
}

func jobID(parts ...string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("trueup:"+strings.Join(parts, "/"))).String()
}

// noted splits the key of a create's note into its address.
func noted(key string) (provider.Address, bool) {
	rest, ok := strings.CutPrefix(key, provider.TagNote)
	if !ok {
		return provider.Address{}, false
	}
	kind, name, ok := strings.Cut(rest, ".")
	return provider.Address{Kind: kind, Name: name}, ok
}

// Note writes notes on the anchor once the books of a run are closed.
func (l *Lease) Note(ctx context.Context, notes map[string]string) error {
	if err := l.hold(ctx); err != nil {
		return err
	}
	return l.put(ctx, notes, nil)
}
