package cloudstack_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/trueup/trueup/provider/cloudstack"
)

// exampleClient is a client of a cloud in memory, as a program would make one of
// a real cloud with New or FromEnv.
func exampleClient(opts ...cloudstack.Option) *cloudstack.Client {
	cloud := newCloud(exampleTB{})
	cloud.exoscale = true
	return cloud.client(opts...)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// A machine is deployed, and the call gives the machine when it runs.
func ExampleCall() {
	ctx, c := context.Background(), exampleClient()
	machine, err := cloudstack.Call(ctx, c, cloudstack.DeployVirtualMachine{
		Name:              "web-1",
		ServiceOfferingID: "b6e9d1e8-89fc-4db3-aaa4-9b4c5b1d0844",
		TemplateID:        "709687a5-35e7-4f8f-9ff4-4a3b4c4a4b4b",
		ZoneID:            "1747ef5e-5451-41fd-9f1a-58913bae9702",
		RootDiskSize:      cloudstack.Some(10),
	})
	check(err)
	fmt.Printf("machine %s (%s) is %s\n", machine.ID, machine.Name, machine.State)
	// Output: machine vm-1 (web-1) is Running
}

// The job of a deployment is watched while it runs. Breaking off the loop would
// stop the watching; the job goes on in the cloud.
func ExampleJob_Watch() {
	ctx, c := context.Background(), exampleClient()
	job, err := cloudstack.Start(ctx, c, cloudstack.DeployVirtualMachine{
		Name: "web-1", ServiceOfferingID: "small", TemplateID: "debian", ZoneID: "zone-1",
	})
	check(err)
	fmt.Println("deploying", job.ResourceID())
	for state, err := range job.Watch(ctx) {
		if err != nil { // any kind of error; going on asks again
			fmt.Println("not now:", err)
			continue
		}
		if !state.Done() {
			fmt.Println("wait...")
			continue
		}
		machine, err := job.Decode(state)
		check(err)
		fmt.Println("machine", machine.ID, "is", machine.State)
	}
	// Output:
	// deploying vm-1
	// wait...
	// machine vm-1 is Running
}

// Every request and answer is written, secrets replaced, behind a prefix. The
// variables TRUEUP_TRACE and EXOSCALE_TRACE do the same for FromEnv.
func ExampleWithTraceWriter() {
	var trace strings.Builder
	ctx, c := context.Background(), exampleClient(cloudstack.WithTraceWriter(&trace, "trace: "), cloudstack.WithSignatureExpiry(-1))
	_, err := cloudstack.One(ctx, c, cloudstack.ListZones{Name: "ch-gva-2"}, cloudstack.Extra("apikeyhint", "nothing"))
	fmt.Println(err)
	c.SetTrace(false)
	first, _, _ := strings.Cut(trace.String(), "\n")
	fmt.Println(first)
	// Output:
	// listZones: 2 match where one was asked for; name it by its id
	// trace: > GET http://cloud.test/client/api apikey="REDACTED" apikeyhint="REDACTED" command="listZones" name="ch-gva-2" page="1" pagesize="500" response="json" signature="REDACTED"
}

// All commands that the server offers to its user.
func ExampleClient_APIs() {
	ctx, c := context.Background(), exampleClient()
	catalog, err := c.APIs(ctx)
	check(err)
	for api := range catalog.All() {
		fmt.Println(api.Name, "-", api.Description)
	}
	fmt.Println(catalog.Has("listNetworks"), catalog.Supports("listNetworks", "zoneid"), catalog.Has("frobnicate"))
	// Output:
	// deployVirtualMachine - Creates and starts a machine.
	// listNetworks - Lists all available networks.
	// true true false
}

// A security group from beginning to end.
func ExampleAuthorize() {
	ctx, c := context.Background(), exampleClient()
	group, err := cloudstack.Call(ctx, c, cloudstack.CreateSecurityGroup{
		Name:        "load-balancer",
		Description: "Opens HTTP and HTTPS to the outside world",
	})
	check(err)

	// The changed group comes back, with old and new rules.
	group, err = cloudstack.Authorize(ctx, c, cloudstack.AuthorizeSecurityGroupIngress{
		Description:     "SSH traffic",
		SecurityGroupID: group.ID,
		CIDRs:           []cloudstack.CIDR{"0.0.0.0/0", "::/0"},
		Protocol:        "tcp",
		StartPort:       cloudstack.Some(22),
		EndPort:         cloudstack.Some(22),
	})
	check(err)
	for _, r := range group.IngressRules {
		fmt.Printf("%s %d-%d from %s: %s\n", r.Protocol, r.StartPort, r.EndPort, r.CIDR, r.Description)
	}

	check(cloudstack.Exec(ctx, c, cloudstack.RevokeSecurityGroupIngress{ID: group.IngressRules[0].RuleID}))
	check(cloudstack.Exec(ctx, c, cloudstack.DeleteSecurityGroup{ID: group.ID}))
	// Output:
	// tcp 22-22 from 0.0.0.0/0: SSH traffic
	// tcp 22-22 from ::/0: SSH traffic
}

// The rules of a group are made those that are wanted.
func ExampleDiffRules() {
	ctx, c := context.Background(), exampleClient()
	group, err := cloudstack.Call(ctx, c, cloudstack.CreateSecurityGroup{Name: "web"})
	check(err)
	for _, want := range [][]cloudstack.SecurityGroupRule{
		{{Protocol: "tcp", StartPort: 22, EndPort: 22, CIDR: "10.0.0.0/8"}, {Protocol: "tcp", StartPort: 80, EndPort: 80, CIDR: "0.0.0.0/0"}},
		{{Protocol: "tcp", StartPort: 80, EndPort: 80, CIDR: "0.0.0.0/0"}, {Protocol: "tcp", StartPort: 80, EndPort: 80, CIDR: "::/0"}},
	} {
		add, revoke, keep := cloudstack.DiffRules(want, group.IngressRules)
		fmt.Println("add", len(add), "revoke", len(revoke), "keep", len(keep))
		for _, cmd := range cloudstack.PackRules(group.ID, add) {
			group, err = cloudstack.Authorize(ctx, c, cmd)
			check(err)
		}
		for _, r := range revoke {
			check(cloudstack.Exec(ctx, c, cloudstack.RevokeSecurityGroupIngress{ID: r.RuleID}))
		}
	}
	group, err = cloudstack.Get(ctx, c, cloudstack.SecurityGroup{Name: "web"})
	check(err)
	for _, r := range group.IngressRules {
		fmt.Printf("%s %d from %s\n", r.Protocol, r.StartPort, r.CIDR)
	}
	// Output:
	// add 2 revoke 0 keep 0
	// add 1 revoke 1 keep 1
	// tcp 80 from 0.0.0.0/0
	// tcp 80 from ::/0
}

// Resources are listed, found and deleted by example.
func ExampleGet() {
	ctx, c := context.Background(), exampleClient()
	for _, name := range []string{"lb", "db"} {
		_, err := cloudstack.Call(ctx, c, cloudstack.CreateSecurityGroup{Name: name})
		check(err)
	}
	for group, err := range cloudstack.List(ctx, c, cloudstack.SecurityGroup{}) {
		check(err)
		fmt.Println("there is", group.Name)
	}
	group, err := cloudstack.Get(ctx, c, cloudstack.SecurityGroup{Name: "lb"})
	check(err)
	check(cloudstack.Delete(ctx, c, group))
	_, err = cloudstack.Get(ctx, c, cloudstack.SecurityGroup{Name: "lb"})
	fmt.Println(err)
	// Output:
	// there is lb
	// there is db
	// listSecurityGroups: nothing matches
}

// Zones are listed in two ways: by the command, or by example.
func ExampleList() {
	ctx, c := context.Background(), exampleClient()
	for zone, err := range cloudstack.All(ctx, c, cloudstack.ListZones{}) {
		check(err)
		fmt.Println(zone.ID, zone.Name)
	}
	zones, err := cloudstack.Collect(cloudstack.List(ctx, c, cloudstack.Zone{NetworkType: "Advanced"}))
	check(err)
	fmt.Println(len(zones), "advanced:", zones[0].Name)
	// Output:
	// zone-1 ch-gva-2
	// zone-2 ch-dk-2
	// 1 advanced: ch-dk-2
}

// One elastic IP on many machines, on a cloud of Exoscale's kind. The machines
// have to be set up for it.
func ExampleElasticIPs() {
	ctx, c := context.Background(), exampleClient()
	ips := c.ElasticIPs(cloudstack.SecondaryIP)
	address, err := ips.Acquire(ctx, cloudstack.AssociateIPAddress{ZoneID: "zone-1"})
	check(err)
	for _, name := range []string{"web-1", "web-2"} {
		machine, err := cloudstack.Call(ctx, c, cloudstack.DeployVirtualMachine{Name: name, ServiceOfferingID: "small", TemplateID: "debian", ZoneID: "zone-1"})
		check(err)
		_, err = ips.Attach(ctx, address, machine.ID)
		check(err)
	}
	for attached, err := range ips.Attachments(ctx, address) {
		check(err)
		fmt.Println(address.IPAddress, "reaches", attached.VirtualMachineID)
		check(ips.Detach(ctx, attached))
	}
	check(ips.Release(ctx, address))

	inside, err := cloudstack.GuestConfig(address.IPAddress, cloudstack.Shell)
	check(err)
	fmt.Print(inside)
	// Output:
	// 192.0.2.1 reaches vm-2
	// 192.0.2.1 reaches vm-4
	// #!/bin/sh
	// ip addr replace 192.0.2.1/32 dev lo
}

// A client of a server with a certificate of one's own.
func ExampleNew() {
	c, err := cloudstack.New("https://cloud.example.org/client/api",
		cloudstack.Credentials{APIKey: "key", SecretKey: cloudstack.Secret(os.Getenv("NO_SUCH_VARIABLE") + "secret")},
		cloudstack.WithHTTPClient(&http.Client{Transport: http.DefaultTransport}))
	check(err)
	fmt.Printf("%v %+v\n", c, cloudstack.Credentials{APIKey: "key", SecretKey: "secret"})
	// Output: cloudstack client of cloud.example.org {APIKey:REDACTED SecretKey:REDACTED}
}
