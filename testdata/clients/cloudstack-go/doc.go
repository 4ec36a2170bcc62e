// Package cloudstackgo is Apache's own Go client, cloudstack-go v2.17, at work against a cloud of today: machines, security groups, tags,
// keys, affinity groups, networks and addresses, and what must come of each.
//
// CLOUDSTACK_ENDPOINT, CLOUDSTACK_KEY and CLOUDSTACK_SECRET_KEY name the cloud and an ordinary user of it:
//
//	trueup simulator
//	CLOUDSTACK_ENDPOINT=… CLOUDSTACK_KEY=… CLOUDSTACK_SECRET_KEY=… go test -count=1 -parallel=16 .
//
// Every test keeps to names of its own, so that they run beside each other. The client waits a second and more for every job that has not
// ended when it first asks.
package cloudstackgo
