package kind

import (
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/simulator"
)

// What happened last is told, but not what failed after it.
func TestHistory(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		first := b.create("securityGroup", "first", provider.Fields{})
		second := b.create("securityGroup", "second", provider.Fields{})
		time.Sleep(2 * time.Second) // the history goes by seconds
		rule := url.Values{"securitygroupid": {first.ID}, "protocol": {"tcp"}, "startport": {"80"}, "endport": {"80"}, "cidrlist": {"10.0.0.0/8"}}
		if _, err := b.client.RawResult(b.t.Context(), "authorizeSecurityGroupIngress", rule); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		if _, err := b.client.RawResult(b.t.Context(), "authorizeSecurityGroupIngress", rule); err == nil {
			t.Fatal("a rule was made twice")
		}
		events, err := b.cloud.(provider.Historian).History(b.t.Context(), []provider.Subject{{ID: first.ID, Name: "first"}, {ID: "none"}, {ID: second.ID}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range events {
			got = append(got, e.Type+" "+e.User)
		}
		if diff := cmp.Diff([]string{"SG.AUTH.INGRESS plain", " ", "SG.CREATE plain"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestHistoryForbidden(t *testing.T) {
	inCloud(t, simulator.Config{Forbidden: []string{"listEvents"}}, func(b *bench) {
		_, err := b.cloud.(provider.Historian).History(b.t.Context(), []provider.Subject{{ID: "any"}})
		if !errors.Is(err, provider.ErrForbidden) {
			t.Error(err)
		}
	})
}
