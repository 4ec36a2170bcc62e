package cloudstack_test

import (
	"slices"
	"testing"
)

// proof is the test of one row of the feature table that this client was built
// to: the promises of egoscale's package documentation of 2018 (TestSeed), and
// what that package had beyond its documentation (TestBeyond).
type proof struct {
	row  string
	what string
	test func(t *testing.T)
}

// run runs the proofs as subtests named by their rows, and fails when a row of
// the table has no proof or two.
func run(t *testing.T, rows []string, proofs []proof) {
	var have []string
	for _, p := range proofs {
		have = append(have, p.row)
		t.Run(p.row, func(t *testing.T) {
			t.Log(p.what)
			p.test(t)
		})
	}
	slices.Sort(have)
	if !slices.Equal(have, rows) {
		t.Errorf("the rows with a proof are %v, want %v", have, rows)
	}
}

func numbered(letter string, n int, further ...string) []string {
	var rows []string
	for i := 1; i <= n; i++ {
		rows = append(rows, letter+string(rune('0'+i/10))+string(rune('0'+i%10)))
	}
	rows = append(rows, further...)
	slices.Sort(rows)
	return rows
}

// TestSeed proves every promise of the seed: go test -run TestSeed/S07 runs the
// proof of row S7.
func TestSeed(t *testing.T) {
	run(t, numbered("S", 38, "S03b", "S18b", "S21b"), slices.Concat(seedRequests, seedJobs, seedTools, seedDiscovery, seedGroups, seedLists, seedAddresses))
}

// TestBeyond proves what the seed's package had and its text doesn't say.
func TestBeyond(t *testing.T) {
	run(t, numbered("T", 34), slices.Concat(beyondCalls, beyondWire, beyondErrors, beyondResources, beyondRest))
}
