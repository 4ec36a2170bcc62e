package plan

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// Bound is what the change of one resource was made from: hashes of what the
// file declares and of what the cloud has, by field. A plan that was stored is
// good for as long as they are the same.
type Bound struct {
	Address  provider.Address  `json:"address"`
	ID       string            `json:"id,omitempty"` // live
	Declared map[string]string `json:"declared,omitempty"`
	// Live has the compared fields; of what is deleted or replaced, all that
	// are known, for all of that is lost.
	Live map[string]string `json:"live,omitempty"`
	// Offers are ids of the catalogues' entries that the steps name.
	Offers map[string]string `json:"offers,omitempty"`
}

// Basis is what a whole plan was made from.
type Basis struct {
	Declared string  `json:"declared"` // hash of all that the file declares
	Bound    []Bound `json:"bound"`    // of what the plan touches, by address
}

const (
	boundLength = 10 // characters of a hash, of 5 bits each
	// A hash of something secret has so few that it hardly helps to guess it.
	secretLength = hashLength
)

// basis hashes what the plan is made from.
func (p *planner) basis() *Basis {
	b := &Basis{Bound: []Bound{}}
	all := sha256.New()
	for _, r := range p.rows {
		declared := r.sums(r.wanted, func(string) bool { return true })
		for _, name := range sortedKeys(declared) {
			all.Write([]byte(r.Address.String() + "\n" + name + "\n" + declared[name] + "\n"))
		}
		if r.action == "" || r.left {
			continue
		}
		b.Bound = append(b.Bound, Bound{
			Address:  r.Address,
			ID:       r.id(),
			Declared: declared,
			Live:     r.sums(r.have, func(field string) bool { _, managed := r.wanted[field]; return managed || r.goes() }),
		})
	}
	b.Declared = shortSum(all.Sum(nil), boundLength)
	return b
}

// sums hashes the fields that count. Those that are absent have none.
func (r *row) sums(fields provider.Fields, counts func(field string) bool) map[string]string {
	sums := map[string]string{}
	for _, f := range r.kind.Fields {
		value, ok := fields[f.Name]
		if !ok || !counts(f.Name) {
			continue
		}
		mac := hmac.New(sha256.New, []byte(r.Address.String()+" "+f.Name))
		mac.Write([]byte(provider.Format(value)))
		length := boundLength
		if f.Secret {
			length = secretLength
		}
		sums[f.Name] = shortSum(mac.Sum(nil), length)
	}
	return sums
}

func shortSum(sum []byte, length int) string {
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum))[:length]
}

// withOffers returns the basis with what the choices of the steps were resolved
// to.
func (b *Basis) withOffers(choices []Choice, resolved map[string]provider.Fields) *Basis {
	if b == nil {
		return nil
	}
	offers := map[provider.Address]map[string]string{}
	for _, c := range choices {
		if entry, ok := resolved[c.Step][c.Field].(provider.Named); ok {
			offers[c.Address] = with(offers[c.Address], c.Field, entry.ID)
		}
	}
	all := slices.Clone(b.Bound)
	for i := range all {
		all[i].Offers = offers[all[i].Address]
	}
	return &Basis{Declared: b.Declared, Bound: all}
}
