package cloudstack

import (
	"context"
	"fmt"
	"iter"
)

// ElasticIPMode is how a cloud brings a public address to machines. Nothing in
// the API tells it for sure, so the caller says it.
type ElasticIPMode uint8

const (
	// SecondaryIP adds the address to the machines' default interfaces: one
	// address on many machines of a zone, as Exoscale's CloudStack had it. Inside,
	// the machines have to be set up for it: see [GuestConfig].
	SecondaryIP ElasticIPMode = iota + 1
	// StaticNAT maps the address to one machine of an isolated network, which sees
	// nothing of it: Apache CloudStack's way. To spread an address over several
	// machines there, use [CreateLoadBalancerRule] and [AssignToLoadBalancerRule].
	StaticNAT
)

// String names the mode.
func (m ElasticIPMode) String() string {
	switch m {
	case SecondaryIP:
		return "secondary IP"
	case StaticNAT:
		return "static NAT"
	}
	return fmt.Sprintf("elastic IP mode %d", m)
}

// ElasticIPs are a client's public addresses that can move between machines.
type ElasticIPs struct {
	c    *Client
	mode ElasticIPMode
}

// ElasticIPs works with public addresses in one of the two ways that clouds
// attach them.
func (c *Client) ElasticIPs(mode ElasticIPMode) ElasticIPs { return ElasticIPs{c, mode} }

// Attachment is a public address that reaches a machine.
type Attachment struct {
	Address          PublicIPAddress
	VirtualMachineID ID
	NicID            ID // SecondaryIP only
	SecondaryID      ID // SecondaryIP only: what detaching needs
}

// Acquire takes an address for the account. On Exoscale it wants a ZoneID, on
// Apache CloudStack a NetworkID; the first address of a fresh isolated network
// becomes its source NAT address there and can't be attached.
func (e ElasticIPs) Acquire(ctx context.Context, where AssociateIPAddress, opts ...CallOption) (PublicIPAddress, error) {
	job, err := Start(ctx, e.c, where, opts...)
	if err != nil {
		return PublicIPAddress{}, err
	}
	taken, err := job.Wait(ctx)
	if err != nil {
		return PublicIPAddress{}, err
	}
	// The job's result still says Allocating.
	return One(ctx, e.c, ListPublicIPAddresses{ID: taken.ID})
}

// Attach brings an address to a machine. With StaticNAT an address that reaches
// another machine stays where it is, and the error is of the class
// ErrUnsupported.
func (e ElasticIPs) Attach(ctx context.Context, address PublicIPAddress, machine ID) (Attachment, error) {
	switch e.mode {
	case SecondaryIP:
		return e.addToNic(ctx, address, machine)
	case StaticNAT:
		return e.enableNAT(ctx, address, machine)
	}
	return Attachment{}, e.unknownMode()
}

func (e ElasticIPs) addToNic(ctx context.Context, address PublicIPAddress, machine ID) (Attachment, error) {
	m, err := One(ctx, e.c, ListVirtualMachines{ID: machine})
	if err != nil {
		return Attachment{}, err
	}
	nic, ok := m.DefaultNic()
	if !ok {
		return Attachment{}, &ValidationError{Command: "addIpToNic", Field: "nicid", Reason: fmt.Sprintf("machine %s has no default interface", machine)}
	}
	added, err := Call(ctx, e.c, AddIPToNic{NicID: nic.ID, IPAddress: address.IPAddress})
	if err != nil {
		return Attachment{}, err
	}
	return Attachment{Address: address, VirtualMachineID: machine, NicID: nic.ID, SecondaryID: added.ID}, nil
}

func (e ElasticIPs) enableNAT(ctx context.Context, address PublicIPAddress, machine ID) (Attachment, error) {
	now, err := One(ctx, e.c, ListPublicIPAddresses{ID: address.ID})
	if err != nil {
		return Attachment{}, err
	}
	switch {
	case now.VirtualMachineID == machine:
		return Attachment{Address: now, VirtualMachineID: machine}, nil
	case now.VirtualMachineID != "":
		return Attachment{}, fmt.Errorf("attach %s to machine %s: static NAT reaches one machine, and this address reaches %s; detach it first, or use a load balancer rule: %w",
			now.IPAddress, machine, now.VirtualMachineID, ErrUnsupported)
	}
	if err := Exec(ctx, e.c, EnableStaticNAT{IPAddressID: address.ID, VirtualMachineID: machine}); err != nil {
		return Attachment{}, err
	}
	return Attachment{Address: address, VirtualMachineID: machine}, nil
}

// Attachments are the machines that an address reaches. No command lists them by
// address: with SecondaryIP this lists all machines of the address's zone.
func (e ElasticIPs) Attachments(ctx context.Context, address PublicIPAddress) iter.Seq2[Attachment, error] {
	return func(yield func(Attachment, error) bool) {
		switch e.mode {
		case SecondaryIP:
			e.attachedNics(ctx, address, yield)
		case StaticNAT:
			now, err := One(ctx, e.c, ListPublicIPAddresses{ID: address.ID})
			if err != nil || now.VirtualMachineID != "" {
				yield(Attachment{Address: now, VirtualMachineID: now.VirtualMachineID}, err)
			}
		default:
			yield(Attachment{}, e.unknownMode())
		}
	}
}

func (e ElasticIPs) attachedNics(ctx context.Context, address PublicIPAddress, yield func(Attachment, error) bool) {
	for m, err := range All(ctx, e.c, ListVirtualMachines{ZoneID: address.ZoneID}) {
		if err != nil {
			yield(Attachment{}, err)
			return
		}
		for _, nic := range m.Nics {
			for _, second := range nic.SecondaryIPs {
				if second.IPAddress == address.IPAddress && !yield(Attachment{address, m.ID, nic.ID, second.ID}, nil) {
					return
				}
			}
		}
	}
}

// Detach takes an address off a machine; the account keeps the address.
func (e ElasticIPs) Detach(ctx context.Context, a Attachment) error {
	switch e.mode {
	case SecondaryIP:
		return Exec(ctx, e.c, RemoveIPFromNic{ID: a.SecondaryID})
	case StaticNAT:
		return Exec(ctx, e.c, DisableStaticNAT{IPAddressID: a.Address.ID})
	}
	return e.unknownMode()
}

// Release gives an address back to the cloud. One that still reaches a machine
// is kept, and the error is of the class ErrInUse.
func (e ElasticIPs) Release(ctx context.Context, address PublicIPAddress) error {
	attached, err := Collect(e.Attachments(ctx, address))
	if err != nil {
		return err
	}
	if len(attached) > 0 {
		return fmt.Errorf("release %s: it reaches %d machines, such as %s; detach it first: %w", address.IPAddress, len(attached), attached[0].VirtualMachineID, ErrInUse)
	}
	return Exec(ctx, e.c, DisassociateIPAddress{ID: address.ID})
}

func (e ElasticIPs) unknownMode() error {
	return &ValidationError{Reason: e.mode.String() + " is unknown: say SecondaryIP or StaticNAT"}
}
