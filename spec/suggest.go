package spec

import (
	"fmt"
	"strings"
)

// didYouMean is a hint that names the candidate closest to word, or "" where
// none is close.
func didYouMean(word string, candidates []string) string {
	if best, ok := closest(word, candidates); ok {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return ""
}

// closest returns the candidate with the fewest typing errors between it and
// word, the first of equals.
func closest(word string, candidates []string) (string, bool) {
	best, distance := "", 1+tolerance(word)
	for _, c := range candidates {
		if d := levenshtein(fold(word), fold(c), distance); d < distance {
			best, distance = c, d
		}
	}
	return best, best != ""
}

// tolerance is how many typing errors a word of that length may have.
func tolerance(word string) int {
	switch n := len(word); {
	case n < 3:
		return 0
	case n < 4:
		return 1
	case n < 8:
		return 2
	default:
		return 3
	}
}

// fold makes security_groups and SecurityGroups one word.
func fold(s string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(s))
}

// levenshtein counts the insertions, deletions and substitutions between a and
// b. It gives up, with limit, where there are at least that many.
func levenshtein(a, b string, limit int) int {
	s, t := []rune(a), []rune(b)
	if len(s)-len(t) >= limit || len(t)-len(s) >= limit {
		return limit
	}
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range s {
		diagonal, least := row[0], i+1
		row[0] = i + 1
		for j, u := range t {
			cost := diagonal
			if r != u {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
			least = min(least, cost)
		}
		if least >= limit {
			return limit
		}
	}
	return min(row[len(t)], limit)
}
