package cli

import (
	"errors"
	"os"
	"strings"

	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/internal/render"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// explain writes an error for a person: mistakes with the line they stand in,
// reasons against a plan one by one, everything else as it is.
func explain(err error, s render.Screen) string {
	var issues spec.Issues
	var problems plan.Problems
	switch {
	case errors.As(err, &issues):
		return render.Issues(issues, excerpts(), s)
	case errors.As(err, &problems):
		return render.Problems(problems, s)
	default:
		return render.Error(err, s)
	}
}

// excerpts returns the lines of the files that issues are in. The content of
// user data and of secret fields is not shown.
func excerpts() render.Source {
	kinds := kind.All()
	files := map[string][]string{}
	return func(i spec.Issue) (string, bool) {
		if confidential(kinds, i.Path) {
			return "", false
		}
		lines, seen := files[i.Pos.File]
		if !seen {
			if data, err := os.ReadFile(i.Pos.File); err == nil {
				lines = strings.Split(string(data), "\n")
			}
			files[i.Pos.File] = lines
		}
		if i.Pos.Line > len(lines) {
			return "", false
		}
		return lines[i.Pos.Line-1], true
	}
}

// confidential reports whether an issue's path, such as "vms.web.userData", is
// in a field whose text is not to be shown.
func confidential(kinds provider.Kinds, path string) bool {
	parts := strings.Split(path, ".")
	if len(parts) < 3 {
		return false
	}
	k := kinds.ByPlural(parts[0])
	if parts[0] == "defaults" {
		k = kinds.Get(parts[1])
	}
	if k == nil {
		return false
	}
	f, ok := k.Field(parts[2])
	return ok && (f.Secret || f.Type == provider.Content)
}
