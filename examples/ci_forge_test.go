package examples

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// forge is GitHub and GitLab in one: the comments of a pull request, and the plans
// that its pipelines kept.
type forge struct {
	*testing.T
	server *httptest.Server
	mu     sync.Mutex
	bodies []string          // of comments; the id is the index, from 1
	plans  map[string]string // by the name of the artifact, or the path of the package
	// strangers keep a plan of every name, which must not be taken.
	strangers string
}

const pull = 7 // the number of the pull request

func newForge(t *testing.T) *forge {
	f := &forge{T: t, plans: map[string]string{}, strangers: "a plan of strangers"}
	f.server = httptest.NewServer(f)
	t.Cleanup(f.server.Close)
	return f
}

var (
	gitHubComment = regexp.MustCompile(`^/repos/acme/infra/issues/(?:7/comments|comments/(\d+))$`)
	gitLabNote    = regexp.MustCompile(`^/api/v4/projects/9/merge_requests/7/notes(?:/(\d+))?$`)
)

func (f *forge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		f.Error(err)
	}
	answer := func(v any) {
		if err := json.NewEncoder(w).Encode(v); err != nil {
			f.Error(err)
		}
	}
	path := r.URL.Path
	if !strings.Contains(path, "/runs/") && r.Header.Get("Test-Token") == "" {
		http.Error(w, "who?", http.StatusUnauthorized)
		return
	}
	switch {
	case gitHubComment.MatchString(path):
		var comment struct{ Body string }
		if r.Method != "GET" {
			if err := json.Unmarshal(body, &comment); err != nil {
				f.Error(err)
			}
		}
		f.comment(r.Method, gitHubComment.FindStringSubmatch(path)[1], comment.Body)
		answer(f.comments())
	case gitLabNote.MatchString(path):
		f.comment(r.Method, gitLabNote.FindStringSubmatch(path)[1], string(body))
		answer(f.comments())
	case path == "/api/v4/user":
		answer(map[string]any{"id": 5})
	case path == "/repos/acme/infra/actions/artifacts":
		answer(f.artifacts(r.URL.Query().Get("name")))
	case strings.HasPrefix(path, "/repos/acme/infra/commits/"):
		answer([]any{map[string]any{"number": pull}})
	case strings.HasPrefix(path, "/api/v4/projects/9/repository/commits/"):
		answer([]any{map[string]any{"iid": pull}})
	case strings.HasPrefix(path, "/runs/1/"):
		fmt.Fprint(w, f.strangers)
	case strings.HasPrefix(path, "/runs/2/"):
		fmt.Fprint(w, f.plans[strings.TrimPrefix(path, "/runs/2/")])
	case strings.HasPrefix(path, "/api/v4/projects/9/packages/generic/") && r.Method == "PUT":
		f.plans[path] = string(body)
	case f.plans[path] != "":
		fmt.Fprint(w, f.plans[path])
	default:
		http.NotFound(w, r)
	}
}

// comment writes a comment, or brings the one of that id up to date.
func (f *forge) comment(method, id, body string) {
	var n int
	switch {
	case method == "GET":
	case id == "":
		f.bodies = append(f.bodies, body)
	default:
		if _, err := fmt.Sscan(id, &n); err != nil || n < 1 || n > len(f.bodies) {
			f.Errorf("no comment %s", id)
			return
		}
		f.bodies[n-1] = body
	}
}

func (f *forge) comments() []map[string]any {
	all := []map[string]any{{"id": 1000, "body": "<!-- trueup:shop --> says a stranger", "user": map[string]any{"type": "User"}, "author": map[string]any{"id": 66}}}
	for i, body := range f.bodies {
		all = append(all, map[string]any{"id": i + 1, "body": body, "user": map[string]any{"type": "Bot"}, "author": map[string]any{"id": 5}})
	}
	return all
}

// artifacts lists a stranger's of that name, and ours where there is one.
func (f *forge) artifacts(name string) any {
	run := func(id, head int) map[string]any {
		return map[string]any{"id": id * 10, "expired": false, "workflow_run": map[string]any{"id": id, "repository_id": 3, "head_repository_id": head}}
	}
	all := []any{run(1, 4)}
	if f.plans[name] != "" {
		all = append(all, run(2, 3))
	}
	return map[string]any{"artifacts": all}
}

// said are our comments.
func (f *forge) said() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.bodies...)
}
