package cloudstack_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/trueup/trueup/provider/cloudstack"
)

// FuzzEnvelope: no answer makes the client panic, and whatever comes out of one
// is an error or can be read on.
func FuzzEnvelope(f *testing.F) {
	for _, seed := range []string{
		`{"listzonesresponse":{"count":1,"zone":[{"id":"z"}]}}`, `{"listzonesresponse":{}}`, `{}`, `[]`, `null`, `""`, `{`, `<html>`, `{"a":null}`,
		`{"errorresponse":{"errorcode":431,"cserrorcode":"4350","errortext":"x","uuidList":["u",{"uuid":1}]}}`, `{"errorcode":530}`,
		`{"x":{"errorcode":{},"errortext":[]}}`, `{"listzonesresponse":{"count":"many","zone":{},"other":[]}}`, `{"a":{"b":{"c":[[[]]]}}}`,
	} {
		f.Add("listZones", []byte(seed))
	}
	for _, x := range stories(f)[:40] {
		raw, err := json.Marshal(x.body)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(x.cmd, raw)
	}
	f.Fuzz(func(t *testing.T, command string, body []byte) {
		in, err := cloudstack.OpenEnvelope(command, body)
		if err != nil {
			return
		}
		if e := cloudstack.FailureOf(command, 431, in); e != nil && (e.Error() == "" || classOf(e) == "-") {
			t.Errorf("an error without words or class: %+v", e)
		}
		if _, err := cloudstack.ItemsOf(in); err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
		cloudstack.ResourceOf(in)
	})
}

// FuzzDecode: nothing that a server sends makes the decoder panic, into any type.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"id":7,"name":[],"nic":{"id":"n"},"tags":"x","details":{"a":1},"haenable":"maybe","cpunumber":"2.0","created":"2026-11-22T18:46:34+0000"}`,
		`{"id":null,"nic":[null,{"secondaryip":[{"ipaddress":1}]}],"keypairs":"a,b","cpunumber":1e400}`, `[]`, `"x"`, `12`, `{"ID":"upper"}`, `{"jobresult":{"success":{}}}`,
	} {
		f.Add(uint8(0), []byte(seed))
	}
	for i, x := range goldens(f)[:200] {
		raw, err := json.Marshal(cloudstack.ResourceOf(inside(x.body)))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), raw)
	}
	requests := cloudstack.AllRequests()
	f.Fuzz(func(t *testing.T, which uint8, raw []byte) {
		v, err := cloudstack.Parse(raw)
		if err != nil {
			return
		}
		typ := reflect.TypeOf(cloudstack.Answer(requests[int(which)%len(requests)]))
		if err := cloudstack.Decode(v, reflect.New(typ).Interface()); err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
	})
}

// FuzzEncode: what a request holds arrives at the server as it is, and is signed
// so that the server comes to the same signature.
func FuzzEncode(f *testing.F) {
	for _, seed := range []string{"", "plain", "a b+c*d~e%f&g=h/i", "[0].key", "é東京😀", "\x00\xff", "a,b", strings.Repeat("x", 300)} {
		f.Add(seed, seed, seed, int64(22))
	}
	f.Fuzz(func(t *testing.T, name, key, value string, port int64) {
		r := everyField{Text: name, Must: value, MayPort: cloudstack.Some(int(port)), IDs: []cloudstack.ID{cloudstack.ID(key), cloudstack.ID(value)},
			Details: map[string]string{key: value}, Tags: []cloudstack.Tag{{Key: key, Value: value}}, UserData: []byte(value)}
		p, err := cloudstack.Encode(r)
		if err != nil {
			if !errors.Is(err, cloudstack.ErrInvalid) {
				t.Errorf("%v is not ErrInvalid", err)
			}
			return
		}
		if got := p.Get("tags[0].value"); got != value {
			t.Errorf("the value %q is encoded as %q", value, got)
		}
		wire, err := url.ParseQuery(cloudstack.Wire(p, testSecret))
		if err != nil {
			t.Fatalf("the query can't be read: %v", err)
		}
		for k := range p {
			if want := cloudstack.ValidText(p.Get(k)); wire.Get(cloudstack.ValidText(k)) != want {
				t.Errorf("%q is %q, and arrives as %q", k, want, wire.Get(k))
			}
		}
		if got, want := wire.Get("signature"), javaSignature(wire, testSecret); got != want {
			t.Errorf("the signature is %s, the server comes to %s", got, want)
		}
	})
}
