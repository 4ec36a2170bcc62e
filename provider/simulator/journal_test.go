package simulator_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/trueup/trueup/provider/simulator"
)

// everything lists all that a client can see.
func everything(c caller) map[string]any {
	out := map[string]any{}
	for _, command := range []string{
		"listVirtualMachines", "listSecurityGroups", "listTags", "listSSHKeyPairs", "listAffinityGroups", "listNetworks", "listVolumes",
		"listPublicIpAddresses", "listAsyncJobs", "listEvents", "listAccounts", "listInstanceGroups", "listProjects",
	} {
		out[command] = c.call(command).body
	}
	return out
}

// doSomething makes a random change; whether it is refused does not matter.
func doSomething(c caller, r *rand.Rand) {
	pick := func(command, key string) string {
		items := c.list(command, key)
		if len(items) == 0 {
			return "00000000-0000-4000-8000-000000000000"
		}
		return items[r.IntN(len(items))]["id"].(string)
	}
	name := fmt.Sprintf("n%d", r.IntN(12))
	switch r.IntN(14) {
	case 0, 1, 2:
		c.call("deployVirtualMachine", "zoneid", sg1, "serviceofferingid", tiny, "templateid", template, "name", name,
			"group", "g", "details[0].owner", "x", "startvm", fmt.Sprint(r.IntN(2) == 0))
	case 3:
		c.call("createSecurityGroup", "name", name)
	case 4:
		c.call("authorizeSecurityGroupIngress", "securitygroupid", pick("listSecurityGroups", "securitygroup"), "protocol", "tcp",
			"startport", "1", "endport", "2", "cidrlist", fmt.Sprintf("10.%d.0.0/16,::/0", r.IntN(250)))
	case 5:
		c.call("createTags", "resourcetype", "UserVm", "resourceids", pick("listVirtualMachines", "virtualmachine"), "tags[0].key", name, "tags[0].value", "v")
	case 6:
		c.call("stopVirtualMachine", "id", pick("listVirtualMachines", "virtualmachine"))
	case 7:
		c.call("startVirtualMachine", "id", pick("listVirtualMachines", "virtualmachine"))
	case 8:
		c.call("destroyVirtualMachine", "id", pick("listVirtualMachines", "virtualmachine"))
	case 9:
		c.call("createSSHKeyPair", "name", name)
	case 10:
		c.call("createNetwork", "zoneid", adv1, "networkofferingid", isolated, "name", name)
	case 11:
		c.call("associateIpAddress", "networkid", pick("listNetworks", "network"))
	case 12:
		c.call("createVolume", "zoneid", sg1, "diskofferingid", smallDisk, "name", name)
	case 13:
		c.server.Advance(time.Duration(r.IntN(40)) * time.Minute)
	}
}

func TestAReopenedStateFileShowsTheSameCloud(t *testing.T) {
	t.Parallel()
	now := clock()
	path := filepath.Join(t.TempDir(), "cloud")
	config := simulator.Config{State: path, Now: now, ExpungeDelay: time.Hour, Seed: 7}
	s := start(t, config)
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 6 {
		for range 60 {
			doSomething(as(t, s, s.User()), r)
		}
		before := everything(as(t, s, s.User()))
		if round%2 == 0 { // the process is killed: nobody closes the file
			copied, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			path = filepath.Join(t.TempDir(), "cloud")
			if err := os.WriteFile(path, copied, 0o600); err != nil {
				t.Fatal(err)
			}
			config.State = path
		} else if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = start(t, config)
		if diff := cmp.Diff(before, everything(as(t, s, s.User()))); diff != "" {
			t.Fatalf("round %d: reopened cloud differs (-was +is):\n%s", round, diff)
		}
		if s.Notice() != "" {
			t.Errorf("notice: %s", s.Notice())
		}
	}
}

func TestStateFileIsPrivateAndLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cloud")
	s := start(t, simulator.Config{State: path})
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode().Perm())
	}
	_, err = simulator.New(simulator.Config{State: path})
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "another process") {
		t.Errorf("second simulator on one file: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := simulator.New(simulator.Config{State: path})
	if err != nil {
		t.Fatalf("after close: %v", err)
	}
	if again.User() != s.User() {
		t.Error("the keys changed")
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestACloudIsReadAsideOfWhoeverUsesIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cloud")
	s := start(t, simulator.Config{State: path})
	as(t, s, s.User()).call("createSecurityGroup", "name", "web")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	aside := start(t, simulator.Config{State: path, Aside: true})
	if aside.User() != s.User() {
		t.Error("the keys changed")
	}
	user := as(t, aside, aside.User())
	if diff := cmp.Diff(everything(as(t, s, s.User())), everything(user)); diff != "" {
		t.Errorf("it is another cloud (-used +aside):\n%s", diff)
	}
	user.call("createSecurityGroup", "name", "lb")
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the file was changed, %v", err)
	}
}

func TestACloudAsideBeginsAnewWithoutAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mistyped", "cloud")
	s := start(t, simulator.Config{State: path, Aside: true})
	if zones := as(t, s, s.User()).list("listZones", "zone"); len(zones) == 0 {
		t.Error("it has no zones")
	}
	if _, err := os.Stat(filepath.Dir(path)); err == nil {
		t.Error("it made a directory")
	}
}

func TestAStateFileNeedsItsDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mistyped")
	_, err := simulator.New(simulator.Config{State: filepath.Join(dir, "cloud")})
	if err == nil || !strings.Contains(err.Error(), "there is no directory "+dir+"; make it first") {
		t.Errorf("error: %v", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the directory was made")
	}
}

func TestATornEndIsDroppedAndSaid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cloud")
	s := start(t, simulator.Config{State: path, Now: clock()})
	c := as(t, s, s.User())
	c.ok("createSecurityGroup", "name", "kept")
	c.ok("createSecurityGroup", "name", "torn")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, broken := range map[string]struct {
		data   []byte
		notice bool
	}{
		"cut in the last line":    {data[:len(data)-9], true},
		"garbage after the end":   {append(append([]byte{}, data...), "\x00\x00\x00"...), true},
		"damage in the last line": {append(append(append([]byte{}, data[:len(data)-9]...), 'X'), data[len(data)-8:]...), false},
		"damage in the middle":    {append(append(append([]byte{}, data[:len(data)/2]...), 'X'), data[len(data)/2+1:]...), false},
		"not a state file at all": {[]byte("hello\nworld\n"), false},
		"empty":                   {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "cloud")
			if err := os.WriteFile(file, broken.data, 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := simulator.New(simulator.Config{State: file, Now: clock()})
			if !broken.notice {
				if err == nil || !strings.Contains(err.Error(), file) {
					t.Fatalf("opened, or an error that names no file: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if s.Notice() == "" {
				t.Error("nothing was said")
			}
			if groups := as(t, s, s.User()).list("listSecurityGroups", "securitygroup", "securitygroupname", "kept"); len(groups) != 1 {
				t.Errorf("%d groups, want the one that was acknowledged before", len(groups))
			}
		})
	}
}

func TestTheExpungeGoesOnBetweenProcesses(t *testing.T) {
	at := clock()()
	path := filepath.Join(t.TempDir(), "cloud")
	config := simulator.Config{State: path, Now: func() time.Time { return at }, ExpungeDelay: time.Hour}
	s := start(t, config)
	c := as(t, s, s.User())
	c.ok("destroyVirtualMachine", "id", deploy(c, "name", "web"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	at = at.Add(2 * time.Hour)
	s = start(t, config)
	deploy(as(t, s, s.User()), "name", "web")
}

// TestKillLosesNoAcknowledgedWrite kills a process in the middle of a thousand writes and another at their end, and looks each time for
// everything that was ever acknowledged.
func TestKillLosesNoAcknowledgedWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cloud")
	if file := os.Getenv("SIMULATOR_WRITES_TO"); file != "" {
		writeForever(t, file)
	}
	acknowledged := map[string]bool{}
	for _, until := range []int{500, 1000} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKillLosesNoAcknowledgedWrite$")
		cmd.Env = append(os.Environ(), "SIMULATOR_WRITES_TO="+path, fmt.Sprintf("ROUND=%d", until))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			acknowledged[lines.Text()] = true
			if len(acknowledged) == until {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		cmd.Wait() // killed
		if len(acknowledged) < until {
			t.Fatalf("only %d writes, want %d", len(acknowledged), until)
		}
		s, err := simulator.New(simulator.Config{State: path})
		if err != nil {
			t.Fatal(err)
		}
		there := map[string]bool{}
		for _, g := range as(t, s, s.User()).list("listSecurityGroups", "securitygroup", "pagesize", "-1") {
			there[g["name"].(string)] = true
		}
		for name := range acknowledged {
			if !there[name] {
				t.Errorf("killed after %d writes: lost %s", until, name)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func writeForever(t *testing.T, file string) {
	s, err := simulator.New(simulator.Config{State: file})
	if err != nil {
		t.Fatal(err)
	}
	c := as(t, s, s.User())
	for i := 0; ; i++ {
		name := fmt.Sprintf("round-%s-%d", os.Getenv("ROUND"), i)
		if a := c.call("createSecurityGroup", "name", name); a.status == 200 {
			fmt.Println(name)
		}
	}
}

func TestStateOfAnotherFlavourIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cloud")
	s := start(t, simulator.Config{State: path})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := simulator.New(simulator.Config{State: path, Flavour: simulator.Exoscale}); err == nil || !strings.Contains(err.Error(), "flavour") {
		t.Errorf("opened as another flavour: %v", err)
	}
}

func TestStateFileHoldsNoKeysOfRequests(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cloud")
	s := start(t, simulator.Config{State: path})
	as(t, s, s.User()).ok("createSecurityGroup", "name", "a")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	var c map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1][9:]), &c); err != nil {
		t.Fatal(err)
	}
	for name := range c["Params"].(map[string]any) {
		if name == "apikey" || name == "signature" {
			t.Errorf("a change keeps %s", name)
		}
	}
}
