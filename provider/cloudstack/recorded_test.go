package cloudstack_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// The recorded exchanges with a real CloudStack 4.23 that several tests read.

const recordings = "../../testdata/"

// exchange is one recorded call with its answer.
type exchange struct {
	source string // file, and step in a story
	cmd    string
	params map[string]string // as a client gives them: without keys and signature
	method string
	status int
	body   any // parsed; a string when the answer was no JSON
	job    any // the answer about the finished job; nil without
	as     string
}

// stories are the three transcripts, read once.
func stories(t testing.TB) []exchange {
	t.Helper()
	readStories.Do(func() { storiesRead = parseStories(t) })
	return storiesRead
}

var (
	readStories, readGoldens sync.Once
	storiesRead, goldensRead []exchange
)

func parseStories(t testing.TB) []exchange {
	files, err := filepath.Glob(recordings + "conformance/*transcript.jsonl")
	if err != nil || len(files) != 3 {
		t.Fatalf("%d stories (%v), want 3", len(files), err)
	}
	var all []exchange
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 8<<20)
		for lines.Scan() {
			var step struct {
				Step, Command, As string
				Params            map[string]string
				Status            int
				Body, Job         any
			}
			if err := json.Unmarshal(lines.Bytes(), &step); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			all = append(all, exchange{source: filepath.Base(file) + ": " + step.Step, cmd: step.Command, params: step.Params,
				status: step.Status, body: step.Body, job: step.Job, as: step.As})
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// goldens are the single exchanges, read once. The result of a job is in an exchange of
// its own, named NAME.job.json; it is put beside the call that began the job.
func goldens(t testing.TB) []exchange {
	t.Helper()
	readGoldens.Do(func() { goldensRead = parseGoldens(t) })
	return goldensRead
}

func parseGoldens(t testing.TB) []exchange {
	files, err := filepath.Glob(recordings + "golden/*.json")
	if err != nil || len(files) < 700 {
		t.Fatalf("%d golden exchanges (%v)", len(files), err)
	}
	var all []exchange
	byName := map[string]int{}
	var jobs []int
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var g struct {
			Request any
			Method  string
			Status  int
			Body    any
		}
		if json.Unmarshal(raw, &g) != nil || g.Body == nil {
			continue // notes and measurements
		}
		request, ok := g.Request.(map[string]any)
		if !ok {
			continue // calls with a parameter twice, which no map can say
		}
		x := exchange{source: filepath.Base(file), method: g.Method, status: g.Status, body: g.Body, params: map[string]string{}}
		for k, v := range request {
			switch v := v.(type) {
			case string:
				x.params[k] = v
			default:
				b, _ := json.Marshal(v)
				x.params[k] = string(b)
			}
		}
		x.cmd = x.params["command"]
		for _, own := range []string{"command", "response", "apikey", "apiKey", "signature", "signatureversion", "signatureVersion", "expires"} {
			delete(x.params, own)
		}
		name := strings.TrimSuffix(x.source, ".json")
		byName[name] = len(all)
		if strings.HasSuffix(name, ".job") {
			jobs = append(jobs, len(all))
		}
		all = append(all, x)
	}
	for _, i := range jobs {
		name := strings.TrimSuffix(strings.TrimSuffix(all[i].source, ".json"), ".job")
		if j, ok := byName[name]; ok {
			all[j].job = all[i].body
		}
	}
	return all
}

// inside is what stands in the envelope of a recorded answer; nil when there is none.
func inside(body any) map[string]any {
	outer, _ := body.(map[string]any)
	if len(outer) == 1 {
		for _, v := range outer {
			m, _ := v.(map[string]any)
			return m
		}
	}
	return nil
}
