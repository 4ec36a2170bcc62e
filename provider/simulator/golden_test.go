package simulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/trueup/trueup/provider/simulator"
)

// notCompared are fields whose values are the recorded server's own affair.
var notCompared = []string{
	"ipaddress", "macaddress", "isolationuri", "broadcasturi", "created", "lastupdated", "completed", "allocated", "fingerprint", "privatekey", "publicip",
	"vmipaddress", "SSH.PublicKey", "apikey", "firstname", "hostid", "hostname", "networkdomain", "iptotal", "networktotal", "vlan", "downloaddetails",
}

func TestRecordedExchangesAreAnsweredAlike(t *testing.T) {
	for title, names := range goldenStories {
		t.Run(title, func(t *testing.T) {
			sim := start(t, simulator.Config{})
			g := &golden{t: t, sim: sim, ids: map[string]string{}}
			for _, name := range names {
				if act, ok := goldenActs[name]; ok {
					act(g)
				} else {
					g.exchange(name)
				}
			}
		})
	}
}

type golden struct {
	t   *testing.T
	sim *simulator.Server
	ids map[string]string // ours by the recording's
}

type recording struct {
	Request map[string]any
	Method  string
	Status  int
	Body    any
	Actor   string
}

func readRecording(t *testing.T, name string) (r recording, ok bool) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "golden", name+".json"))
	if os.IsNotExist(err) {
		return r, false
	}
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return r, true
}

func (g *golden) exchange(name string) {
	g.t.Helper()
	r, ok := readRecording(g.t, name)
	if !ok {
		g.t.Fatalf("no recording %s", name)
	}
	who := map[string]simulator.Credentials{"admin": g.sim.Admin(), "plain2": g.sim.Other()}[r.Actor]
	if who.Key == "" {
		who = g.sim.User()
	}
	c := as(g.t, g.sim, who)
	params := map[string]string{}
	for k, v := range r.Request {
		if k != "apikey" && k != "signature" {
			params[k] = g.translate(fmt.Sprint(v))
		}
	}
	method := r.Method
	if method == "" {
		method = http.MethodGet
	}
	a := c.send(method, c.query(params))
	if a.status != r.Status {
		g.t.Errorf("%s: HTTP %d recorded, got %d %s", name, r.Status, a.status, a.text)
	}
	g.compare(name, "", r.Body, map[string]any{a.key: anyMap(a.body)})
	if job, ok := readRecording(g.t, name+".job"); ok {
		if id, ok := a.body["jobid"].(string); ok {
			g.compare(name+".job", "", job.Body, map[string]any{"queryasyncjobresultresponse": anyMap(c.job(id))})
		}
	}
}

var (
	anyUUID  = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|10\.210\.\d+\.\d+`) // public addresses too
	anyDigit = regexp.MustCompile(`[0-9]+(\.[0-9]+)*`)
)

// translate replaces the recording's ids by ours.
func (g *golden) translate(s string) string {
	return anyUUID.ReplaceAllStringFunc(s, func(id string) string {
		if ours, ok := g.ids[id]; ok {
			return ours
		}
		return id
	})
}

// compare walks through both answers, matches ids, and reports what differs: values, types, fields more and fields less.
func (g *golden) compare(name, path string, real, ours any) {
	g.t.Helper()
	switch r := real.(type) {
	case map[string]any:
		o, ok := ours.(map[string]any)
		if !ok {
			g.t.Errorf("%s%s: an object was recorded, got %v", name, path, ours)
			return
		}
		for k := range r {
			if _, ok := o[k]; !ok && !optional(k) {
				g.t.Errorf("%s%s: no %s; recorded %v", name, path, k, r[k])
			}
		}
		for k := range o {
			v, ok := r[k]
			if !ok && !optional(k) {
				g.t.Errorf("%s%s: %s was not recorded: %v", name, path, k, o[k])
			}
			if ok {
				g.compare(name, path+"."+k, v, o[k])
			}
		}
	case []any:
		o, ok := ours.([]any)
		if !ok || len(o) != len(r) {
			g.t.Errorf("%s%s: %d items were recorded, got %v", name, path, len(r), ours)
			return
		}
		r, o = sorted(r), sorted(o)
		for i := range r {
			g.compare(name, fmt.Sprintf("%s[%d]", path, i), r[i], o[i])
		}
	case string:
		o, ok := ours.(string)
		if !ok {
			g.t.Errorf("%s%s: %q was recorded, got %v", name, path, r, ours)
			return
		}
		g.match(r, o)
		if slices.ContainsFunc(notCompared, func(f string) bool { return strings.HasSuffix(path, "."+f) }) {
			return
		}
		if a, b := plainText(g.translate(r)), plainText(o); a != b {
			g.t.Errorf("%s%s: recorded %q, got %q", name, path, g.translate(r), o)
		}
	default:
		if real != ours && !slices.ContainsFunc(notCompared, func(f string) bool { return strings.HasSuffix(path, "."+f) }) {
			g.t.Errorf("%s%s: recorded %v, got %v", name, path, real, ours)
		}
	}
}

// sorted puts tags, services of networks and their capabilities in order: the recorded server keeps none.
func sorted(list []any) []any {
	key := func(v any) string {
		m, _ := v.(map[string]any)
		k, _ := m["key"].(string)
		if m["provider"] != nil || m["canchooseservicecapability"] != nil {
			k, _ = m["name"].(string)
		}
		return k
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b any) int { return strings.Compare(key(a), key(b)) })
	return list
}

// match learns which of our ids stand for the recording's.
func (g *golden) match(real, ours string) {
	a, b := anyUUID.FindAllString(real, -1), anyUUID.FindAllString(ours, -1)
	if len(a) != len(b) {
		return
	}
	for i := range a {
		if _, known := g.ids[a[i]]; !known {
			g.ids[a[i]] = b[i]
		}
	}
}

// plainText takes out numbers that are the server's own: those of its database and of time.
func plainText(s string) string { return anyDigit.ReplaceAllString(s, "#") }

// optional tells of fields that come and go with the moment: the job that is at work on a thing.
func optional(field string) bool {
	return field == "jobid" || field == "jobstatus" || field == "lastupdated"
}
