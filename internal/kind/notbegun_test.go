package kind

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// TestWhatWasRefusedBeforeItWasBegun reads refusals that a real server sent, and
// tells those that prove that nothing was made from those that don't.
func TestWhatWasRefusedBeforeItWasBegun(t *testing.T) {
	some := provider.Named{ID: "c686a3e0-e14f-4ea3-abae-c1795b67e0f1"}
	fields := provider.Fields{"zone": some, "offering": some, "template": some, "type": "host affinity"}
	creates := map[string]provider.Op{
		"deployVirtualMachine": {Kind: "vm", Name: "deploy", LiveName: "web", Fields: fields},
		"createNetwork":        {Kind: "network", Name: "create", LiveName: "web", Fields: fields},
		"createSecurityGroup":  {Kind: "securityGroup", Name: "create", LiveName: "web", Fields: fields},
		"createAffinityGroup":  {Kind: "affinityGroup", Name: "create", LiveName: "web", Fields: fields},
	}
	for _, c := range []struct {
		command  string
		notBegun bool
		recorded []string
	}{
		// Without what is missing, or is the id of nothing, there is nothing that
		// could have been made: whoever says this has not begun.
		{"deployVirtualMachine", true, []string{"deploy_fail_missing_zone", "deploy_fail_missing_offering", "deploy_fail_bad_zone"}},
		{"createNetwork", true, []string{"createNetwork_missing"}},
		{"createSecurityGroup", true, []string{"createSecurityGroup_noname"}},
		// The same words about other parameters.
		{"deployVirtualMachine", true, []string{"deploy_fail_bad_template", "deploy_with_sg_unknown", "deploy_name_space", "deploy_displayname_len256"}},
		{"createSecurityGroup", true, []string{"createSecurityGroup_len256"}},
		// A machine in Error was left each time: listVirtualMachines_state_Error_after.
		{"deployVirtualMachine", false, []string{"deploy_ipaddress_dup", "deploy_ipaddress_out"}},
		// The command's own words, in its midst. These left nothing, which proves
		// nothing about the others: listVirtualMachines_after_failures.
		{"deployVirtualMachine", false, []string{"deploy_fail_network_other_zone", "deploy_fail_sg_in_adv"}},
		{"deployVirtualMachine", false, []string{"deploy_fail_missing_template", "deploy_details_denied", "deploy_keypair_unknown", "deploy_userdata_toobig_POST", "deploy_same_name"}},
		{"createNetwork", false, []string{"createNetwork_shared_as_user"}},
		{"createAffinityGroup", false, []string{"createAffinityGroup_badtype"}},
	} {
		for _, name := range c.recorded {
			cloud := openRecorded(t, recorded{c.command: name, "listCapabilities": "listCapabilities", "listApis": "listApis_one"})
			_, err := cloud.Start(t.Context(), creates[c.command])
			if err == nil || errors.Is(err, provider.ErrNotBegun) != c.notBegun {
				t.Errorf("%s: not begun: %v, want %v: %v", name, !c.notBegun, c.notBegun, err)
			}
		}
	}
	if _, err := openRecorded(t, nil).Start(t.Context(), provider.Op{Kind: "network", Name: "create"}); !errors.Is(err, provider.ErrNotBegun) {
		t.Errorf("what our own client doesn't send: %v", err)
	}
	for exchange, left := range map[string][]string{
		"listVirtualMachines_state_Error_after": {"fail1", "fail2", "opt16", "opt17"}, // the last two were refused with 530
		"listVirtualMachines_after_failures":    {"fail1", "fail2"},                   // and neither fail3 nor fail4, refused with 431
	} {
		if got := recordedNames(t, exchange); !equalSets(got, left) {
			t.Errorf("%s shows %v, want %v", exchange, got, left)
		}
	}
}

// A job that fails for such a reason was begun, and so was what the server refuses
// as the id of its job is taken.
func TestWhatHasAJobWasBegun(t *testing.T) {
	const text = "Unable to execute API command deployvirtualmachine due to invalid value. Invalid parameter templateid value=x"
	for _, err := range []error{
		&cloudstack.APIError{Code: 431, CSCode: 9999, JobID: "00000000-0000-4000-8000-000000000001", Text: text},
		&cloudstack.APIError{HTTPStatus: 530, Code: 530, CSCode: 9999, Text: "Internal error executing command, please contact your system administrator"},
		&cloudstack.APIError{HTTPStatus: 431, Code: 431, CSCode: 9999, Text: "about another thing: " + text},
	} {
		if errors.Is(understand(err), provider.ErrNotBegun) {
			t.Errorf("not begun: %v", err)
		}
	}
	story, err := os.ReadFile(filepath.Join("..", "..", "testdata", "conformance", "transcript.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(story)) {
		if strings.Contains(line, `"step": "the same job id again"`) && !strings.Contains(line, `"status": 530`) {
			t.Errorf("a second job of one id was refused with something else: %s", line)
		}
	}
}

// recordedNames are the names in a recorded listing of machines.
func recordedNames(t *testing.T, exchange string) []string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "testdata", "golden", exchange+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Body struct {
			Inside struct {
				VirtualMachine []struct{ Name string }
			} `json:"listvirtualmachinesresponse"`
		}
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range answer.Body.Inside.VirtualMachine {
		names = append(names, m.Name)
	}
	return names
}

func equalSets(a, b []string) bool {
	count := map[string]int{}
	for _, s := range a {
		count[s]++
	}
	for _, s := range b {
		count[s]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}
