package kind

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// The values of the field power. A machine on its way counts as having
// arrived: a command for it waits in the cloud until it has.
const (
	running = "running"
	stopped = "stopped"
	// inError is the power of a machine whose deployment failed: never what
	// is wanted, so that starting it, which deploys it once more, is planned.
	inError = "error"
)

// machines are all machines of the account, with as little detail as carries
// what is compared: a page of 500 costs the server twice as much in full.
func (s *survey) machines(ctx context.Context) ([]cloudstack.VirtualMachine, error) {
	return s.vms.get(ctx, func(ctx context.Context) ([]cloudstack.VirtualMachine, error) {
		list := cloudstack.ListVirtualMachines{Details: []string{"nics", "secgrp", "affgrp"}}
		if s.declares("vm", "offering") {
			list.Details = append(list.Details, "servoff")
		}
		if s.declares("vm", "template") {
			list.Details = append(list.Details, "tmpl")
		}
		var opts []cloudstack.CallOption
		if s.declares("vm", "userData") {
			opts = append(opts, cloudstack.Extra("userdata", "true"))
		}
		listed, err := collect(ctx, s.client, list, opts...)
		return slices.DeleteFunc(listed, expunging), err
	})
}

// expunging reports whether a machine is destroyed, which only administrators
// see: it is no resource any more.
func expunging(m cloudstack.VirtualMachine) bool {
	return m.State == "Destroyed" || m.State == "Expunging"
}

func listMachines(ctx context.Context, s *survey) ([]provider.Live, error) {
	var machines []cloudstack.VirtualMachine
	var roots map[cloudstack.ID]provider.Size
	var disks map[cloudstack.ID][]provider.Ref
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		machines, err = s.machines(gctx)
		return err
	})
	if s.declares("vm", "rootDisk") {
		g.Go(func() (err error) {
			roots, err = s.rootDisks(gctx)
			return err
		})
	}
	if s.scope.Includes("volume") {
		g.Go(func() (err error) {
			disks, err = s.disksByMachine(gctx)
			return err
		})
	}
	var keys []cloudstack.SSHKeyPair
	if s.declares("vm", "sshKeys") {
		g.Go(func() (err error) {
			keys, err = s.keyPairs(gctx)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	prints := fingerprints(keys)
	live := make([]provider.Live, len(machines))
	for i, m := range machines {
		live[i] = liveMachine(m)
		live[i].Fields["sshKeys"] = keysOf(m, prints)
		if size, ok := roots[m.ID]; ok {
			live[i].Fields["rootDisk"] = size
		}
		if refs := disks[m.ID]; refs != nil {
			live[i].Fields["disks"] = refs
		}
	}
	return live, nil
}

// disksByMachine are the data disks that are attached to each machine.
func (s *survey) disksByMachine(ctx context.Context) (map[cloudstack.ID][]provider.Ref, error) {
	disks, err := s.dataDisks(ctx)
	refs := map[cloudstack.ID][]provider.Ref{}
	for _, v := range disks {
		if v.VirtualMachineID != "" {
			refs[v.VirtualMachineID] = append(refs[v.VirtualMachineID], ref("volume", v.ID, v.Name))
		}
	}
	return refs, err
}

// rootDisks are the sizes of the machines' root volumes. Which they are is kept.
func (s *survey) rootDisks(ctx context.Context) (map[cloudstack.ID]provider.Size, error) {
	volumes, err := s.listedVolumes(ctx)
	sizes, roots := map[cloudstack.ID]provider.Size{}, map[cloudstack.ID]cloudstack.ID{}
	for _, v := range volumes {
		if v.Type == rootDisk {
			sizes[v.VirtualMachineID], roots[v.VirtualMachineID] = provider.Size(v.Size), v.ID
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roots = roots
	return sizes, err
}

// liveMachine brings a listed machine into canonical form. What the listing
// left out is left out.
func liveMachine(m cloudstack.VirtualMachine) provider.Live {
	tags, zone := tagMap(m.Tags), named(m.ZoneName, m.ZoneID)
	live := provider.Live{
		Kind: "vm", ID: string(m.ID), Name: m.Name, Zone: zone, Tags: tags,
		Marker: m.Details[markerDetail],
		Gone:   goneForm.MatchString(m.Name), Protected: m.DeleteProtection,
		Fields: provider.Fields{
			"zone":           zone,
			"displayName":    m.DisplayName,
			"securityGroups": groupsOf(m),
			"networks":       networksOf(m),
			"affinityGroups": affinityOf(m),
			"power":          power(m.State),
			"details":        detailsOf(m),
			"tags":           userTags(tags),
		},
	}
	if m.State == "Error" {
		live.Broken = "its deployment failed"
	}
	if m.ServiceOfferingID != "" {
		live.Fields["offering"] = named(m.ServiceOfferingName, m.ServiceOfferingID)
	}
	if m.TemplateID != "" {
		live.Fields["template"] = named(m.TemplateName, m.TemplateID)
	}
	if len(m.UserData) > 0 {
		// Its error is about the size only, which the cloud has accepted.
		sum, _ := userDataSum(m.UserData)
		live.Fields["userData"] = provider.Blob{Sum: sum}
	}
	return live
}

// power is the canonical form of a machine's state.
func power(state string) string {
	switch state {
	case "Running", "Starting", "Migrating":
		return running
	case "Stopped", "Stopping", "Shutdown":
		return stopped
	case "Error":
		return inError
	}
	return strings.ToLower(state)
}

func groupsOf(m cloudstack.VirtualMachine) []provider.Ref {
	refs := make([]provider.Ref, len(m.SecurityGroups))
	for i, g := range m.SecurityGroups {
		refs[i] = ref("securityGroup", g.ID, g.Name)
	}
	return refs
}

// networksOf are the networks that a machine was given. The shared network of
// a zone with security groups is the zone's, not the machine's.
func networksOf(m cloudstack.VirtualMachine) []provider.Ref {
	nics := slices.Clone(m.Nics)
	slices.SortStableFunc(nics, func(a, b cloudstack.Nic) int { // the default one first
		return cmp.Compare(order(a), order(b))
	})
	refs := []provider.Ref{}
	for _, n := range nics {
		if n.Type != "Shared" {
			refs = append(refs, ref("network", n.NetworkID, n.NetworkName))
		}
	}
	return refs
}

func order(n cloudstack.Nic) int {
	if n.IsDefault {
		return 0
	}
	return 1
}

func affinityOf(m cloudstack.VirtualMachine) []provider.Ref {
	refs := make([]provider.Ref, len(m.AffinityGroups))
	for i, g := range m.AffinityGroups {
		refs[i] = ref("affinityGroup", g.ID, g.Name)
	}
	return refs
}

// detailsOf are a machine's details without those that CloudStack or we keep
// there: keys, passwords, the marker.
func detailsOf(m cloudstack.VirtualMachine) map[string]string {
	details := maps.Clone(m.Details)
	if details == nil {
		details = map[string]string{}
	}
	maps.DeleteFunc(details, func(key, _ string) bool {
		lower := strings.ToLower(key)
		return key == markerDetail || key == "deployvm" || strings.HasPrefix(key, "SSH.") || strings.Contains(lower, "password")
	})
	return details
}

// machine reads one machine.
func (c *cloud) machine(ctx context.Context, id string, details ...string) (cloudstack.VirtualMachine, error) {
	return cloudstack.One(ctx, c.client, cloudstack.ListVirtualMachines{ID: cloudstack.ID(id), Details: details})
}

// machineIs looks whether a machine that a command was refused for is in the
// power that was asked for. CloudStack refuses to start one that runs (431).
func machineIs(wanted string) func(context.Context, *cloud, provider.Op, error) (bool, error) {
	return func(ctx context.Context, c *cloud, op provider.Op, _ error) (bool, error) {
		m, err := c.machine(ctx, op.ID, "min")
		return err == nil && power(m.State) == wanted, err
	}
}

// machineHasOffering looks whether a machine that couldn't be scaled has the
// offering already (job error 431).
func machineHasOffering(ctx context.Context, c *cloud, op provider.Op, _ error) (bool, error) {
	m, err := c.machine(ctx, op.ID, "servoff")
	return err == nil && m.ServiceOfferingID == choice(op.Fields, "offering"), err
}
