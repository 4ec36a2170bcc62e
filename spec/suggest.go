package spec

import (
	"cmp"
	"fmt"
	"strings"
)

// didYouMean is a hint that names the candidate closest to word, or "" where
// none is close. Nobody reads the hundredth hint, and they take time.
func (r *report) didYouMean(word string, candidates []string) string {
	if len(r.issues) >= maxHints {
		return ""
	}
	if best, ok := Closest(word, candidates); ok {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return ""
}

// hintFields helps with an unknown field.
func (r *report) hintFields(word string, known []string) string {
	if len(r.issues) >= maxHints {
		return ""
	}
	return cmp.Or(r.didYouMean(word, known), "known here: "+strings.Join(known, ", "))
}

// Closest returns the candidate with the fewest typing errors between it and
// word, the first of equals.
func Closest(word string, candidates []string) (string, bool) {
	best, distance := "", 1+tolerance(word)
	if distance == 1 {
		return "", false
	}
	word = fold(word)
	for _, c := range candidates {
		if d := typos(word, fold(c), distance); d < distance {
			best, distance = c, d
		}
	}
	return best, best != ""
}

// tolerance is how many typing errors a word of that length may have.
func tolerance(word string) int {
	switch n := len(word); {
	case n < 2, n > 255:
		return 0
	case n < 5:
		return 1
	case n < 9:
		return 2
	default:
		return 3
	}
}

// fold makes security_groups and SecurityGroups one word.
func fold(s string) string {
	return strings.ToLower(separators.Replace(s))
}

var separators = strings.NewReplacer("_", "", "-", "", " ", "")

// typos counts the letters that were left out, added, mistaken or swapped with
// their neighbour between a and b: the optimal string alignment distance,
// which is Levenshtein's with swaps. It gives up, with limit, where there are at
// least that many.
func typos(a, b string, limit int) int {
	s, t := []rune(a), []rune(b)
	if len(s)-len(t) >= limit || len(t)-len(s) >= limit {
		return limit
	}
	before, above, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(s); i++ {
		before, above, row = above, row, before
		row[0] = i
		least := i
		for j := 1; j <= len(t); j++ {
			mistaken := above[j-1]
			if s[i-1] != t[j-1] {
				mistaken++
			}
			row[j] = min(mistaken, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least >= limit {
			return limit
		}
	}
	return min(row[len(t)], limit)
}
