package kind

import (
	"cmp"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// keysOf are the keys that a machine was given; listings have their names.
// Before CloudStack 4.16 a machine had at most one.
//
// A machine keeps the public keys that it was given, whatever is registered under
// their names since, and shows them in its detail SSH.PublicKey, in the order of
// the names. A key whose fingerprint, by prints, is that of none of them was
// exchanged, or removed, and the machine's keys were not set anew: the id of the
// link is then the fingerprint of the machine's own.
func keysOf(m cloudstack.VirtualMachine, prints map[string]string) []provider.Ref {
	var given []string
	for line := range strings.Lines(m.Details["SSH.PublicKey"]) {
		if sum, err := fingerprint([]byte(line)); err == nil { // what can't be read proves nothing
			given = append(given, sum)
		}
	}
	refs := []provider.Ref{}
	for i, name := range keyNames(m) {
		r := ref("sshKey", "", name)
		if now, listed := prints[name]; i < len(given) && !slices.Contains(given, now) {
			r.ID = given[i]
			if listed {
				r.Live += " as it was before"
			}
		}
		refs = append(refs, r)
	}
	return refs
}

// keyNames are the names that a machine's keys had when they were set.
func keyNames(m cloudstack.VirtualMachine) []string {
	var names []string
	for name := range strings.SplitSeq(cmp.Or(m.KeyPairs, m.KeyPair), ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// fingerprints are those of keys, by name.
func fingerprints(keys []cloudstack.SSHKeyPair) map[string]string {
	prints := make(map[string]string, len(keys))
	for _, k := range keys {
		prints[k.Name] = k.Fingerprint
	}
	return prints
}
