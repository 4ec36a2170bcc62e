package cloudstack_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/trueup/trueup/provider/cloudstack"
)

// BenchmarkListMachines lists five hundred machines as they were recorded, in
// one page: what a plan pays the client for each call.
func BenchmarkListMachines(b *testing.B) {
	var machine any
	for _, x := range stories(b) {
		if x.cmd == "listVirtualMachines" && x.status == 200 && machine == nil {
			if list, _ := inside(x.body)["virtualmachine"].([]any); len(list) > 0 {
				machine = list[0]
			}
		}
	}
	all := make([]any, 500)
	for i := range all {
		all[i] = machine
	}
	body, err := json.Marshal(ok("listVirtualMachines", obj{"count": 500, "virtualmachine": all}).body)
	if err != nil {
		b.Fatal(err)
	}
	served := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(body) })
	c := newClient(b, "http://cloud.test/", cloudstack.WithHTTPClient(&http.Client{Transport: direct{served}}), cloudstack.WithPageSize(501))
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		machines, err := cloudstack.Collect(cloudstack.All(b.Context(), c, cloudstack.ListVirtualMachines{}))
		if err != nil || len(machines) != 500 {
			b.Fatal(len(machines), err)
		}
	}
}
