package cloudstack_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/trueup/trueup/provider/cloudstack"
)

var beyondWire = []proof{
	{"T07", "signatures are those of Java's rule", signatures},
	{"T08", "signatures expire, unless told otherwise", expiry},
	{"T09", "reads go by GET unless they are long, changes by POST", getOrPost},
	{"T10", "what is known of a command is in its type", metadata},
	{"T11", "paging stops with the loop", pagingStopsEarly},
	{"T12", "a list that is left leaves nothing running", listLeavesNothing},
	{"T13", "one of none and one of many are errors", oneOfNoneOrMany},
}

func signatures(t *testing.T) {
	for _, c := range []struct {
		p    url.Values
		want string
	}{
		{url.Values{"command": {"listZones"}, "response": {"json"}, "apikey": {"KEY"}, "signatureversion": {"3"}, "expires": {"2026-01-02T03:04:05+0000"}}, "b0ZPZHORtdaWJOcbhkYyL4w+iYY="},
		{url.Values{"command": {"createTags"}, "response": {"json"}, "apikey": {"KEY"}, "resourceids": {"5361a11b-615c-42bf-9bdb-e2c3790ada14"}, "resourcetype": {"UserVm"},
			"tags[0].key": {"team ~a*"}, "tags[0].value": {"[x] é+"}}, "cFVvIx/DZ66sNcRot8QLzZM2p3s="},
		// Of a repeated parameter the last value counts, and signature itself never.
		{url.Values{"command": {"nonsense", "listZones"}, "response": {"json"}, "apikey": {"KEY"}, "signatureversion": {"3"}, "expires": {"2026-01-02T03:04:05+0000"}, "signature": {"x"}}, "b0ZPZHORtdaWJOcbhkYyL4w+iYY="},
	} {
		if got := cloudstack.Sign(c.p, "SECRET"); got != c.want {
			t.Errorf("signature of %v is %s, want %s", c.p, got, c.want)
		}
	}
	recordedEncodings(t)
	rapid.Check(t, func(t *rapid.T) {
		p := url.Values{}
		for range rapid.IntRange(1, 20).Draw(t, "parameters") {
			name := rapid.StringMatching(`[a-zA-Z0-9]{1,8}(\[[0-9]{1,2}\]\.[a-zA-Z.:_-]{1,8})?`).Draw(t, "name")
			p.Set(name, strings.ToValidUTF8(rapid.OneOf(rapid.String(), rapid.StringMatching(`[~*+ \[\]%,&=/?#é-]{0,12}`)).Draw(t, "value"), "\ufffd"))
		}
		if got, want := cloudstack.Sign(p, "SECRET"), javaSignature(p, "SECRET"); got != want {
			t.Fatalf("signature of %v is %s, want %s", p, got, want)
		}
	})
}

// recordedEncodings proves the encoding of values against what a real server
// accepted: wherever it accepted Java's encoding, ours is that one; where
// another encoding makes another text, the server's verdict on it says whether
// ours may be the same.
func recordedEncodings(t *testing.T) {
	raw, err := os.ReadFile(recordings + "golden/_signature_encodings.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded struct {
		Values map[string]map[string]int `json:"encodings_of_the_value_in_the_string_to_sign"`
		Names  map[string]int            `json:"names_and_order"`
	}
	if err := json.Unmarshal(raw, &recorded); err != nil {
		t.Fatal(err)
	}
	value := map[string]string{
		"plain": "abcXYZ019-_.", "space": "a b", "plus": "a+b", "asterisk": "a*b", "slash": "a/b", "tilde": "a~b", "percent": "a%b", "ampersand": "a&b",
		"equals": "a=b", "at": "a@b", "colon": "a:b", "comma": "a,b", "brackets": "a[0]b", "parens": "a(b)", "quote": "a'b", "dquote": `a"b`, "bang": "a!b",
		"dollar": "a$b", "hash": "a#b", "question": "a?b", "latin": "aéb", "upperlatin": "AÉB", "cjk": "東京", "emoji": "😀", "turkishI": "İıI", "sharps": "straße",
		"newline": "a\nb", "tab": "a\tb", "nul": "a\x00b", "lt": "a<b>", "pipe": "a|b", "backslash": `a\b`,
	}
	encodings := map[string]func(string) string{
		"go url.QueryEscape (space +, ~ raw, * %2A)": url.QueryEscape,
		"go QueryEscape with + to %20":               func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") },
		"form (quote_plus: space +)":                 url.QueryEscape,
		"java (quote safe -_.*; ~ to %7E; space %20)": func(s string) string {
			return strings.NewReplacer("+", "%20", "%2A", "*", "~", "%7E").Replace(url.QueryEscape(s))
		},
	}
	rows := 0
	for name, verdicts := range recorded.Values {
		v, known := value[name]
		if !known {
			t.Errorf("a recorded character that the test doesn't know: %s", name)
			continue
		}
		ours := strings.TrimPrefix(cloudstack.StringToSign(map[string]string{"v": v}), "v=")
		for encoding, encode := range encodings {
			status, recorded := verdicts[encoding]
			if !recorded {
				continue
			}
			rows++
			same := ours == strings.ToLower(encode(v))
			if strings.HasPrefix(encoding, "java") && status == 200 && !same {
				t.Errorf("%s: ours is %q, and the server accepts %q", name, ours, strings.ToLower(encode(v)))
			}
			if status == 401 && same {
				t.Errorf("%s: ours is what the server refuses: %q", name, ours)
			}
		}
	}
	if rows < 100 {
		t.Errorf("%d rows compared", rows)
	}
	if recorded.Names["canonical raw, wire encoded"] != 200 || recorded.Names["mixed-case names sorted case-sensitively before lower-casing"] != 200 {
		t.Errorf("the recorded rules for names are not those that this test knows: %v", recorded.Names)
	}
	if got := cloudstack.StringToSign(map[string]string{"b[0].K": "1", "B": "2", "a": "3"}); got != "b=2&a=3&b[0].k=1" {
		t.Errorf("names: %q", got)
	}
}

func expiry(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("CET", 3600))
	expires := func(opt cloudstack.Option, opts ...cloudstack.CallOption) string {
		f := newFake(t).answer("listZones", obj{})
		options := []cloudstack.Option{cloudstack.WithClock(&recordingClock{now: now})}
		if opt != nil {
			options = append(options, opt)
		}
		if _, err := cloudstack.Collect(cloudstack.All(t.Context(), f.client(options...), cloudstack.ListZones{}, opts...)); err != nil {
			t.Fatal(err)
		}
		all := f.log()[0].all
		if all.Has("expires") != (all.Get("signatureversion") == "3") {
			t.Errorf("signatureversion %q with expires %q", all.Get("signatureversion"), all.Get("expires"))
		}
		return all.Get("expires")
	}
	for name, c := range map[string]struct{ got, want string }{
		"default":     {expires(nil), "2026-01-02T02:14:05+0000"},
		"an hour":     {expires(cloudstack.WithSignatureExpiry(time.Hour)), "2026-01-02T03:04:05+0000"},
		"never":       {expires(cloudstack.WithSignatureExpiry(-1)), ""},
		"the call's":  {expires(nil, cloudstack.Expires(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))), "2030-01-01T00:00:00+0000"},
		"only a call": {expires(cloudstack.WithSignatureExpiry(-1), cloudstack.Expires(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))), "2030-01-01T00:00:00+0000"},
	} {
		if c.got != c.want {
			t.Errorf("%s: expires %q, want %q", name, c.got, c.want)
		}
	}
}

func getOrPost(t *testing.T) {
	f := newFake(t).answer("listZones", obj{}).answer("deployVirtualMachine", obj{"jobid": "j"})
	c := f.client(cloudstack.WithClock(&recordingClock{now: start2000}))
	last := func() call { return f.log()[len(f.log())-1] }
	// length is that of the URL with a name of n letters.
	send := func(n int) call {
		if err := func() error {
			_, err := cloudstack.Collect(cloudstack.All(t.Context(), c, cloudstack.ListZones{Name: strings.Repeat("x", n)}))
			return err
		}(); err != nil {
			t.Fatal(err)
		}
		return last()
	}
	length := func(c call) int { // spaces and the signature's marks are escaped in three bytes
		return len("http://cloud.test/client/api?") + len(strings.ReplaceAll(c.all.Encode(), "+", "%20"))
	}
	base := length(send(1)) - 1
	seen := map[int]bool{}
	for n := 2000 - base; n <= 2100-base; n++ {
		c := send(n)
		want := "GET"
		if length(c) > 2048 {
			want = "POST"
		}
		if c.method != want {
			t.Errorf("a URL of %d bytes goes by %s", length(c), c.method)
		}
		seen[length(c)] = true
		if c.method == "POST" && !strings.HasPrefix(c.header.Get("Content-Type"), "application/x-www-form-urlencoded") {
			t.Errorf("content type %q", c.header.Get("Content-Type"))
		}
	}
	if !seen[2047] || !seen[2048] || !seen[2049] {
		t.Error("the border of 2048 bytes was not crossed step by step")
	}
	if _, err := cloudstack.Start(t.Context(), c, deploy); err != nil || last().method != "POST" {
		t.Errorf("a deploy goes by %s, %v", last().method, err)
	}
	big := deploy
	big.UserData = []byte(strings.Repeat("y", 20000))
	if _, err := cloudstack.Start(t.Context(), c, big); err != nil || last().method != "POST" || len(last().params["userdata"]) < 26000 {
		t.Errorf("user data goes by %s, %v", last().method, err)
	}
	for method, want := range map[cloudstack.MethodPolicy]string{cloudstack.MethodGet: "GET", cloudstack.MethodPost: "POST"} {
		c := f.client(cloudstack.WithMethod(method))
		_, e1 := cloudstack.Start(t.Context(), c, deploy)
		m1 := last().method
		_, e2 := cloudstack.Collect(cloudstack.All(t.Context(), c, cloudstack.ListZones{}))
		if e1 != nil || e2 != nil || m1 != want || last().method != want {
			t.Errorf("all by %s: %s and %s, %v, %v", want, m1, last().method, e1, e2)
		}
	}
}

func metadata(t *testing.T) {
	names := map[string]bool{}
	for _, r := range cloudstack.AllRequests() {
		i := r.Info()
		reads := strings.HasPrefix(i.Name, "list") || strings.HasPrefix(i.Name, "get") || strings.HasPrefix(i.Name, "query")
		switch {
		case names[i.Name]:
			t.Errorf("%s twice", i.Name)
		case i.Description == "" || i.Name == "":
			t.Errorf("%T: %+v", r, i)
		case i.Mutating == reads:
			t.Errorf("%s: Mutating is %v", i.Name, i.Mutating)
		case i.Async && !i.Mutating:
			t.Errorf("%s reads and makes a job", i.Name)
		case cloudstack.Answer(r) == nil:
			t.Errorf("%s has no answer", i.Name)
		}
		names[i.Name] = true
		if !strings.EqualFold(fmt.Sprintf("%T", r), "cloudstack."+i.Name) {
			t.Errorf("%T is the command %s", r, i.Name)
		}
	}
}

func pagingStopsEarly(t *testing.T) {
	f := newFake(t)
	f.on("listVirtualMachines", func(c call) reply {
		return paged(c.command, "virtualmachine", manyMachines(30), c)
	})
	n := 0
	for _, err := range cloudstack.All(t.Context(), f.client(cloudstack.WithPageSize(10)), cloudstack.ListVirtualMachines{}) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 3 {
			break
		}
	}
	if len(f.log()) != 1 {
		t.Errorf("%d calls for three machines of a page of ten", len(f.log()))
	}
	for _, c := range f.log() {
		if (c.params["page"] == "") != (c.params["pagesize"] == "") {
			t.Errorf("half a page: %v", c.params)
		}
	}
	// A page of the request's own is that page only.
	f2 := newFake(t)
	f2.on("listVirtualMachines", func(c call) reply { return paged(c.command, "virtualmachine", manyMachines(30), c) })
	own := cloudstack.ListVirtualMachines{Paging: cloudstack.Paging{Page: cloudstack.Some(2), PageSize: cloudstack.Some(5)}}
	machines, err := cloudstack.Collect(cloudstack.All(t.Context(), f2.client(), own))
	if err != nil || len(machines) != 5 || machines[0].ID != "vm-5" || len(f2.log()) != 1 {
		t.Errorf("page 2 of 5: %d machines, %v, %d calls", len(machines), err, len(f2.log()))
	}
	smallerPages(t)
}

// smallerPages: a server that allows less is asked for less, once it said so.
func smallerPages(t *testing.T) {
	f := newFake(t)
	f.on("listVirtualMachines", func(c call) reply {
		if len(c.params["pagesize"]) > 2 {
			return fail(c.command, 431, 4350, "Page size can't exceed max allowed page size value: 20")
		}
		return paged(c.command, "virtualmachine", manyMachines(45), c)
	})
	c := f.client()
	for calls := range 2 {
		machines, err := cloudstack.Collect(cloudstack.All(t.Context(), c, cloudstack.ListVirtualMachines{}))
		if err != nil || len(machines) != 45 || len(f.log()) != 4+3*calls {
			t.Errorf("list %d: %d machines, %v, %d calls", calls+1, len(machines), err, len(f.log()))
		}
	}
}

func manyMachines(n int) []any {
	all := make([]any, n)
	for i := range all {
		all[i] = obj{"id": fmt.Sprint("vm-", i), "name": fmt.Sprint("web-", i)}
	}
	return all
}

func listLeavesNothing(t *testing.T) {
	f := newFake(t)
	f.on("listVirtualMachines", func(c call) reply { return paged(c.command, "virtualmachine", manyMachines(100), c) })
	c := f.client(cloudstack.WithPageSize(10))
	before := runtime.NumGoroutine()
	for range 50 {
		for range cloudstack.All(t.Context(), c, cloudstack.ListVirtualMachines{}) {
			break
		}
	}
	noGoroutineLeft(t, before)
}

func oneOfNoneOrMany(t *testing.T) {
	for n, want := range map[int]string{0: "ErrNotFound", 1: "-", 2: "ErrAmbiguous"} {
		f := newFake(t)
		f.on("listVirtualMachines", func(c call) reply { return paged(c.command, "virtualmachine", manyMachines(n), c) })
		_, err := cloudstack.One(t.Context(), f.client(), cloudstack.ListVirtualMachines{Name: "x"})
		if got := classOf(err); got != want {
			t.Errorf("one of %d: %v is %s, want %s", n, err, got, want)
		}
	}
}
