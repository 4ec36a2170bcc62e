package plan

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// Saved is a plan as a file holds it: what it showed, and what it was made
// from. It is no order: it is applied by making it again, from the stack and
// the cloud as they are then, and only if nothing has moved. Nothing secret and
// no user data is in it.
type Saved struct {
	// Path leads from the plan's file to the stack, with slashes.
	Path string
	// Variables are what was given for the plan: names of variables, whose
	// values may be secret, and of files of them.
	Variables []string
	// Options are those that the plan was made with.
	Options Options
	// Plan is what the file shows. It has no operations' fields and no marks:
	// it can be shown and compared, not applied.
	Plan *Plan
}

// savedJSON is a saved plan's file: the plan's public form, and what is needed
// to show it in other forms and to tell whether it is stale.
type savedJSON struct {
	planJSON
	Saved *savedPart `json:"saved"`
}

type savedPart struct {
	Path       string   `json:"path"`
	Variables  []string `json:"variables,omitempty"`
	MaxDeletes int      `json:"maxDeletes"`
	Targets    []string `json:"targets,omitempty"`
	Excludes   []string `json:"excludes,omitempty"`
	Basis      *Basis   `json:"basis"`
	Changes    []Change `json:"changes"`
	Steps      []Step   `json:"steps"`
	Notes      []Note   `json:"notes"`
}

// MarshalJSON writes the file. The plan must have been made with
// [Options.Bind].
func (s *Saved) MarshalJSON() ([]byte, error) {
	return json.Marshal(savedJSON{s.Plan.form(), &savedPart{
		Path: s.Path, Variables: s.Variables,
		MaxDeletes: s.Options.MaxDeletes, Targets: s.Options.Targets, Excludes: s.Options.Excludes,
		Basis: s.Plan.Basis, Changes: s.Plan.Changes, Steps: s.Plan.Steps, Notes: s.Plan.Notes,
	}})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Saved) UnmarshalJSON(data []byte) error {
	var form savedJSON
	if err := json.Unmarshal(data, &form); err != nil {
		return fmt.Errorf("it is no saved plan: %w", err)
	}
	switch {
	case form.Version == 0:
		return fmt.Errorf("it is no saved plan: it has no version; plan -o writes one that has")
	case form.Version != formatVersion:
		return fmt.Errorf("it is a plan of version %d; this trueup reads version %d", form.Version, formatVersion)
	case form.Saved == nil || form.Saved.Basis == nil:
		return fmt.Errorf("it is no saved plan: it does not say what it was made from; plan -o writes one that does")
	}
	part := form.Saved
	*s = Saved{
		Path: part.Path, Variables: part.Variables,
		Options: Options{MaxDeletes: part.MaxDeletes, Targets: part.Targets, Excludes: part.Excludes, Bind: true},
		Plan: &Plan{
			Stack: form.Stack, Changes: part.Changes, Steps: part.Steps, Notes: part.Notes,
			Basis: part.Basis, summary: &form.Summary,
		},
	}
	return nil
}

// Stale compares a saved plan with one that was made again, with the options of
// the first, and says what moved in between. Its error is [Problems], all of
// them refusals; nil means that to do the second is to do the first.
func (s *Saved) Stale(again *Plan) error {
	var problems Problems
	moved := func(a provider.Address, field, format string, args ...any) {
		problems = append(problems, Problem{Address: a, Field: field, Class: Refused,
			Text: "the saved plan is stale: " + fmt.Sprintf(format, args...), Hint: s.remedy()})
	}
	if s.Plan.Stack != again.Stack {
		moved(provider.Address{}, "", "it is one of stack %s, and the file is now stack %s", s.Plan.Stack, again.Stack)
		return problems.sorted().err()
	}
	before, now := boundAt(s.Plan.Basis), boundAt(again.Basis)
	for _, b := range s.Plan.Basis.Bound {
		n, still := now[b.Address]
		if !still {
			moved(b.Address, "", "it needs no change any more")
			continue
		}
		if b.ID != n.ID {
			moved(b.Address, "", "it lived as %s, and now as %s", known(b.ID), known(n.ID))
			continue
		}
		for _, field := range differing(b.Declared, n.Declared) {
			moved(b.Address, field, "the file declares something else now")
		}
		for _, field := range differing(b.Live, n.Live) {
			moved(b.Address, field, "the cloud has something else now")
		}
		for _, field := range differing(b.Offers, n.Offers) {
			moved(b.Address, field, "what the cloud offers under that name is another now: id %s, and was %s", known(n.Offers[field]), known(b.Offers[field]))
		}
	}
	for _, n := range again.Basis.Bound {
		if _, planned := before[n.Address]; !planned {
			moved(n.Address, "", "it was to be left as it is, and must be changed now")
		}
	}
	if len(problems) == 0 && s.Plan.Basis.Declared != again.Basis.Declared {
		moved(provider.Address{}, "", "the file declares something else now")
	}
	if len(problems) == 0 && !sameSteps(s.Plan.Steps, again.Steps) {
		moved(provider.Address{}, "", "it would take other steps now")
	}
	return problems.sorted().err()
}

// remedy is what to do about a stale plan. It reminds of the variables that the
// plan was made with.
func (s *Saved) remedy() string {
	const remedy = "make it again with plan -o"
	if len(s.Variables) == 0 {
		return remedy
	}
	return fmt.Sprintf("%s; or give the variables again that it was made with: %s", remedy, strings.Join(s.Variables, ", "))
}

func boundAt(b *Basis) map[provider.Address]Bound {
	at := make(map[provider.Address]Bound, len(b.Bound))
	for _, bound := range b.Bound {
		at[bound.Address] = bound
	}
	return at
}

// differing lists, sorted, the keys under which the maps have not the same.
func differing(a, b map[string]string) []string {
	keys := map[string]bool{}
	for _, m := range []map[string]string{a, b} {
		for key := range m {
			if a[key] != b[key] {
				keys[key] = true
			}
		}
	}
	return sortedKeys(keys)
}

func known(id string) string {
	if id == "" {
		return "nothing"
	}
	return id
}

func sameSteps(a, b []Step) bool {
	return slices.EqualFunc(a, b, func(a, b Step) bool {
		return a.ID == b.ID && a.Command == b.Command && slices.Equal(a.Needs, b.Needs)
	})
}
