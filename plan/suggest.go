package plan

import (
	"cmp"
	"slices"
	"strings"
)

// mostCandidates is how many names a hint lists.
const mostCandidates = 5

// candidates is a hint that lists what there is instead of a word, the closest
// first.
func candidates(word string, names []string) string {
	if len(names) == 0 {
		return "there is none"
	}
	type candidate struct {
		name     string
		distance int
	}
	var all []candidate
	for _, name := range names {
		all = append(all, candidate{name, unlikeness(strings.ToLower(word), strings.ToLower(name))})
	}
	slices.SortFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name))
	})
	all = slices.Compact(all)
	text := "there is " + all[0].name
	for i, c := range all[1:] {
		if i+1 == mostCandidates {
			return text + ", …"
		}
		text += ", " + c.name
	}
	return text
}

// unlikeness is the distance of two words; none where the one begins the other.
func unlikeness(a, b string) int {
	if a != "" && b != "" && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a)) {
		return 0
	}
	return distance(a, b)
}

// distance counts the insertions, deletions and substitutions that make b of a.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range s {
		diagonal := row[0]
		row[0] = i + 1
		for j, q := range t {
			substituted := diagonal
			if r != q {
				substituted++
			}
			diagonal = row[j+1]
			row[j+1] = min(substituted, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(t)]
}
