package kind

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// prepareAddress picks a free address of the zone at random, so that two runs
// seldom want the same; or the one that an earlier run has noted for the same
// purpose. There is no choice on clouds that share addresses, nor
// on servers before 4.17, which can't reserve one.
func prepareAddress(ctx context.Context, c *cloud, op provider.Op) (string, error) {
	shared, err := c.sharesAddresses(ctx)
	if err != nil || shared {
		return "", err
	}
	can, err := c.reserves(ctx)
	if err != nil || !can {
		return "", err
	}
	if id, err := c.reserved(ctx, op); err != nil || id != "" {
		return id, err
	}
	zone, _ := op.Fields["zone"].(provider.Named)
	free, err := c.freeIn(ctx, zone)
	if err != nil {
		return "", err
	}
	return c.pick(free, zone)
}

// freeAddresses are addresses of a zone that nobody has.
type freeAddresses struct {
	zone string // its id
	list []cloudstack.PublicIPAddress
}

// freeIn lists some of the free addresses of a zone, or has done so a moment ago.
func (c *cloud) freeIn(ctx context.Context, zone provider.Named) ([]cloudstack.PublicIPAddress, error) {
	ask := func(ctx context.Context) (freeAddresses, error) {
		// What is free is in no project yet.
		list, err := collect(ctx, c.client.InProject(""), cloudstack.ListPublicIPAddresses{
			ZoneID: cloudstack.ID(zone.ID), State: "Free",
			AllocatedOnly: cloudstack.Some(false), ForVirtualNetwork: cloudstack.Some(true),
			Paging: cloudstack.Paging{Page: cloudstack.Some(1), PageSize: cloudstack.Some(500)},
		})
		return freeAddresses{zone.ID, list}, err
	}
	free, err := c.free.get(ctx, ask)
	if err == nil && free.zone != zone.ID {
		c.free.forget()
		free, err = c.free.get(ctx, ask)
	}
	return free.list, err
}

// reserved is the address that a run which was killed has noted, and perhaps
// reserved, but not taken: it would be held for nothing, now or when the run's
// last call has arrived. It is "" where there is none, and where another
// stack's anchor notes the same.
func (c *cloud) reserved(ctx context.Context, op provider.Op) (string, error) {
	stack, _, _ := strings.Cut(op.Marker, "/")
	anchors, err := c.anchors.get(ctx, c.Anchors)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(anchors, func(a provider.Anchor) bool { return a.Stack == stack })
	if i < 0 {
		return "", nil
	}
	id := notedID(anchors[i].Tags[provider.NoteKey(provider.TagNote, op.Address)])
	if id == "" || notes(anchors, id) != 1 || !c.handOut(id) {
		return "", nil
	}
	a, err := c.address(ctx, id)
	if errors.Is(err, cloudstack.ErrNotFound) || err == nil && a.State != "Reserved" && a.State != "Free" {
		return "", nil
	}
	return id, err
}

// notedID is the id in the value of a note, "<run>/<attempt>/<id>".
func notedID(note string) string {
	if parts := strings.Split(note, "/"); len(parts) == 3 {
		return parts[2]
	}
	return ""
}

// notes counts the notes of all anchors that name the id.
func notes(anchors []provider.Anchor, id string) int {
	n := 0
	for _, a := range anchors {
		for key, value := range a.Tags {
			if strings.HasPrefix(key, provider.TagNote) && notedID(value) == id {
				n++
			}
		}
	}
	return n
}

// handOut reports whether the address is chosen for the first time here.
func (c *cloud) handOut(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := !c.handedOut[id]
	c.handedOut[id] = true
	return first
}

// pick takes one of the free addresses that this cloud has not handed out yet:
// reserving one twice would succeed, as it is ours after the first time.
func (c *cloud) pick(free []cloudstack.PublicIPAddress, zone provider.Named) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var ids []string
	for _, a := range free {
		if !c.handedOut[string(a.ID)] {
			ids = append(ids, string(a.ID))
		}
	}
	if len(ids) == 0 {
		return "", fmt.Errorf("there is no free public address in the zone %s (listPublicIpAddresses state=Free); "+
			"release one, or ask the cloud's administrator for more", zone)
	}
	id := ids[c.source.Pick(len(ids))]
	c.handedOut[id] = true
	return id, nil
}

// tryAnother explains a refusal that is about the address chosen: somebody else
// was faster, or the cloud can't use it. If it was reserved it is given back
// first, or else kept, with the note that tells of it, for the next run.
func tryAnother(ctx context.Context, c *cloud, op provider.Op, refusal error) error {
	if op.ID == "" {
		return refusal
	}
	c.free.forget()
	for _, class := range []error{cloudstack.ErrQuota, cloudstack.ErrUnsupported} {
		if errors.Is(refusal, class) {
			return refusal
		}
	}
	if err := c.unreserve(ctx, op.ID); err != nil {
		return fmt.Errorf("%w; its address %s stays reserved: %w", refusal, op.ID, err)
	}
	return as(provider.ErrTryAnother, "the address could not be had", refusal)
}

// unreserve gives back an address that is held for the account and not had,
// unless another stack's anchor notes it too.
func (c *cloud) unreserve(ctx context.Context, id string) error {
	a, err := c.address(ctx, id)
	if errors.Is(err, cloudstack.ErrNotFound) || err == nil && a.State != "Reserved" && a.State != "Allocating" {
		return nil
	}
	if err != nil {
		return err
	}
	anchors, err := c.Anchors(ctx)
	if err != nil || notes(anchors, id) > 1 {
		return err
	}
	return cloudstack.Exec(ctx, c.client, cloudstack.DisassociateIPAddress{ID: cloudstack.ID(id)})
}

// reserves asks whether the server has reserveIpAddress.
func (c *cloud) reserves(ctx context.Context) (bool, error) {
	return c.canReserve.get(ctx, func(ctx context.Context) (bool, error) { return c.knows(ctx, "reserveIpAddress") })
}
