package simulator_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/trueup/trueup/provider/simulator"
)

// A step is one line of a recorded story.
type step struct {
	Step    string
	Command string
	Params  map[string]any
	As      string
	Wait    bool
	Save    map[string]string
	Status  int
	Body    any
	Job     any
}

// TestRecordedStoriesReplayWithoutADifference replays what was recorded from a real server and compares what a client could notice,
// by the rules of testdata/conformance/record.py: status, error code, fields that were never recorded, types, and whether there is a job.
func TestRecordedStoriesReplayWithoutADifference(t *testing.T) {
	for name, steps := range map[string]int{"transcript": 162, "kinds-transcript": 115, "elastic-transcript": 33} {
		t.Run(name, func(t *testing.T) {
			story := readStory(t, name)
			if len(story) != steps {
				t.Fatalf("%d steps, want %d", len(story), steps)
			}
			seen := map[string]map[string]any{}
			for _, s := range story {
				learn(shape(s.Body), seen)
				learn(shape(s.Job), seen)
			}
			sim := start(t, simulator.Config{})
			r := replay{caller: as(t, sim, sim.User()), known: map[string]string{"run": "r1", "uuid": "0d9a2a9e-6a0f-4a4b-9a0e-2f1f6a3f4b5c"}}
			for _, s := range story {
				out := r.perform(s)
				r.remember(s, out)
				for _, d := range compare(s, out, seen) {
					t.Errorf("%s: %s", s.Step, d)
				}
			}
		})
	}
}

// TestRecordedStoriesReplayToTheLetter compares values and fields that are missing too, but for ids, numbers and moments, as the account
// that was recorded.
func TestRecordedStoriesReplayToTheLetter(t *testing.T) {
	listsOthers := []string{ // that the account had when it was recorded
		"accounts", "vms page one of one", "vms page beyond the end", "vms in several states", "tags list", "vms by tag", "groups by tag",
		"addresses free", "free address reserve",
	}
	for name, run := range map[string]string{"transcript": "r50143911", "kinds-transcript": "r5377334", "elastic-transcript": "r30209235"} {
		t.Run(name, func(t *testing.T) {
			sim := start(t, simulator.Config{})
			who := sim.User()
			if name == "transcript" {
				who = sim.Other()
			}
			r := replay{caller: as(t, sim, who), known: map[string]string{"run": run, "uuid": "0d9a2a9e-6a0f-4a4b-9a0e-2f1f6a3f4b5c"}}
			g := &golden{t: t, sim: sim, ids: map[string]string{}}
			for _, s := range readStory(t, name) {
				out := r.perform(s)
				r.remember(s, out)
				if slices.Contains(listsOthers, s.Step) {
					continue
				}
				g.compare(s.Step, "", s.Body, out.body)
				if s.Job != nil {
					g.compare(s.Step+", its job", "", s.Job, out.job)
				}
			}
		})
	}
}

func readStory(t *testing.T, name string) []step {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "testdata", "conformance", name+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []step
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var s step
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

type replay struct {
	caller
	known map[string]string
}

type outcome struct {
	status int
	body   any
	job    any
}

var variable = regexp.MustCompile(`\$(\w+)`)

func (r replay) perform(s step) outcome {
	c := r.caller
	params := map[string]string{"command": s.Command}
	for k, v := range s.Params {
		text := fmt.Sprint(v)
		if f, ok := v.(float64); ok {
			text = fmt.Sprintf("%.0f", f)
		}
		params[k] = variable.ReplaceAllStringFunc(text, func(m string) string {
			if v, ok := r.known[m[1:]]; ok {
				return v
			}
			return "unknown-" + m[1:]
		})
	}
	method := http.MethodGet
	switch s.As {
	case "wrong-secret":
		c.Secret = "wrong"
	case "unknown-key":
		c.Key = "no-such-key"
	case "expired":
		params["signatureversion"], params["expires"] = "3", "2020-01-01T00:00:00+0000"
	case "post":
		method = http.MethodPost
	}
	a := c.send(method, c.query(params))
	out := outcome{status: a.status, body: map[string]any{a.key: anyMap(a.body)}}
	if id, ok := a.body["jobid"].(string); ok && s.Wait && a.status == http.StatusOK {
		out.job = map[string]any{"queryasyncjobresultresponse": anyMap(c.job(id))}
	}
	return out
}

func anyMap(m map[string]any) any {
	if m == nil {
		return nil
	}
	return m
}

func (r replay) remember(s step, out outcome) {
	for name, path := range s.Save {
		v := out.body
		if strings.HasPrefix(path, "queryasyncjobresultresponse") {
			v = out.job
		}
		r.known[name] = fmt.Sprint(dig(v, strings.Split(path, ".")))
	}
}

func dig(v any, path []string) any {
	for _, part := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[part]
		case []any:
			var i int
			if _, err := fmt.Sscan(part, &i); err != nil || i >= len(x) {
				return "unsaved"
			}
			v = x[i]
		}
	}
	return v
}

// shape keeps the structure of a value and the names of its types.
func shape(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, x := range v {
			out[k] = shape(x)
		}
		return out
	case []any:
		merged := map[string]any{}
		for _, x := range v {
			m, ok := shape(x).(map[string]any)
			if !ok {
				return []any{shape(x)}
			}
			for k, t := range m {
				if _, ok := merged[k]; !ok {
					merged[k] = t
				}
			}
		}
		return []any{merged}
	case nil:
		return "null"
	case bool:
		return "bool"
	case float64:
		return "number"
	default:
		return "string"
	}
}

// learn collects all fields that were ever recorded under a key: many are optional.
func learn(v any, seen map[string]map[string]any) {
	m, ok := v.(map[string]any)
	if !ok {
		return
	}
	for k, x := range m {
		inner := x
		if list, ok := x.([]any); ok && len(list) > 0 {
			inner = list[0]
		}
		if fields, ok := inner.(map[string]any); ok {
			if seen[k] == nil {
				seen[k] = map[string]any{}
			}
			for f, t := range fields {
				if !tellsNothing(t) {
					seen[k][f] = t
				}
			}
		}
		learn(inner, seen)
	}
}

func tellsNothing(t any) bool {
	switch t := t.(type) {
	case map[string]any:
		return len(t) == 0
	case []any:
		return len(t) == 1 && tellsNothing(t[0])
	default:
		return t == "null"
	}
}

func compare(s step, out outcome, seen map[string]map[string]any) []string {
	var found []string
	if out.status != s.Status {
		found = append(found, fmt.Sprintf("HTTP %d recorded, got %d: %v", s.Status, out.status, out.body))
	}
	if real, ours := errorOf(s.Body, s.Job), errorOf(out.body, out.job); real != ours {
		found = append(found, fmt.Sprintf("error code %v recorded, got %v: %v", real, ours, out.job))
	}
	found = append(found, differences(shape(s.Body), shape(out.body), seen, "", "")...)
	switch {
	case (s.Job != nil) != (out.job != nil):
		found = append(found, fmt.Sprintf("job recorded: %v, got: %v", s.Job != nil, out.job != nil))
	case s.Job != nil:
		found = append(found, differences(shape(s.Job), shape(out.job), seen, "", "")...)
	}
	return found
}

func errorOf(body, job any) any {
	if job != nil {
		body = job
	}
	m, _ := body.(map[string]any)
	for _, v := range m {
		inner, _ := v.(map[string]any)
		if r, ok := inner["jobresult"].(map[string]any); ok {
			inner = r
		}
		return inner["errorcode"]
	}
	return nil
}

// differences finds what ours has that a client of the real server could not read.
func differences(real, ours any, seen map[string]map[string]any, path, key string) []string {
	realMap, isMap := real.(map[string]any)
	oursMap, alsoMap := ours.(map[string]any)
	realList, isList := real.([]any)
	oursList, alsoList := ours.([]any)
	var found []string
	switch {
	case isMap && alsoMap:
		all := maps.Clone(seen[key])
		if all == nil {
			all = map[string]any{}
		}
		maps.Copy(all, realMap)
		for _, k := range slices.Sorted(maps.Keys(oursMap)) {
			known, ok := all[k]
			switch {
			case !ok && key != "details":
				found = append(found, path+"."+k+": not in the recorded answer")
			case ok:
				found = append(found, differences(known, oursMap[k], seen, path+"."+k, k)...)
			}
		}
	case isList && alsoList:
		if len(realList) > 0 && len(oursList) > 0 && !emptyMap(realList[0]) && !emptyMap(oursList[0]) {
			found = differences(realList[0], oursList[0], seen, path+"[]", key)
		}
	case isMap || alsoMap || isList || alsoList || real != ours:
		found = append(found, fmt.Sprintf("%s: recorded %v, got %v", path, real, ours))
	}
	return found
}

func emptyMap(v any) bool {
	m, ok := v.(map[string]any)
	return ok && len(m) == 0
}
