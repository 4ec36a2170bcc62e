package simulator_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/trueup/trueup/provider/simulator"
)

// These tests hold what is known of a real server's signing and HTTP, a fact a test.

func TestOfARepeatedParameterTheLastValueCounts(t *testing.T) {
	s := start(t, simulator.Config{})
	c := as(t, s, s.User())
	signed := c.query(map[string]string{"command": "listZones", "name": "adv1"})
	if a := c.send(http.MethodGet, "name=sg1&"+signed); a.status != 200 || !strings.Contains(a.text, "adv1") || strings.Contains(a.text, "sg1") {
		t.Errorf("last signed: %d %s", a.status, a.text)
	}
	if a := c.send(http.MethodGet, signed+"&name=sg1"); a.status != 401 {
		t.Errorf("first signed: %d", a.status)
	}
}

func TestEmptyValuesAreSigned(t *testing.T) {
	s := start(t, simulator.Config{})
	c := as(t, s, s.User())
	if a := c.call("listZones", "name", ""); a.status != 200 || len(a.body) != 0 {
		t.Errorf("signed: %d %s", a.status, a.text)
	}
	if a := c.send(http.MethodGet, c.query(map[string]string{"command": "listZones"})+"&name="); a.status != 401 {
		t.Errorf("not signed: %d", a.status)
	}
}

func TestADisabledUserIsRefusedLikeAWrongKey(t *testing.T) {
	s := start(t, simulator.Config{})
	admin, user := as(t, s, s.Admin()), as(t, s, s.Other())
	id := admin.first("listUsers", "user", "username", "plain2")["id"].(string)
	admin.ok("disableUser", "id", id)
	if a := user.call("listZones"); a.status != 401 || a.body["errortext"] != "unable to verify user credentials and/or request signature" {
		t.Errorf("disabled: %d %s", a.status, a.text)
	}
	admin.ok("enableUser", "id", id)
	if a := user.call("listZones"); a.status != 200 {
		t.Errorf("enabled again: %d", a.status)
	}
}

func TestACommandThatTheRoleMayNotCallIs432UnderErrorresponse(t *testing.T) {
	s := start(t, simulator.Config{})
	for _, command := range []string{"updateSecurityGroup", "listHosts", "listConfigurations", "createVPC"} {
		a := as(t, s, s.User()).call(command, "id", nothing)
		want := "The API [" + command + "] does not exist or is not available for the account plain."
		if a.status != 432 || a.key != "errorresponse" || a.body["errortext"] != want {
			t.Errorf("%s: %d %s", command, a.status, a.text)
		}
	}
}

func TestTheStatusIsTheErrorCodeAndTheTextStandsInAHeader(t *testing.T) {
	s := start(t, simulator.Config{})
	a := as(t, s, s.User()).call("startVirtualMachine")
	if a.status != 431 || a.body["errorcode"] != 431.0 || a.header.Get("X-Description") != a.body["errortext"] {
		t.Errorf("%d %q %s", a.status, a.header.Get("X-Description"), a.text)
	}
	if a := as(t, s, s.User()).call("fooBar"); a.header.Get("X-Description") != "" {
		t.Error("a 401 has no X-Description")
	}
}

func TestAnswersAreXMLUnlessJSONIsAskedFor(t *testing.T) {
	s := start(t, simulator.Config{})
	c := as(t, s, s.User())
	for _, response := range []string{"xml", "bogus"} {
		a := c.send(http.MethodGet, c.query(map[string]string{"command": "listZones", "response": response}))
		if !strings.HasPrefix(a.header.Get("Content-Type"), "text/xml") || !strings.Contains(a.text, `<listzonesresponse cloud-stack-version="4.23.0.0-SNAPSHOT"><count>2</count><zone><id>`) {
			t.Errorf("%s: %s %s", response, a.header.Get("Content-Type"), a.text)
		}
		var any struct {
			Zones []struct {
				Name string `xml:"name"`
			} `xml:"zone"`
		}
		if err := xml.Unmarshal([]byte(a.text), &any); err != nil || len(any.Zones) != 2 || any.Zones[0].Name != "sg1" {
			t.Errorf("%s: %v %v", response, any, err)
		}
	}
	a := c.send(http.MethodGet, c.query(map[string]string{"command": "nonesuch", "response": "xml"}))
	if want := `<?xml version="1.0" encoding="UTF-8"?><errorresponse><errorcode>401</errorcode><errortext>unable to verify user credentials and/or request signature</errortext></errorresponse>`; a.text != want {
		t.Errorf("error: %s", a.text)
	}
}

func TestXMLShowsJobsToo(t *testing.T) {
	s := start(t, simulator.Config{})
	c := as(t, s, s.User())
	a := c.call("createAffinityGroup", "name", "a<b>", "type", "host anti-affinity")
	id := a.body["jobid"].(string)
	c.job(id)
	x := c.send(http.MethodGet, c.query(map[string]string{"command": "queryAsyncJobResult", "jobid": id, "response": "xml"}))
	if !strings.Contains(x.text, "<jobresult><affinitygroup><id>") || !strings.Contains(x.text, "<name>a&lt;b&gt;</name>") {
		t.Error(x.text)
	}
}

func TestGzipOnRequest(t *testing.T) {
	s := start(t, simulator.Config{})
	c := as(t, s, s.User())
	r := httptest.NewRequest(http.MethodGet, "/client/api?"+c.query(map[string]string{"command": "listZones"}), nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	z, err := gzip.NewReader(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil || !strings.Contains(string(text), "listzonesresponse") {
		t.Errorf("%s %v", text, err)
	}
}

func TestLongRequests(t *testing.T) {
	s := start(t, simulator.Config{})
	c := as(t, s, s.User())
	for _, test := range []struct {
		method string
		length int
		status int
		text   string
	}{
		{http.MethodGet, 7800, 431, "Value greater than max allowed length 255 for param: keyword"},
		{http.MethodGet, 8100, 414, "<h1>Bad Message 414</h1><pre>reason: URI Too Long</pre>"},
		{http.MethodPost, 1000000, 431, "Value greater than max allowed length 255 for param: keyword"},
		{http.MethodPost, 1100000, 404, "<html>"},
	} {
		a := c.send(test.method, c.query(map[string]string{"command": "listZones", "keyword": strings.Repeat("k", test.length)}))
		if a.status != test.status || !strings.Contains(a.text, test.text) {
			t.Errorf("%s of %d: %d %.200s", test.method, test.length, a.status, a.text)
		}
	}
}

func TestMethods(t *testing.T) {
	s := start(t, simulator.Config{})
	c := as(t, s, s.User())
	query := c.query(map[string]string{"command": "listZones"})
	for method, status := range map[string]int{
		http.MethodGet: 200, http.MethodPost: 200, http.MethodHead: 200, http.MethodOptions: 200,
		http.MethodPut: 405, http.MethodDelete: 405, http.MethodPatch: 501,
	} {
		a := c.send(method, query)
		if a.status != status {
			t.Errorf("%s: %d, want %d", method, a.status, status)
		}
		if method != http.MethodGet && method != http.MethodPost && a.text != "" {
			t.Errorf("%s has a body: %s", method, a.text)
		}
	}
}

func TestAPostTakesParametersFromQueryAndBody(t *testing.T) {
	s := start(t, simulator.Config{})
	c := as(t, s, s.User())
	signed := c.query(map[string]string{"command": "listZones"})
	i := strings.Index(signed, "&command")
	r := httptest.NewRequest(http.MethodPost, "/client/api?"+signed[:i], strings.NewReader(signed[i+1:]))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestACommandIsNeeded(t *testing.T) {
	s := start(t, simulator.Config{})
	if a := as(t, s, s.User()).send(http.MethodGet, "response=json"); a.status != 401 || a.key != "null" {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := as(t, s, s.User()).send(http.MethodGet, ""); a.status != 401 || !strings.Contains(a.text, "<errorresponse>") {
		t.Errorf("nothing at all: %d %s", a.status, a.text)
	}
}

func TestCharactersOutsideTheDatabaseAre530AndControlCharacters431(t *testing.T) {
	s := start(t, simulator.Config{})
	c := as(t, s, s.User())
	if code, text := c.fails("createSecurityGroup", "name", "a\x01b"); code != 431 || text != "Received value containing illegal ASCII non-printable characters for parameter name" {
		t.Errorf("%d %s", code, text)
	}
	group := c.first("listSecurityGroups", "securitygroup")["id"].(string)
	if code, _ := c.fails("createTags", "resourcetype", "SecurityGroup", "resourceids", group, "tags[0].key", "emo", "tags[0].value", "😀"); code != 530 {
		t.Errorf("tag: %d", code)
	}
	if code, _ := c.fails("createSecurityGroup", "name", "😀"); code != 530 {
		t.Errorf("name: %d", code)
	}
}

func TestUserDataIsLimited(t *testing.T) {
	s := start(t, simulator.Config{})
	c := as(t, s, s.User())
	post := func(bytes int) answer {
		params := map[string]string{"command": "deployVirtualMachine", "userdata": base64.StdEncoding.EncodeToString(make([]byte, bytes))}
		for p := deployment(); len(p) > 0; p = p[2:] {
			params[p[0]] = p[1]
		}
		return c.send(http.MethodPost, c.query(params))
	}
	if a := post(24576); a.status != 200 {
		t.Errorf("32768 bytes of base64: %d %s", a.status, a.text)
	}
	if a := post(24579); a.status != 431 || a.body["errortext"] != "User data has exceeded configurable max length: 32768" {
		t.Errorf("more: %d %s", a.status, a.text)
	}
}
