package cli

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trueup/trueup/provider/cloudstack"
)

// board is a webhook that keeps what it was sent.
type board struct {
	server   *httptest.Server
	messages []string
	status   int
}

func newBoard(t *testing.T) *board {
	b := &board{status: http.StatusOK}
	b.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Message string }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		if b.status == http.StatusOK {
			b.messages = append(b.messages, body.Message)
		}
		w.WriteHeader(b.status)
	}))
	t.Cleanup(b.server.Close)
	return b
}

// url is that of the board, with a secret in it.
func (b *board) url() string { return "generic+" + b.server.URL + "/hook/hunter2-token?template=json" }

// read returns the one message that came since the last time, or "".
func (b *board) read(t *testing.T) string {
	t.Helper()
	messages := b.messages
	b.messages = nil
	if len(messages) > 1 {
		t.Fatalf("%d messages: %q", len(messages), messages)
	}
	return strings.Join(messages, "")
}

// byHand sends an asynchronous command as the ordinary user, and waits for its job.
func (e *estate) byHand(command string, params map[string][]string) {
	e.Helper()
	user := e.sim.User()
	client, err := cloudstack.New(e.env.get("CLOUDSTACK_ENDPOINT"), cloudstack.Credentials{APIKey: cloudstack.Secret(user.Key), SecretKey: cloudstack.Secret(user.Secret)})
	if err != nil {
		e.Fatal(err)
	}
	answer, err := client.Raw(e.Context(), command, params)
	if err != nil {
		e.Fatal(err)
	}
	var job struct {
		ID cloudstack.ID `json:"jobid"`
	}
	if err := json.Unmarshal(answer, &job); err != nil {
		e.Fatal(err)
	}
	if _, err := cloudstack.ResumeRaw(client, job.ID).Wait(e.Context()); err != nil {
		e.Fatal(err)
	}
}

func TestNewsAreToldOnce(t *testing.T) {
	t.Parallel()
	e, b := newEstate(t, 2, 1), newBoard(t)
	machine := e.machine("s1-web-1")
	look := func(code int) (message, out string) {
		t.Helper()
		out, _ = e.trueup(code, append([]string{"drift", "--only-new", "--notify", b.url()}, e.paths...)...)
		if strings.Contains(out, "hunter2") {
			t.Fatalf("the URL is shown:\n%s", out)
		}
		return b.read(t), out
	}
	rename := func(name string) {
		e.byHand("createTags", map[string][]string{"resourceids": {machine}, "resourcetype": {"UserVm"}, "tags[0].key": {name}, "tags[0].value": {"x"}})
	}
	wants := func(what, got, want string) {
		t.Helper()
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s says %q, and should say %q", what, got, want)
		}
	}

	message, out := look(exitDone)
	wants("a cloud without drift", message+out, "")
	rename("byhand")
	message, out = look(exitDiffers)
	wants("the message", message, "trueup: drift in s1\n\nStack s1: 1 resource differs.\n  new: vm/web-1, changed by hand (last event: ")
	wants("the message", message, "by plain at ")
	wants("the message", message, "); tags extra: byhand=x\n")
	wants("the output", out, "Stack s1: 1 resource differs.")
	message, out = look(exitDiffers)
	wants("the same again", message+out, "")
	rename("byhand2")
	message, _ = look(exitDiffers)
	wants("another change of the same", message, "byhand2=x")

	e.env = append(e.env, "CLOUDSTACK_SECRET_KEY=wrong")
	message, _ = look(exitUsage)
	wants("a cloud that fails", message, "could not look at s0, s1\n\nNot looked at: s0, s1\n  error: read the cloud: ")
	message, _ = look(exitUsage)
	wants("a cloud that fails still", message, "")
	e.env = e.env[:len(e.env)-1]
	message, _ = look(exitDiffers)
	wants("a cloud that works again", message, "  It can be looked at again.\n  as before: vm/web-1\n")

	e.trueup(exitDone, "apply", "--yes", e.paths[1])
	message, out = look(exitDone)
	wants("what was fixed", message, "trueup: fixed in s1\n\nStack s1: no drift any more.\n  fixed: vm/web-1\n")
	wants("what was fixed", out, "Fixed since the last look: vm/web-1")
	message, out = look(exitDone)
	wants("nothing new", message+out, "")
}

// machine is the id of a machine by name.
func (e *estate) machine(name string) string {
	e.Helper()
	out, code := "", 0
	if code, out = e.run("api", "listVirtualMachines", "name="+name); code != exitDone {
		e.Fatal(out)
	}
	_, rest, _ := strings.Cut(out, `"id": "`)
	id, _, _ := strings.Cut(rest, `"`)
	return id
}

func TestNewsThatDidNotArriveAreToldAgain(t *testing.T) {
	t.Parallel()
	e, b := newEstate(t, 1, 1), newBoard(t)
	e.byHand("createTags", map[string][]string{"resourceids": {e.machine("s0-web-1")}, "resourcetype": {"UserVm"}, "tags[0].key": {"a"}, "tags[0].value": {"b"}})
	e.env = append(e.env, notifyVariable+"="+b.url()+"\n generic://127.0.0.1:1/hunter2-other?disabletls=yes\n")
	out, _ := e.trueup(exitError, "drift", e.paths[0])
	if !strings.Contains(out, "notify ($TRUEUP_NOTIFY, URL 2): ") || strings.Contains(out, "hunter2") {
		t.Errorf("of a receiver that can't be reached:\n%s", out)
	}
	b.read(t)
	e.env[len(e.env)-1] = notifyVariable + "=" + b.url()
	b.status = http.StatusInternalServerError
	out, _ = e.trueup(exitError, "drift", e.paths[0])
	if !strings.Contains(out, "500") || strings.Contains(out, "hunter2") {
		t.Errorf("of a receiver that fails:\n%s", out)
	}
	b.status = http.StatusOK
	e.trueup(exitDiffers, "drift", e.paths[0])
	if b.read(t) == "" {
		t.Error("news that did not arrive are not told again")
	}
}

func TestWrongReceiversAreFoundBeforeAnythingIsDone(t *testing.T) {
	for _, url := range []string{"bogus://hunter2", "slack://hunter2@hunter2hunter2", "hunter2", "://hunter2", "generic+ftp://hunter2 %zz", "discord://hunter2"} {
		e := &estate{TB: t}
		for _, args := range [][]string{{"drift", "--notify", url}, {"drift"}} {
			if len(args) == 1 {
				e.env = environment{notifyVariable + "=" + url}
				if strings.Contains(url, " ") {
					continue
				}
			}
			code, out := e.run(args...)
			if code != exitUsage || !strings.Contains(out, "expected a URL such as") || strings.Contains(out, "hunter2") {
				t.Errorf("%v exits with %d:\n%s", args, code, out)
			}
		}
	}
}

func TestADamagedMemoryIsSaidAndTheDriftShown(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 1, 1)
	e.trueup(exitDone, "drift", "--only-new", e.paths[0])
	file := filepath.Join(e.paths[0], ".trueup", "drift", "s0.json")
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _ := e.trueup(exitError, "drift", "--only-new", e.paths[0])
	if !strings.Contains(out, "No drift.") || !strings.Contains(out, "delete the file") || !strings.Contains(out, file) {
		t.Errorf("output:\n%s", out)
	}
}
