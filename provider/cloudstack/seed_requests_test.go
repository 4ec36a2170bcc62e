package cloudstack_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/provider/cloudstack"
)

var seedRequests = []proof{
	{"S01", "every command of the specification has a typed request that agrees with a server's description", everyCommandIsTyped},
	{"S02", "Exoscale's shapes and Apache's decode to the same", twoFlavoursDecodeAlike},
	{"S03", "a request is a struct: every kind of field has its form on the wire", fieldsHaveTheirForm},
	{"S03b", "a request goes by value and by pointer", valueAndPointer},
	{"S04", "the answer is the struct of the thing", answerIsTyped},
	{"S05", "inside the structs nothing is a pointer", noPointersInside},
	{"S06", "every example of the documentation runs", everyExampleRuns},
	{"S07", "deploy gives the machine's id when it runs", deployBlocksUntilReady},
}

// commandsOfTheSpecification are the hundred commands of egoscale v0.11.6.
const commandsOfTheSpecification = `listAccounts enableAccount disableAccount associateIpAddress disassociateIpAddress updateIpAddress listPublicIpAddresses
createAffinityGroup updateVMAffinityGroup deleteAffinityGroup listAffinityGroups listAffinityGroupTypes listApis queryAsyncJobResult listAsyncJobs
listEvents listEventTypes listHosts updateHost listResourceLimits updateResourceLimit getApiLimit listNetworkOfferings updateNetworkOffering
listServiceOfferings createNetwork updateNetwork restartNetwork deleteNetwork listNetworks listNics addIpToNic removeIpFromNic activateIp6 updateVmNicIp
addNicToVirtualMachine removeNicFromVirtualMachine updateDefaultNicForVirtualMachine listResourceDetails deleteReverseDnsFromPublicIpAddress
queryReverseDnsForPublicIpAddress updateReverseDnsForPublicIpAddress deleteReverseDnsFromVirtualMachine queryReverseDnsForVirtualMachine
updateReverseDnsForVirtualMachine createSecurityGroup deleteSecurityGroup listSecurityGroups authorizeSecurityGroupIngress
authorizeSecurityGroupEgress revokeSecurityGroupIngress revokeSecurityGroupEgress createSnapshot listSnapshots deleteSnapshot revertSnapshot
createSSHKeyPair registerSSHKeyPair deleteSSHKeyPair listSSHKeyPairs resetSSHKeyForVirtualMachine createTags deleteTags listTags listTemplates
createTemplate copyTemplate updateTemplate deleteTemplate prepareTemplate registerTemplate listOsCategories registerUserKeys createUser updateUser
listUsers deleteUser deployVirtualMachine startVirtualMachine stopVirtualMachine rebootVirtualMachine restoreVirtualMachine recoverVirtualMachine
destroyVirtualMachine updateVirtualMachine expungeVirtualMachine scaleVirtualMachine changeServiceForVirtualMachine resetPasswordForVirtualMachine
getVMPassword listVirtualMachines migrateVirtualMachine getVirtualMachineUserData createInstanceGroup updateInstanceGroup deleteInstanceGroup
listInstanceGroups resizeVolume listVolumes listZones`

// recordedCatalog is what the recorded server said of its commands.
func recordedCatalog(t *testing.T) *cloudstack.Catalog {
	for _, x := range goldens(t) {
		if x.source != "listApis.json" {
			continue
		}
		items, err := cloudstack.ItemsOf(inside(x.body))
		if err != nil {
			t.Fatal(err)
		}
		apis := make([]cloudstack.API, len(items))
		for i, item := range items {
			if err := cloudstack.Decode(numbers(item), &apis[i]); err != nil {
				t.Fatal(err)
			}
		}
		return cloudstack.NewCatalog(apis)
	}
	t.Fatal("no recorded listApis")
	return nil
}

func everyCommandIsTyped(t *testing.T) {
	types, catalog := requestTypes(), recordedCatalog(t)
	names := strings.Fields(commandsOfTheSpecification)
	if len(names) != 100 {
		t.Fatalf("the specification has 100 commands, not %d", len(names))
	}
	for _, x := range stories(t) {
		if x.cmd != "fooBar" {
			names = append(names, x.cmd)
		}
	}
	for _, name := range names {
		if types[name] == nil {
			t.Errorf("%s has no request", name)
		}
	}
	described := 0
	for name, typ := range types {
		info := reflect.Zero(typ).Interface().(cloudstack.Request).Info()
		api, known := catalog.API(name)
		if !known {
			continue // the recorded user may not call it
		}
		described++
		if info.Async != api.Async {
			t.Errorf("%s: Async is %v, the server says %v", name, info.Async, api.Async)
		}
		fields := wireFields(typ)
		for _, p := range api.Params {
			required, have := fields[p.Name]
			if !have {
				t.Errorf("%s has no field for %s", name, p.Name)
			} else if required != p.Required {
				t.Errorf("%s.%s: required is %v, the server says %v", name, p.Name, required, p.Required)
			}
		}
		if info.Paged != (catalog.Supports(name, "page") && catalog.Supports(name, "pagesize")) {
			t.Errorf("%s: Paged is %v", name, info.Paged)
		}
	}
	if described < 100 {
		t.Errorf("%d requests were compared, want at least 100", described)
	}
}

// wireFields are the parameters of a request type, and whether it requires them.
func wireFields(typ reflect.Type) map[string]bool {
	fields := map[string]bool{}
	for i := range typ.NumField() {
		f := typ.Field(i)
		if name, option, _ := strings.Cut(f.Tag.Get("cs"), ","); name != "" {
			fields[name] = option == "required"
		} else if f.Type == reflect.TypeFor[cloudstack.Paging]() {
			fields["page"], fields["pagesize"] = false, false
		}
	}
	return fields
}

func twoFlavoursDecodeAlike(t *testing.T) {
	apache := obj{"count": 1, "virtualmachine": []any{obj{"id": "7", "name": "web", "hostid": "", "cpunumber": 2, "haenable": false,
		"passwordenabled": true, "nic": []any{obj{"id": "n", "isdefault": true, "secondaryip": []any{}}}, "tags": []any{}, "details": obj{}}}}
	exoscale := obj{"count": "1", "virtualmachine": []any{obj{"id": 7, "name": "web", "cpunumber": "2", "haenable": "false",
		"passwordenabled": "true", "nic": obj{"id": "n", "isdefault": "true"}, "tags": obj{}, "affinitygroup": obj{}}}}
	var got [2]cloudstack.VirtualMachine
	for i, shape := range []struct {
		inside      any
		contentType string
	}{{apache, "application/json;charset=utf-8"}, {exoscale, "text/javascript; charset=UTF-8"}} {
		f := newFake(t)
		f.on("listVirtualMachines", func(call) reply {
			r := ok("listVirtualMachines", shape.inside)
			r.header = map[string][]string{"Content-Type": {shape.contentType}}
			return r
		})
		var err error
		if got[i], err = cloudstack.One(t.Context(), f.client(), cloudstack.ListVirtualMachines{}); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(got[0], got[1]); diff != "" {
		t.Errorf("(-apache +exoscale):\n%s", diff)
	}
	if got[0].ID != "7" || got[0].CPUNumber != 2 || !got[0].PasswordEnabled || got[0].HAEnable != cloudstack.Some(false) {
		t.Errorf("decoded as %+v", got[0])
	}
	everyRecordingInTheOtherFlavour(t)
}

// everyRecordingInTheOtherFlavour decodes what a current server answered, as it
// was recorded and as old servers and Exoscale's would have written it.
func everyRecordingInTheOtherFlavour(t *testing.T) {
	types, compared := answerTypes(), 0
	for _, x := range slices.Concat(stories(t), goldens(t)) {
		in, typ := inside(x.body), types[x.cmd]
		if typ == nil || in == nil || in["errorcode"] != nil || in["jobid"] != nil || typ == reflect.TypeFor[cloudstack.JobState]() {
			continue // a job's result is kept as it came
		}
		decode := func(inside any) (all []any) {
			answer := []any{cloudstack.ResourceOf(inside.(map[string]any))}
			if strings.HasPrefix(x.cmd, "list") && x.cmd != "listCapabilities" {
				items, err := cloudstack.ItemsOf(inside.(map[string]any))
				if err != nil {
					t.Errorf("%s: %v", x.source, err)
				}
				answer = items
			}
			for _, item := range answer {
				v := reflect.New(typ)
				if err := cloudstack.Decode(numbers(item), v.Interface()); err != nil {
					t.Errorf("%s: %v", x.source, err)
				}
				all = append(all, v.Elem().Interface())
			}
			return all
		}
		if diff := cmp.Diff(decode(in), decode(otherFlavour(in))); diff != "" {
			t.Errorf("%s (-as recorded +in the other flavour):\n%s", x.source, diff)
		}
		compared++
	}
	if compared < 300 {
		t.Errorf("%d answers compared, want at least 300", compared)
	}
}

// otherFlavour writes booleans and numbers as text, text of digits as numbers,
// and empty lists as empty objects.
func otherFlavour(v any) any {
	switch x := v.(type) {
	case bool:
		return fmt.Sprint(x)
	case float64:
		return plain(x)
	case string:
		if n, err := strconv.Atoi(x); err == nil && strconv.Itoa(n) == x && len(x) < 15 {
			return float64(n)
		}
	case []any:
		if len(x) == 0 {
			return map[string]any{}
		}
		out := make([]any, len(x))
		for i := range x {
			out[i] = otherFlavour(x[i])
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k := range x {
			out[k] = otherFlavour(x[k])
		}
		return out
	}
	return v
}

// everyField is a request with a field of every form.
type everyField struct {
	cloudstack.Sync[cloudstack.Success]
	Text     string                   `cs:"text"`
	Must     string                   `cs:"must,required"`
	Flag     bool                     `cs:"flag"`
	Number   int                      `cs:"number"`
	MayFlag  cloudstack.Opt[bool]     `cs:"mayflag"`
	MayPort  cloudstack.Opt[int]      `cs:"mayport"`
	MayText  cloudstack.Opt[string]   `cs:"maytext"`
	When     time.Time                `cs:"when"`
	UserData cloudstack.UserData      `cs:"userdata"`
	IDs      []cloudstack.ID          `cs:"ids"`
	CIDRs    []cloudstack.CIDR        `cs:"cidrs"`
	Numbers  []int                    `cs:"numbers"`
	Details  map[string]string        `cs:"details"`
	Tags     []cloudstack.Tag         `cs:"tags"`
	Matches  []cloudstack.TagMatch    `cs:"matches"`
	Networks []cloudstack.IPToNetwork `cs:"iptonetworklist"`
	Options  []map[string]string      `cs:"options"`
	Secret   cloudstack.Secret        `cs:"secret"`
	ignored  string
	NoTag    string
}

func (everyField) Info() cloudstack.CommandInfo { return cloudstack.CommandInfo{Name: "everyField"} }

func fieldsHaveTheirForm(t *testing.T) {
	for _, c := range []struct {
		name string
		r    everyField
		want map[string]string // beside command, flag and number
	}{
		{"zero", everyField{}, nil},
		{"text", everyField{Text: "a,b ~*", Must: "x", NoTag: "never", ignored: "never"}, map[string]string{"text": "a,b ~*", "must": "x"}},
		{"optional zeros", everyField{MayFlag: cloudstack.Some(false), MayPort: cloudstack.Some(0), MayText: cloudstack.Some("")}, map[string]string{"mayflag": "false", "mayport": "0", "maytext": ""}},
		{"ICMP -1", everyField{MayPort: cloudstack.Some(-1)}, map[string]string{"mayport": "-1"}},
		{"time", everyField{When: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, map[string]string{"when": "2026-01-02T03:04:05+0000"}},
		{"user data", everyField{UserData: []byte("#!/bin/sh\n")}, map[string]string{"userdata": "IyEvYmluL3NoCg=="}},
		{"user data cleared", everyField{UserData: []byte{}}, map[string]string{"userdata": ""}},
		{"list", everyField{IDs: []cloudstack.ID{"a", "b"}, CIDRs: []cloudstack.CIDR{"10.0.0.0/8", "::/0"}, Numbers: []int{1, 0}}, map[string]string{"ids": "a,b", "cidrs": "10.0.0.0/8,::/0", "numbers": "1,0"}},
		{"empty list clears", everyField{IDs: []cloudstack.ID{}}, map[string]string{"ids": ""}},
		{"details on one index", everyField{Details: map[string]string{"cpuNumber": "2", "memory": "512", "a": ""}}, map[string]string{"details[0].cpuNumber": "2", "details[0].memory": "512", "details[0].a": ""}},
		{"tags", everyField{Tags: []cloudstack.Tag{{Key: "k", Value: "v"}, {Key: "empty"}}}, map[string]string{"tags[0].key": "k", "tags[0].value": "v", "tags[1].key": "empty", "tags[1].value": ""}},
		{"tags by key", everyField{Matches: []cloudstack.TagMatch{{Key: "k"}, {Key: "l", Value: "v"}}}, map[string]string{"matches[0].key": "k", "matches[1].key": "l", "matches[1].value": "v"}},
		{"structs keep their prefix", everyField{Networks: []cloudstack.IPToNetwork{{NetworkID: "n"}, {NetworkID: "m", IP: "10.0.0.1"}}}, map[string]string{"iptonetworklist[0].networkid": "n", "iptonetworklist[1].networkid": "m", "iptonetworklist[1].ip": "10.0.0.1"}},
		{"list of maps", everyField{Options: []map[string]string{{"networkid": "n", "dhcp:66": "x"}}}, map[string]string{"options[0].networkid": "n", "options[0].dhcp:66": "x"}},
		{"secret", everyField{Secret: "hush"}, map[string]string{"secret": "hush"}},
	} {
		got, err := cloudstack.Encode(c.r)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		want := map[string]string{"command": "everyField", "flag": "false", "number": "0"}
		for k, v := range c.want {
			want[k] = v
		}
		have := map[string]string{}
		for k := range got {
			have[k] = got.Get(k)
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("%s (-want +encoded):\n%s", c.name, diff)
		}
	}
	if _, err := cloudstack.Encode(everyField{CIDRs: []cloudstack.CIDR{"a,b"}}); !errors.Is(err, cloudstack.ErrInvalid) || !strings.Contains(err.Error(), "cidrs") {
		t.Errorf("a comma in an element: %v, want ErrInvalid that names cidrs", err)
	}
}

func valueAndPointer(t *testing.T) {
	c := newCloud(t)
	client := c.client()
	byValue, err := cloudstack.Call(t.Context(), client, cloudstack.CreateSecurityGroup{Name: "a"})
	if err != nil || byValue.Name != "a" {
		t.Errorf("by value: %+v, %v", byValue, err)
	}
	byPointer, err := cloudstack.Call(t.Context(), client, &cloudstack.CreateSecurityGroup{Name: "b"})
	if err != nil || byPointer.Name != "b" {
		t.Errorf("by pointer: %+v, %v", byPointer, err)
	}
	list, err := cloudstack.Collect(cloudstack.All(t.Context(), client, &cloudstack.ListSecurityGroups{}))
	if err != nil || len(list) != 2 {
		t.Errorf("a list by pointer: %v, %v", list, err)
	}
}

func answerIsTyped(t *testing.T) {
	var machine cloudstack.VirtualMachine // no assertion: the request's type says it
	machine, err := cloudstack.Call(t.Context(), newCloud(t).client(), cloudstack.DeployVirtualMachine{Name: "web-1", ServiceOfferingID: "o", TemplateID: "t", ZoneID: "zone-1"})
	if err != nil || machine.ID != "vm-1" || machine.Name != "web-1" || machine.ZoneID != "zone-1" || machine.IP() != "10.0.0.1" {
		t.Errorf("%+v, %v", machine, err)
	}
	if _, is := cloudstack.Answer(cloudstack.DeployVirtualMachine{}).(cloudstack.VirtualMachine); !is {
		t.Error("Answer of a deploy is no VirtualMachine")
	}
}

func noPointersInside(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var visit func(typ reflect.Type, path string)
	visit = func(typ reflect.Type, path string) {
		if seen[typ] || typ == reflect.TypeFor[time.Time]() {
			return
		}
		seen[typ] = true
		switch typ.Kind() {
		case reflect.Pointer, reflect.Interface, reflect.Func, reflect.Chan:
			t.Errorf("%s is a %s", path, typ)
		case reflect.Slice, reflect.Array:
			visit(typ.Elem(), path+"[]")
		case reflect.Map:
			visit(typ.Elem(), path+"[…]")
		case reflect.Struct:
			for i := range typ.NumField() {
				visit(typ.Field(i).Type, path+"."+typ.Field(i).Name)
			}
		}
	}
	for _, r := range cloudstack.AllRequests() {
		visit(reflect.TypeOf(r), reflect.TypeOf(r).Name())
		visit(reflect.TypeOf(cloudstack.Answer(r)), fmt.Sprintf("%T", cloudstack.Answer(r)))
	}
}

func everyExampleRuns(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "example_test.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	examples := map[string]bool{}
	for _, e := range docExamples(file) {
		examples[e.name] = true
		if e.output == "" {
			t.Errorf("Example%s has no output, so that it only compiles", e.name)
		}
	}
	for _, topic := range []string{"Call", "Job_Watch", "WithTraceWriter", "Client_APIs", "Authorize", "Get", "List", "ElasticIPs"} {
		if !examples[topic] {
			t.Errorf("the seed's example of %s is missing", topic)
		}
	}
}

type docExample struct{ name, output string }

// docExamples are the examples of a file with what they have to print.
func docExamples(file *ast.File) []docExample {
	var all []docExample
	for _, d := range file.Decls {
		f, is := d.(*ast.FuncDecl)
		if !is || !strings.HasPrefix(f.Name.Name, "Example") {
			continue
		}
		e := docExample{name: strings.TrimPrefix(f.Name.Name, "Example")}
		for _, c := range file.Comments {
			if c.Pos() > f.Body.Pos() && c.End() < f.Body.End() && strings.HasPrefix(c.Text(), "Output:") {
				e.output = c.Text()
			}
		}
		all = append(all, e)
	}
	return all
}

func deployBlocksUntilReady(t *testing.T) {
	f := newFake(t)
	jobs := f.withJobs()
	f.on("deployVirtualMachine", func(c call) reply {
		return ok(c.command, obj{"id": "vm-9", "jobid": jobs.add("job-9", 2, 1, obj{"virtualmachine": obj{"id": "vm-9", "state": "Running"}})})
	})
	c := f.client()
	machine, err := cloudstack.Call(t.Context(), c, cloudstack.DeployVirtualMachine{ZoneID: "z", ServiceOfferingID: "o", TemplateID: "t"})
	if err != nil || machine.ID != "vm-9" || machine.State != "Running" {
		t.Fatalf("%+v, %v", machine, err)
	}
	if n := f.count("queryAsyncJobResult"); n != 3 {
		t.Errorf("%d questions about the job, want 3: twice pending, once done", n)
	}
	before := len(f.log())
	_, err = cloudstack.Call(t.Context(), c, cloudstack.DeployVirtualMachine{ServiceOfferingID: "o", TemplateID: "t"})
	if v, ok := errors.AsType[*cloudstack.ValidationError](err); !ok || v.Field != "zoneid" {
		t.Errorf("without a zone: %v, want a ValidationError about zoneid", err)
	}
	if len(f.log()) != before {
		t.Error("the request without a zone was sent")
	}
}
