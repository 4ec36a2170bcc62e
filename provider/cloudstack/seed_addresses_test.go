package cloudstack_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/trueup/trueup/provider/cloudstack"
)

var seedAddresses = []proof{
	{"S35", "one elastic IP on many machines", oneAddressManyMachines},
	{"S36", "an address is acquired and released, and not released while it is used", acquireAndRelease},
	{"S37", "what a machine needs inside is generated", guestConfig},
	{"S38", "the documentation links to CloudStack's on elastic IPs", docLinks("about-elastic-ips")},
}

// deployThree are three running machines in zone-1.
func deployThree(t *testing.T, c *cloudstack.Client) (ids []cloudstack.ID) {
	t.Helper()
	for i := range 3 {
		m, err := cloudstack.Call(t.Context(), c, cloudstack.DeployVirtualMachine{Name: fmt.Sprint("web-", i), ZoneID: "zone-1", ServiceOfferingID: "o", TemplateID: "t"})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, m.ID)
	}
	return ids
}

func oneAddressManyMachines(t *testing.T) {
	cloud := newCloud(t)
	cloud.exoscale = true
	c := cloud.client()
	machines := deployThree(t, c)
	ips := c.ElasticIPs(cloudstack.SecondaryIP)
	address, err := ips.Acquire(t.Context(), cloudstack.AssociateIPAddress{ZoneID: "zone-1"})
	if err != nil || address.State != "Allocated" || !address.IsElastic {
		t.Fatalf("%+v, %v", address, err)
	}
	for _, m := range machines {
		if _, err := ips.Attach(t.Context(), address, m); err != nil {
			t.Fatal(err)
		}
	}
	if n := cloud.count("addIpToNic"); n != 3 {
		t.Errorf("addIpToNic was sent %d times, want once a machine", n)
	}
	for i, call := range callsOf(cloud.fake, "addIpToNic") {
		if call.params["nicid"] != "nic-of-"+string(machines[i]) || call.params["ipaddress"] != string(address.IPAddress) {
			t.Errorf("addIpToNic %v", call.params)
		}
	}
	attached, err := cloudstack.Collect(ips.Attachments(t.Context(), address))
	if err != nil || len(attached) != 3 {
		t.Fatalf("%v, %v, want three", attached, err)
	}
	if err := ips.Detach(t.Context(), attached[1]); err != nil {
		t.Fatal(err)
	}
	if attached, err = cloudstack.Collect(ips.Attachments(t.Context(), address)); err != nil || len(attached) != 2 || attached[1].VirtualMachineID != machines[2] {
		t.Errorf("%v, %v, want two", attached, err)
	}

	nat := c.ElasticIPs(cloudstack.StaticNAT)
	other, err := nat.Acquire(t.Context(), cloudstack.AssociateIPAddress{NetworkID: "net-1"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // again on the same machine is nothing to do
		if _, err := nat.Attach(t.Context(), other, machines[0]); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := nat.Attach(t.Context(), other, machines[1]); !errors.Is(err, cloudstack.ErrUnsupported) {
		t.Errorf("static NAT to a second machine: %v, want ErrUnsupported", err)
	}
	if n := cloud.count("enableStaticNat"); n != 1 {
		t.Errorf("enableStaticNat was sent %d times", n)
	}
	if _, err := c.ElasticIPs(0).Attach(t.Context(), other, machines[1]); !errors.Is(err, cloudstack.ErrInvalid) {
		t.Errorf("no mode: %v", err)
	}
}

func callsOf(f *fake, command string) (calls []call) {
	for _, c := range f.log() {
		if c.command == command {
			calls = append(calls, c)
		}
	}
	return calls
}

func acquireAndRelease(t *testing.T) {
	cloud := newCloud(t)
	c := cloud.client()
	machines := deployThree(t, c)
	for _, mode := range []cloudstack.ElasticIPMode{cloudstack.SecondaryIP, cloudstack.StaticNAT} {
		ips := c.ElasticIPs(mode)
		address, err := ips.Acquire(t.Context(), cloudstack.AssociateIPAddress{ZoneID: "zone-1"})
		if err != nil || address.State != "Allocated" {
			t.Fatalf("%s: %+v, %v", mode, address, err)
		}
		a, err := ips.Attach(t.Context(), address, machines[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := ips.Release(t.Context(), address); !errors.Is(err, cloudstack.ErrInUse) {
			t.Errorf("%s: released while attached: %v", mode, err)
		}
		if cloud.count("disassociateIpAddress") != int(mode)-1 {
			t.Errorf("%s: the address in use was let go", mode)
		}
		if err := errors.Join(ips.Detach(t.Context(), a), ips.Release(t.Context(), address)); err != nil {
			t.Errorf("%s: %v", mode, err)
		}
		if _, err := cloudstack.Get(t.Context(), c, cloudstack.PublicIPAddress{ID: address.ID}); !errors.Is(err, cloudstack.ErrNotFound) {
			t.Errorf("%s: after the release: %v", mode, err)
		}
	}
}

func guestConfig(t *testing.T) {
	for ip, prefix := range map[cloudstack.IP]string{"192.0.2.1": "192.0.2.1/32", "2001:DB8::1": "2001:db8::1/128"} {
		for _, format := range []cloudstack.GuestFormat{cloudstack.CloudInit, cloudstack.Netplan, cloudstack.Shell} {
			text, err := cloudstack.GuestConfig(ip, format)
			if err != nil || !strings.Contains(text, prefix) {
				t.Errorf("%s %s: %q, %v", format, ip, text, err)
			}
			if format != cloudstack.Shell {
				var parsed map[string]any
				if err := yaml.Unmarshal([]byte(text), &parsed); err != nil || len(parsed) == 0 {
					t.Errorf("%s: %v: %s", format, err, text)
				}
			} else if !strings.Contains(text, "\nip addr replace "+prefix+" dev lo\n") {
				t.Errorf("%s: %q", format, text)
			}
		}
	}
	if _, err := cloudstack.GuestConfig("nonsense", cloudstack.Shell); err == nil {
		t.Error("an address that is none passes")
	}
	if _, err := cloudstack.GuestConfig("192.0.2.1", "sysvinit"); err == nil {
		t.Error("a format that is none passes")
	}
}
