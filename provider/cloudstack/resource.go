package cloudstack

import "context"

// What the resources can do by themselves: be listed by example, be deleted,
// and tell what is in them.

// Filter lists accounts by ID, Name, DomainID and State.
func (a Account) Filter() ListCommand[Account] {
	return ListAccounts{ID: a.ID, Name: a.Name, DomainID: a.DomainID, State: a.State}
}

// Filter lists affinity groups by ID, Name and Type.
func (g AffinityGroup) Filter() ListCommand[AffinityGroup] {
	return ListAffinityGroups{ID: g.ID, Name: g.Name, Type: g.Type}
}

// Filter lists disk offerings by ID and Name.
func (o DiskOffering) Filter() ListCommand[DiskOffering] {
	return ListDiskOfferings{ID: o.ID, Name: o.Name}
}

// Filter lists groups of machines by ID and Name.
func (g InstanceGroup) Filter() ListCommand[InstanceGroup] {
	return ListInstanceGroups{ID: g.ID, Name: g.Name}
}

// Filter lists networks by ID, Name, ZoneID and VPCID. The server knows no
// filter by name: it is asked for the name as a keyword.
func (n Network) Filter() ListCommand[Network] {
	return ListNetworks{ID: n.ID, Keyword: n.Name, ZoneID: n.ZoneID, VPCID: n.VPCID}
}

// Filter lists network offerings by ID, Name and State.
func (o NetworkOffering) Filter() ListCommand[NetworkOffering] {
	return ListNetworkOfferings{ID: o.ID, Name: o.Name, State: o.State}
}

// Filter lists interfaces by VirtualMachineID, which it needs, ID and NetworkID.
func (n Nic) Filter() ListCommand[Nic] {
	return ListNics{VirtualMachineID: n.VirtualMachineID, NicID: n.ID, NetworkID: n.NetworkID}
}

// completed adds the machine, which the server leaves out.
func (n Nic) completed(like Nic) Nic {
	if n.VirtualMachineID == "" {
		n.VirtualMachineID = like.VirtualMachineID
	}
	return n
}

// Filter lists projects by ID, Name and State.
func (p Project) Filter() ListCommand[Project] {
	return ListProjects{ID: p.ID, Name: p.Name, State: p.State}
}

// Filter lists public addresses by ID, IPAddress, ZoneID, AssociatedNetworkID,
// VPCID and IsElastic.
func (a PublicIPAddress) Filter() ListCommand[PublicIPAddress] {
	l := ListPublicIPAddresses{ID: a.ID, IPAddress: a.IPAddress, ZoneID: a.ZoneID, AssociatedNetworkID: a.AssociatedNetworkID, VPCID: a.VPCID}
	if a.IsElastic {
		l.IsElastic = Some(true)
	}
	return l
}

// Filter lists security groups by ID and Name.
func (g SecurityGroup) Filter() ListCommand[SecurityGroup] {
	return ListSecurityGroups{ID: g.ID, SecurityGroupName: g.Name, ProjectID: g.ProjectID}
}

// Filter lists machine offerings by ID and Name.
func (o ServiceOffering) Filter() ListCommand[ServiceOffering] {
	return ListServiceOfferings{ID: o.ID, Name: o.Name}
}

// Filter lists snapshots by ID, Name, VolumeID and ZoneID.
func (s Snapshot) Filter() ListCommand[Snapshot] {
	return ListSnapshots{ID: s.ID, Name: s.Name, VolumeID: s.VolumeID, ZoneID: s.ZoneID}
}

// Filter lists key pairs by ID, Name and Fingerprint.
func (k SSHKeyPair) Filter() ListCommand[SSHKeyPair] {
	return ListSSHKeyPairs{ID: k.ID, Name: k.Name, Fingerprint: k.Fingerprint}
}

// Filter lists templates by ID, Name and ZoneID: the featured ones when
// IsFeatured is set, all that machines can be made from otherwise.
func (t Template) Filter() ListCommand[Template] {
	filter := "executable"
	if t.IsFeatured {
		filter = "featured"
	}
	return ListTemplates{TemplateFilter: filter, ID: t.ID, Name: t.Name, ZoneID: t.ZoneID}
}

// Filter lists users by ID, Username and State.
func (u User) Filter() ListCommand[User] {
	return ListUsers{ID: u.ID, Username: u.Username, State: u.State}
}

// Filter lists machines by ID, Name, State, ZoneID, GroupID, HostID, TemplateID
// and ServiceOfferingID.
func (m VirtualMachine) Filter() ListCommand[VirtualMachine] {
	return ListVirtualMachines{
		ID: m.ID, Name: m.Name, State: m.State, ZoneID: m.ZoneID, GroupID: m.GroupID, HostID: m.HostID,
		TemplateID: m.TemplateID, ServiceOfferingID: m.ServiceOfferingID, ProjectID: m.ProjectID,
	}
}

// Filter lists volumes by ID, Name, Type, State, VirtualMachineID and ZoneID.
func (v Volume) Filter() ListCommand[Volume] {
	return ListVolumes{ID: v.ID, Name: v.Name, Type: v.Type, State: v.State, VirtualMachineID: v.VirtualMachineID, ZoneID: v.ZoneID}
}

// Filter lists zones by ID, Name and NetworkType.
func (z Zone) Filter() ListCommand[Zone] {
	return ListZones{ID: z.ID, Name: z.Name, NetworkType: z.NetworkType}
}

func (a PublicIPAddress) deletion() (func(context.Context, *Client, []CallOption) error, error) {
	if a.ID == "" {
		return nil, nameless("disassociateIpAddress", "id")
	}
	return running(DisassociateIPAddress{ID: a.ID}), nil
}

func (g AffinityGroup) deletion() (func(context.Context, *Client, []CallOption) error, error) {
	if g.ID != "" {
		return running(DeleteAffinityGroup{ID: g.ID}), nil
	}
	if g.Name == "" {
		return nil, nameless("deleteAffinityGroup", "id")
	}
	return running(DeleteAffinityGroup{Name: g.Name}), nil
}

func (g SecurityGroup) deletion() (func(context.Context, *Client, []CallOption) error, error) {
	if g.ID != "" {
		return running(DeleteSecurityGroup{ID: g.ID}), nil
	}
	if g.Name == "" {
		return nil, nameless("deleteSecurityGroup", "id")
	}
	return running(DeleteSecurityGroup{Name: g.Name}), nil
}

func (k SSHKeyPair) deletion() (func(context.Context, *Client, []CallOption) error, error) {
	if k.Name == "" {
		return nil, nameless("deleteSSHKeyPair", "name")
	}
	return running(DeleteSSHKeyPair{Name: k.Name, ProjectID: k.ProjectID}), nil
}

func (m VirtualMachine) deletion() (func(context.Context, *Client, []CallOption) error, error) {
	if m.ID == "" {
		return nil, nameless("destroyVirtualMachine", "id")
	}
	return running(DestroyVirtualMachine{ID: m.ID}), nil
}

// running is the call of a command whose result doesn't matter.
func running[R any](cmd Command[R]) func(context.Context, *Client, []CallOption) error {
	return func(ctx context.Context, c *Client, opts []CallOption) error {
		_, err := Call(ctx, c, cmd, opts...)
		return err
	}
}

func nameless(command, field string) error {
	return &ValidationError{Command: command, Field: field, Reason: "the resource to delete has none"}
}

// DefaultNic is the interface that carries the machine's default route.
func (m VirtualMachine) DefaultNic() (Nic, bool) {
	return m.nic(func(n Nic) bool { return n.IsDefault })
}

// NicByID is the machine's interface of that id.
func (m VirtualMachine) NicByID(id ID) (Nic, bool) {
	return m.nic(func(n Nic) bool { return n.ID == id })
}

// NicByNetwork is the machine's interface to a network.
func (m VirtualMachine) NicByNetwork(network ID) (Nic, bool) {
	return m.nic(func(n Nic) bool { return n.NetworkID == network })
}

// NicsByType are the machine's interfaces to networks of a type: Isolated,
// Shared, L2.
func (m VirtualMachine) NicsByType(networkType string) []Nic {
	var found []Nic
	for _, n := range m.Nics {
		if n.Type == networkType {
			found = append(found, n.completed(Nic{VirtualMachineID: m.ID}))
		}
	}
	return found
}

// IP is the address of the machine's default interface; empty without one.
func (m VirtualMachine) IP() IP {
	n, _ := m.DefaultNic()
	return n.IPAddress
}

// nic is the first interface that fits, its machine filled in.
func (m VirtualMachine) nic(fits func(Nic) bool) (Nic, bool) {
	for _, n := range m.Nics {
		if fits(n) {
			return n.completed(Nic{VirtualMachineID: m.ID}), true
		}
	}
	return Nic{}, false
}
