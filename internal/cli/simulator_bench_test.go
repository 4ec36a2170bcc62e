package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/trueup/trueup/provider/cloudstack"
)

// BenchmarkSimulatorOf100000Machines runs "trueup simulator --size 100000" as a
// process: how long until it prints its keys, how long a page of 500 machines
// takes on the wire, and the greatest resident size, where the system tells it.
func BenchmarkSimulatorOf100000Machines(b *testing.B) {
	self, err := os.Executable() // it is the program too, see TestMain
	if err != nil {
		b.Fatal(err)
	}
	process := exec.CommandContext(b.Context(), self)
	process.Args = []string{"trueup", "simulator", "--size", "100000"}
	out, err := process.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if err := process.Start(); err != nil {
		b.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	started := time.Since(began)
	if err != nil {
		b.Fatal(err)
	}
	var where struct{ Endpoint, Key, Secret string }
	if err := json.Unmarshal(line, &where); err != nil {
		b.Fatal(err)
	}
	client, err := cloudstack.New(where.Endpoint, cloudstack.Credentials{APIKey: cloudstack.Secret(where.Key), SecretKey: cloudstack.Secret(where.Secret)})
	if err != nil {
		b.Fatal(err)
	}
	page, quickest := 0, time.Hour
	for b.Loop() {
		page = page%200 + 1
		began := time.Now()
		if _, err := client.Raw(b.Context(), "listVirtualMachines", url.Values{"page": {fmt.Sprint(page)}, "pagesize": {"500"}}); err != nil {
			b.Fatal(err)
		}
		quickest = min(quickest, time.Since(began))
	}
	b.ReportMetric(started.Seconds(), "s-to-start")
	b.ReportMetric(float64(quickest.Microseconds())/1000, "ms-quickest")
	if size, ok := residentMiB(process.Process.Pid); ok {
		b.ReportMetric(size, "MiB-at-most")
	}
	if err := process.Process.Signal(os.Interrupt); err != nil {
		b.Fatal(err)
	}
	if err := process.Wait(); err != nil {
		b.Error(err)
	}
}

// residentMiB reads the greatest resident size of a process from Linux.
func residentMiB(pid int) (float64, bool) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, false
	}
	_, rest, found := strings.Cut(string(status), "VmHWM:")
	var kib float64
	_, err = fmt.Sscan(rest, &kib)
	return kib / 1024, found && err == nil
}
