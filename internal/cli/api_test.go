package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

// TestAPIWaitIsLeft leaves the wait for a job that takes an hour: the job is
// named, and the exit code tells why.
func TestAPIWaitIsLeft(t *testing.T) {
	for _, c := range []struct {
		name    string
		timeout time.Duration
		signal  time.Duration // when it comes; 0 for never
		want    int
	}{
		{"time is up", 5 * time.Minute, 0, exitRunning},
		{"interrupted", 0, 5 * time.Minute, exitInterrupted},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := simulatedClient(t, &simulator.Faults{Faults: []simulator.Fault{{Command: "createTags", Do: simulator.SlowJob, For: time.Hour}}})
				r := request{command: "createTags", params: url.Values{
					"resourcetype": {"SecurityGroup"}, "resourceids": {defaultGroup(t, client)}, "tags[0].key": {"k"}, "tags[0].value": {"v"},
				}}
				signals := make(chan os.Signal, 1)
				if c.signal > 0 {
					time.AfterFunc(c.signal, func() { signals <- os.Interrupt })
				}
				p := &process{interrupts: func() (<-chan os.Signal, func()) { return signals, func() {} }}
				err := ended(attend(t.Context(), p, c.timeout, func(ctx context.Context, _ *brake) error {
					_, err := checkedRequest{request: r}.send(ctx, client, apiOptions{wait: true})
					return err
				}))
				if got := exitCode(err); got != c.want {
					t.Errorf("exit code %d, want %d", got, c.want)
				}
				if err == nil || !strings.Contains(err.Error(), "go on waiting with: trueup api --wait queryAsyncJobResult jobid=") {
					t.Errorf("%v", err)
				}
			})
		})
	}
}

// simulatedClient is a client of a simulator that ends with the test.
func simulatedClient(t *testing.T, faults *simulator.Faults) *cloudstack.Client {
	server, err := simulator.New(simulator.Config{Seed: 1, Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	service := server.ListenInMemory()
	t.Cleanup(func() {
		if err := errors.Join(service.Close(context.Background()), server.Close()); err != nil {
			t.Error(err)
		}
	})
	user := server.User()
	client, err := cloudstack.New(service.URL, cloudstack.Credentials{APIKey: cloudstack.Secret(user.Key), SecretKey: cloudstack.Secret(user.Secret)},
		cloudstack.WithHTTPClient(service.Client()))
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func defaultGroup(t *testing.T, client *cloudstack.Client) string {
	group, err := cloudstack.One(t.Context(), client, cloudstack.ListSecurityGroups{SecurityGroupName: "default"})
	if err != nil {
		t.Fatal(err)
	}
	return string(group.ID)
}

// fakeAPI is a client of a server that answers by the handler.
func fakeAPI(t *testing.T, answer http.HandlerFunc) *cloudstack.Client {
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	client, err := cloudstack.New(server.URL, cloudstack.Credentials{APIKey: "key", SecretKey: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// TestAPISendsOnce loses the answer of a command that changes something.
func TestAPISendsOnce(t *testing.T) {
	var calls []string
	client := fakeAPI(t, func(w http.ResponseWriter, r *http.Request) {
		calls = append(calls, r.Method)
		w.WriteHeader(http.StatusBadGateway)
	})
	_, err := request{command: "createSomethingNew"}.call(t.Context(), client)
	if !errors.Is(err, cloudstack.ErrOutcomeUnknown) || exitCode(ended(err)) != exitError {
		t.Errorf("%v", err)
	}
	if len(calls) != 1 || calls[0] != http.MethodPost {
		t.Errorf("sent %v", calls)
	}
}

// TestAPIReadsEveryPage reads a list of seven from servers with ways of their own.
func TestAPIReadsEveryPage(t *testing.T) {
	for _, c := range []struct {
		name   string
		most   int    // that the server gives in a page; it refuses to be asked for more
		count  string // what it counts: "list", "page", "nothing"
		paging bool   // whether it heeds page
		given  url.Values
		calls  int
	}{
		{"all in one", 500, "list", true, nil, 1},
		{"a size of one's own", 500, "list", true, url.Values{"pagesize": {"3"}}, 3},
		{"counting the page", 500, "page", true, url.Values{"pagesize": {"7"}}, 2},
		{"a smaller page than ours", 2, "list", true, nil, 5},
		{"a smaller page, counting nothing", 2, "nothing", true, nil, 5},
		{"no pages at all", 500, "list", false, url.Values{"pagesize": {"7"}}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			calls := 0
			client := fakeAPI(t, func(w http.ResponseWriter, r *http.Request) {
				calls++
				page, size := 1, c.most
				if asked := r.FormValue("pagesize"); asked != "" {
					page, size = number(t, r.FormValue("page")), number(t, asked)
				}
				if size > c.most {
					w.WriteHeader(431)
					io.WriteString(w, `{"listthingsresponse":{"errorcode":431,"cserrorcode":4350,"errortext":"Page size can not exceed max allowed page size value: 2"}}`)
					return
				}
				things := []int{1, 2, 3, 4, 5, 6, 7}
				if c.paging {
					things = things[min((page-1)*size, 7):min(page*size, 7)]
				}
				inside := map[string]any{"thing": things}
				switch c.count {
				case "list":
					inside["count"] = 7
				case "page":
					inside["count"] = len(things)
				}
				if len(things) == 0 {
					inside = map[string]any{}
				}
				if err := json.NewEncoder(w).Encode(map[string]any{"listthingsresponse": inside}); err != nil {
					t.Error(err)
				}
			})
			answer, err := readPages(t.Context(), client, request{"listThings", c.given})
			got := fmt.Sprint(answer)
			want := "map[count:7 thing:[1 2 3 4 5 6 7]]"
			if err != nil || got != want || calls != c.calls {
				t.Errorf("%s after %d calls, want %s after %d; %v", got, calls, want, c.calls, err)
			}
		})
	}
}

func number(t *testing.T, text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Error(err)
	}
	return n
}

func TestHelpIsAbout(t *testing.T) {
	app := newApp(&process{})
	for _, c := range [][2]string{
		{"trueup --help", "trueup --help"},
		{"trueup plan --help", "trueup plan --help"},
		{"trueup plan shop --help", "trueup plan --help"},
		{"trueup plan shop -h --var a=b", "trueup plan --help"},
		{"trueup plan --var --help", "trueup plan --var --help"},
		{"trueup plan -- --help", "trueup plan -- --help"},
		{"trueup api --help", "trueup api --help"},
		{"trueup api listZones --help", "trueup api --describe-command listZones"},
		{"trueup api -h listZones --profile p", "trueup api --describe-command --profile p listZones"},
		{"trueup api listZones name=-h", "trueup api listZones name=-h"},
	} {
		got := helpAbout(app.Commands, flagsFirst(app.Commands, strings.Fields(c[0])))
		if strings.Join(got, " ") != c[1] {
			t.Errorf("%s: %q, want %s", c[0], got, c[1])
		}
	}
}

// TestKeptAPIsGrowOld reads what was kept a while ago.
func TestKeptAPIsGrowOld(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	dir := t.TempDir()
	cache{dir, func() time.Time { return at }}.keepAPIs("me", cloudstack.NewCatalog([]cloudstack.API{{Name: "listZones", Async: true}}))
	for _, c := range []struct {
		who   account
		later time.Duration
		want  bool
	}{
		{"me", 0, true},
		{"me", 24 * time.Hour, true},
		{"me", 24*time.Hour + 1, false},
		{"me", -1, false},
		{"you", 0, false},
	} {
		kept := cache{dir, func() time.Time { return at.Add(c.later) }}.apis(c.who)
		if api, got := kept.API("listZones"); got != c.want || api.Async != c.want {
			t.Errorf("%s after %v: %v", c.who, c.later, got)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("%v %v", files, err)
	}
}

// TestAPIWithoutDescription calls a server that has no listApis.
func TestAPIWithoutDescription(t *testing.T) {
	client := fakeAPI(t, func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("command") == "listApis" {
			w.WriteHeader(http.StatusUnauthorized)
			io.WriteString(w, `{"listapisresponse":{"errorcode":401,"errortext":"unable to verify user credentials and/or request signature"}}`)
			return
		}
		io.WriteString(w, `{"frobnicateresponse":{"answer":42}}`)
	})
	known := offer{client: client, cache: cache{now: time.Now}}
	checked, err := known.check(t.Context(), apiOptions{request: request{command: "frobnicate"}})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := checked.call(t.Context(), client)
	if err != nil || fmt.Sprint(answer) != "map[answer:42]" {
		t.Errorf("%v %v", answer, err)
	}
	if _, err := known.find(t.Context(), "frobnicate"); err == nil || !strings.Contains(err.Error(), "does not describe its commands") {
		t.Errorf("%v", err)
	}
}
