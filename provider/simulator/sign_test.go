package simulator_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"net/http"
	"net/url"
	"strings"
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

// TestOnlyTheRecordedSignatureCounts signs as testdata/golden/auth_*.json did: by HMAC-SHA1 of the whole string in lower case, in the order of
// the names as they are sent. Nothing else is taken.
func TestOnlyTheRecordedSignatureCounts(t *testing.T) {
	sim := start(t, simulator.Config{})
	who := sim.User()
	const sorted = "apikey=%s&command=listZones&response=json"
	for name, test := range map[string]struct {
		hash   func() hash.Hash
		signed string
		status int
	}{
		"auth_ok":                         {sha1.New, strings.ToLower(fmt.Sprintf(sorted, who.Key)), 200},
		"auth_sha256":                     {sha256.New, strings.ToLower(fmt.Sprintf(sorted, who.Key)), 401},
		"auth_sha512":                     {sha512.New, strings.ToLower(fmt.Sprintf(sorted, who.Key)), 401},
		"auth_signature_not_lowercased":   {sha1.New, fmt.Sprintf(sorted, who.Key), 401},
		"auth_signature_unsorted":         {sha1.New, strings.ToLower(fmt.Sprintf("response=json&command=listZones&apikey=%s", who.Key)), 401},
		"auth_signature_unescaped_in_url": {sha1.New, strings.ToLower(fmt.Sprintf(sorted, who.Key)), 200},
		"auth_wrong_signature":            {sha1.New, "something else", 401},
	} {
		mac := hmac.New(test.hash, []byte(who.Secret))
		mac.Write([]byte(test.signed))
		signature := base64.StdEncoding.EncodeToString(mac.Sum(nil))
		if name != "auth_signature_unescaped_in_url" {
			signature = url.QueryEscape(signature)
		} else {
			signature = strings.ReplaceAll(signature, "+", "%2B") // a plus is a space in a query; = and / may stay
		}
		a := as(t, sim, who).send(http.MethodGet, fmt.Sprintf(sorted, who.Key)+"&signature="+signature)
		if recorded, _ := readRecording(t, name); a.status != test.status || recorded.Status != test.status {
			t.Errorf("%s: %d, recorded %d, want %d", name, a.status, recorded.Status, test.status)
		}
	}
}
