package simulator

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestWhatIsDerivedIsWhatTheTablesSay does random things to machines of several accounts and compares, after each, the index of machines
// and everything else that is derived with what the tables alone make of them.
func TestWhatIsDerivedIsWhatTheTablesSay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)
		s, err := New(Config{Now: func() time.Time { return now }, ExpungeDelay: time.Minute, Latency: Latency{Job: time.Millisecond}, Reinstall: true})
		if err != nil {
			t.Fatal(err)
		}
		w := s.world
		do := func(account, command string, pairs ...string) {
			owner := w.accountNamed(account)
			c := &call{world: w, cmd: w.center.commands[command], params: params{"command": command}, account: owner}
			c.user = w.Users.Rows[slices.IndexFunc(w.Users.Rows, func(u *user) bool { return u.Account == owner.ID })]
			for i := 0; i < len(pairs); i += 2 {
				c.params[pairs[i]] = pairs[i+1]
			}
			c.run()
		}
		account := func(t *rapid.T) string {
			return rapid.SampledFrom([]string{userAccount, otherAccount, adminAccount, adminAccount}).Draw(t, "account")
		}
		machineID := func(t *rapid.T) string {
			if len(w.Machines.Rows) == 0 {
				t.Skip("no machine")
			}
			return rapid.SampledFrom(w.Machines.Rows).Draw(t, "machine").ID
		}
		commands := []string{
			"startVirtualMachine", "stopVirtualMachine", "destroyVirtualMachine", "expungeVirtualMachine", "recoverVirtualMachine", "rebootVirtualMachine",
		}
		t.Repeat(map[string]func(*rapid.T){
			"deploy": func(t *rapid.T) {
				offering := rapid.SampledFrom([]string{"tiny", "tiny", "huge"}).Draw(t, "offering")
				do(account(t), "deployVirtualMachine", "zoneid", rapid.SampledFrom([]string{securityZoneID, isolatedZoneID}).Draw(t, "zone"),
					"templateid", w.center.templates[0].text("id"), "serviceofferingid", withName(w.center.serviceOfferings, offering).text("id"))
			},
			"live": func(t *rapid.T) {
				do(account(t), rapid.SampledFrom(commands).Draw(t, "command"), "id", machineID(t))
			},
			"destroy": func(t *rapid.T) {
				do(adminAccount, "destroyVirtualMachine", "id", machineID(t))
				s.Advance(time.Second)
			},
			"recover": func(t *rapid.T) { do(adminAccount, "recoverVirtualMachine", "id", machineID(t)) },
			"expunge": func(t *rapid.T) { do(adminAccount, "destroyVirtualMachine", "id", machineID(t), "expunge", "true") },
			"rename": func(t *rapid.T) {
				do(account(t), "updateVirtualMachine", "id", machineID(t), "name", rapid.StringMatching("[a-c]").Draw(t, "name"))
			},
			"restore": func(t *rapid.T) { do(account(t), "restoreVirtualMachine", "virtualmachineid", machineID(t)) },
			"wait": func(t *rapid.T) {
				s.Advance(rapid.SampledFrom([]time.Duration{time.Second, time.Second, time.Second, time.Hour}).Draw(t, "time"))
			},
			"": func(t *rapid.T) {
				kept := derived(w)
				w.reindex()
				if diff := cmp.Diff(derived(w), kept); diff != "" {
					t.Fatalf("(-by the tables +kept):\n%s", diff)
				}
			},
		})
	})
}

// derived writes down everything that a world derives from its tables.
func derived(w *world) map[string]string {
	out := map[string]string{}
	note := func(what string, all ...string) { out[what] = fmt.Sprint(all) }
	for name, s := range map[string]shelf{"present": w.machines.present, "leaving": w.machines.leaving} {
		for account, list := range s {
			note(name+" "+account, idsOf(list)...)
		}
	}
	for group, list := range w.machinesOf {
		note("members "+group, slices.Sorted(slices.Values(idsOf(list)))...)
	}
	for id, list := range w.disksOf {
		note("disks "+id, slices.Sorted(slices.Values(idsOf(list)))...)
	}
	for name, m := range w.hostNames {
		note("name "+name, m.ID)
	}
	for id, list := range w.pendingOf {
		note("pending "+id, idsOf(list)...)
	}
	for id, a := range w.boundTo {
		note("static nat "+id, a.ID)
	}
	for id, list := range w.tagsOf {
		note("tags "+id, idsOf(list)...)
	}
	note("used", slices.Sorted(maps.Keys(w.usedIPs))...)
	note("pending", idsOf(w.pending)...)
	return out
}

func idsOf[P record](list []P) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = x.base().ID
	}
	return out
}
