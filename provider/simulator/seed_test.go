package simulator_test

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/trueup/trueup/provider/simulator"
)

func TestOneSeedReproducesARun(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) (map[string]any, simulator.Credentials) {
		s := start(t, simulator.Config{Seed: seed, Now: clock()})
		c := as(t, s, s.User())
		r := rand.New(rand.NewPCG(1, 1))
		for range 120 {
			doSomething(c, r)
		}
		return everything(c), c.Credentials
	}
	first, keys := run(1)
	again, sameKeys := run(1)
	if diff := cmp.Diff(first, again); diff != "" || keys != sameKeys {
		t.Errorf("one seed, two clouds (-first +second):\n%s", diff)
	}
	other, otherKeys := run(2)
	if cmp.Equal(first["listSecurityGroups"], other["listSecurityGroups"]) || keys == otherKeys {
		t.Error("another seed makes the same ids or keys")
	}
}
