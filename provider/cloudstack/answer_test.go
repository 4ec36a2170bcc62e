package cloudstack_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/trueup/trueup/provider/cloudstack"
)

// answerTypes are what the requests give, by command: the type of the result,
// of the job's result, or of a list's item.
func answerTypes() map[string]reflect.Type {
	types := map[string]reflect.Type{}
	for _, r := range cloudstack.AllRequests() {
		types[r.Info().Name] = reflect.TypeOf(cloudstack.Answer(r))
	}
	return types
}

// coverage collects the keys of recorded answers that no type of ours has, and
// the values that were decoded to something else.
type coverage struct {
	unmodelled map[string]string // TYPE.key: where it was seen first
	wrong      []string
}

// visit decodes a recorded value into a new value of the type and compares what
// has a field with what the field got.
func (c *coverage) visit(v any, typ reflect.Type, source string) {
	dst := reflect.New(typ)
	if err := cloudstack.Decode(numbers(v), dst.Interface()); err != nil {
		c.wrong = append(c.wrong, fmt.Sprintf("%s: %v", source, err))
		return
	}
	c.compare(v, dst.Elem(), typ.Name(), source)
}

// numbers turns a value of encoding/json's into one as the package parses it.
func numbers(v any) any {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	parsed, err := cloudstack.Parse(raw)
	if err != nil {
		panic(err)
	}
	return parsed
}

func (c *coverage) compare(v any, got reflect.Value, owner, source string) {
	if got.Kind() == reflect.Struct && strings.HasPrefix(got.Type().Name(), "Opt[") {
		c.compare(v, got.FieldByName("V"), owner, source)
		return
	}
	switch x := v.(type) {
	case map[string]any:
		switch got.Kind() {
		case reflect.Struct:
			c.fields(x, got, source)
		case reflect.Slice:
			if len(x) > 0 && got.Type() != reflect.TypeFor[json.RawMessage]() {
				c.wrong = append(c.wrong, fmt.Sprintf("%s: %s is an object, and a list of ours", source, owner))
			}
		case reflect.Map:
			for k, y := range x {
				if s := got.MapIndex(reflect.ValueOf(k)); !s.IsValid() || s.String() != plain(y) {
					c.wrong = append(c.wrong, fmt.Sprintf("%s: %s[%s] is %v, decoded as %v", source, owner, k, y, s))
				}
			}
		}
	case []any:
		if got.Kind() != reflect.Slice || got.Len() != len(x) {
			c.wrong = append(c.wrong, fmt.Sprintf("%s: %s has %d items, decoded as %v", source, owner, len(x), got))
			return
		}
		for i := range x {
			c.compare(x[i], got.Index(i), owner, source)
		}
	default:
		if want, have := plain(v), plainField(got); want != have && !(want == "" && got.IsZero()) {
			c.wrong = append(c.wrong, fmt.Sprintf("%s: %s is %q, decoded as %q", source, owner, want, have))
		}
	}
}

func (c *coverage) fields(x map[string]any, got reflect.Value, source string) {
	for k, y := range x {
		found := false
		for i := range got.NumField() {
			if name, _, _ := strings.Cut(got.Type().Field(i).Tag.Get("cs"), ","); strings.EqualFold(name, k) {
				found = true
				c.compare(y, got.Field(i), got.Type().Name()+"."+k, source)
			}
		}
		if key := got.Type().Name() + "." + k; !found && c.unmodelled[key] == "" {
			c.unmodelled[key] = source
		}
	}
}

// plain is a scalar of JSON as text, and plainField a field of ours likewise.
func plain(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case float64:
		return strings.TrimSuffix(fmt.Sprintf("%f", x), ".000000")
	case map[string]any, []any:
		raw, _ := json.Marshal(x)
		return string(raw)
	}
	return fmt.Sprint(v)
}

func plainField(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case cloudstack.Secret:
		return x.Reveal()
	case cloudstack.JobStatus:
		return fmt.Sprint(int(x))
	case time.Time:
		return x.Format("2006-01-02T15:04:05-0700")
	case cloudstack.UserData:
		v, err := cloudstack.Encode(cloudstack.DeployVirtualMachine{UserData: x})
		if err != nil {
			return err.Error()
		}
		return v.Get("userdata")
	}
	return fmt.Sprint(v.Interface())
}

// Every key of every recorded answer is in a type, and its value arrives there,
// or stands in testdata/unmodelled.txt with a reason.
func TestEveryRecordedAnswerIsTyped(t *testing.T) {
	types := answerTypes()
	c := &coverage{unmodelled: map[string]string{}}
	seen := 0
	for _, x := range slices.Concat(stories(t), goldens(t)) {
		in := inside(x.body)
		if in == nil || in["errorcode"] != nil {
			continue
		}
		typ := types[x.cmd]
		if typ == nil {
			continue // commands of another case, which a server doesn't have
		}
		seen++
		switch {
		case typ == reflect.TypeFor[cloudstack.JobState]() && x.cmd == "queryAsyncJobResult":
			c.visit(in, typ, x.source)
		case in["jobid"] != nil:
			c.submitted(in, x.source)
		case strings.HasPrefix(x.cmd, "list") && x.cmd != "listCapabilities":
			items, err := cloudstack.ItemsOf(in)
			if err != nil {
				t.Errorf("%s: %v", x.source, err)
			}
			for _, item := range items {
				c.visit(item, typ, x.source)
			}
		case typ == reflect.TypeFor[cloudstack.Success]():
			c.visit(in, reflect.TypeFor[successKeys](), x.source)
		default:
			c.visit(cloudstack.ResourceOf(in), typ, x.source)
		}
		if job := inside(x.job); job != nil && job["errorcode"] == nil {
			c.visit(job, reflect.TypeFor[cloudstack.JobState](), x.source+" (job)")
			result, _ := job["jobresult"].(map[string]any)
			if x.cmd == "queryAsyncJobResult" {
				typ = resultType(t, result)
			}
			switch {
			case result == nil || result["errorcode"] != nil:
			case typ == reflect.TypeFor[cloudstack.Success]():
				c.visit(result, reflect.TypeFor[successKeys](), x.source+" (result)")
			default:
				c.visit(cloudstack.ResourceOf(result), typ, x.source+" (result)")
			}
		}
	}
	if seen < 500 {
		t.Errorf("%d answers looked at, want at least 500", seen)
	}
	for _, w := range c.wrong {
		t.Error(w)
	}
	allowed := unmodelled(t)
	for _, key := range slices.Sorted(maps.Keys(c.unmodelled)) {
		if !allowed[key] {
			t.Errorf("%s is in no type and not in testdata/unmodelled.txt (seen in %s)", key, c.unmodelled[key])
		}
	}
	for key := range allowed {
		if c.unmodelled[key] == "" {
			t.Errorf("testdata/unmodelled.txt lists %s, which is modelled or never sent", key)
		}
	}
}

// resultType is the type of a job's result of which only the result is recorded.
func resultType(t *testing.T, result map[string]any) reflect.Type {
	for key := range result {
		if typ, ok := map[string]reflect.Type{
			"virtualmachine": reflect.TypeFor[cloudstack.VirtualMachine](),
			"securitygroup":  reflect.TypeFor[cloudstack.SecurityGroup](),
			"affinitygroup":  reflect.TypeFor[cloudstack.AffinityGroup](),
			"ipaddress":      reflect.TypeFor[cloudstack.PublicIPAddress](),
			"nicsecondaryip": reflect.TypeFor[cloudstack.NicSecondaryIP](),
			"success":        reflect.TypeFor[cloudstack.Success](),
			"errorcode":      nil,
		}[key]; ok {
			return typ
		}
	}
	t.Errorf("a job's result of a kind that the test doesn't know: %v", result)
	return nil
}

// successKeys are those of a result that only says yes or no.
type successKeys struct {
	Success     bool   `cs:"success"`
	DisplayText string `cs:"displaytext"`
}

// submitted checks the answer that names a job: the handle has both its keys.
func (c *coverage) submitted(in map[string]any, source string) {
	for k := range in {
		if k != "jobid" && k != "id" {
			c.unmodelled["submit answer."+k] = source
		}
	}
}

// unmodelled reads the list of keys that are left out: key, blank, reason.
func unmodelled(t *testing.T) map[string]bool {
	raw, err := os.ReadFile("testdata/unmodelled.txt")
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		key, reason, ok := strings.Cut(line, " ")
		if !ok || strings.TrimSpace(reason) == "" {
			t.Errorf("testdata/unmodelled.txt: %q has no reason", line)
		}
		keys[key] = true
	}
	if len(keys) > 40 {
		t.Errorf("testdata/unmodelled.txt: %d keys, at most 40", len(keys))
	}
	return keys
}
