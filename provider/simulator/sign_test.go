package simulator_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/trueup/trueup/provider/simulator"
)

func TestSignatureFollowsTheJavaRule(t *testing.T) {
	sim := start(t, simulator.Config{})
	c := as(t, sim, sim.User())
	for _, value := range []string{"plain", "a b", "a+b", "a*b", "a/b", "a~b", "100%", "a&b=c", "[x]", "(x)", `"'!$#?`, "ü日本", "ǅŐſ", "<|\\>"} {
		if a := c.call("listZones", "keyword", value); a.status != http.StatusOK {
			t.Errorf("value %q: %d %s", value, a.status, a.text)
		}
	}
	if a := c.call("createTags", "resourceids", "x", "resourcetype", "UserVm", "tags[0].key", "k", "tags[10].key", "l", "tags[2].key", "m"); a.status != http.StatusOK {
		t.Errorf("raw brackets and case-sensitive order of names: %d %s", a.status, a.text)
	}
}

func TestAdvanceDoesNotExpireSignatures(t *testing.T) {
	now := clock()
	sim := start(t, simulator.Config{Now: now})
	sim.Advance(25 * time.Hour)
	c := as(t, sim, sim.User())
	soon := now().Add(10 * time.Minute).Format("2006-01-02T15:04:05-0700")
	if a := c.call("listZones", "signatureversion", "3", "expires", soon); a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.text)
	}
}

func TestEveryFailureToSignInIsTheSame(t *testing.T) {
	now := clock()
	sim := start(t, simulator.Config{Now: now})
	c := as(t, sim, sim.User())
	expires := func(d time.Duration) string { return now().Add(d).Format("2006-01-02T15:04:05-0700") }
	for name, params := range map[string]map[string]string{
		"expired":         {"signatureversion": "3", "expires": expires(-2 * time.Second)},
		"bad expiry":      {"signatureversion": "3", "expires": "tomorrow"},
		"no expiry":       {"signatureversion": "3"},
		"unknown command": {"command": "fooBar"},
		"command's case":  {"command": "LISTZONES"},
	} {
		if params["command"] == "" {
			params["command"] = "listZones"
		}
		a := c.send(http.MethodGet, c.query(params))
		if a.status != 401 || a.body["errortext"] != "unable to verify user credentials and/or request signature" || a.body["cserrorcode"] != nil {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	for name, params := range map[string]map[string]string{
		"not yet expired":         {"signatureversion": "3", "expires": expires(time.Minute)},
		"Z":                       {"signatureversion": "3", "expires": now().Add(time.Minute).Format("2006-01-02T15:04:05Z")},
		"far future":              {"signatureversion": "3", "expires": expires(24 * 365 * 10 * time.Hour)},
		"expired, no version":     {"expires": expires(-time.Hour)},
		"expired, version 2":      {"signatureversion": "2", "expires": expires(-time.Hour)},
		"name of the key in caps": {"signatureVersion": "3", "expires": expires(time.Minute)},
	} {
		params["command"] = "listZones"
		if a := c.send(http.MethodGet, c.query(params)); a.status != http.StatusOK {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
}
