package cloudstack

// The commands of Exoscale's CloudStack, up to 2022: reverse DNS and IPv6. A
// server of Apache's has none of them; [Catalog.Has] tells.

// ReverseDNS is the names that an address, or a machine's addresses, resolve to.
type ReverseDNS struct {
	DomainName       string            `cs:"domainname"`
	IPAddress        IP                `cs:"ipaddress"`
	IP6Address       IP                `cs:"ip6address"`
	NicID            ID                `cs:"nicid"`
	PublicIPID       ID                `cs:"publicipid"`
	VirtualMachineID ID                `cs:"virtualmachineid"`
	ReverseDNS       []ReverseDNSEntry `cs:"reversedns"` // when the answer is a resource with its names
}

// ReverseDNSEntry is one name of one address.
type ReverseDNSEntry struct {
	DomainName string `cs:"domainname"`
	IPAddress  IP     `cs:"ipaddress"`
	IP6Address IP     `cs:"ip6address"`
}

// QueryReverseDNSForPublicIPAddress is the command queryReverseDnsForPublicIpAddress.
type QueryReverseDNSForPublicIPAddress struct {
	Sync[ReverseDNS]
	ID ID `cs:"id,required"` // the address
}

// Info describes the command queryReverseDnsForPublicIpAddress.
func (QueryReverseDNSForPublicIPAddress) Info() CommandInfo {
	return CommandInfo{Name: "queryReverseDnsForPublicIpAddress", Description: "Query the PTR record of a public IP address"}
}

// UpdateReverseDNSForPublicIPAddress is the command updateReverseDnsForPublicIpAddress.
type UpdateReverseDNSForPublicIPAddress struct {
	Sync[ReverseDNS]
	ID         ID     `cs:"id,required"`         // the address
	DomainName string `cs:"domainname,required"` // with a top-level domain that exists
}

// Info describes the command updateReverseDnsForPublicIpAddress.
func (UpdateReverseDNSForPublicIPAddress) Info() CommandInfo {
	return CommandInfo{Name: "updateReverseDnsForPublicIpAddress", Description: "Update or create the PTR record of a public IP address", Mutating: true}
}

// DeleteReverseDNSFromPublicIPAddress is the command deleteReverseDnsFromPublicIpAddress.
type DeleteReverseDNSFromPublicIPAddress struct {
	Sync[Success]
	ID ID `cs:"id,required"` // the address
}

// Info describes the command deleteReverseDnsFromPublicIpAddress.
func (DeleteReverseDNSFromPublicIPAddress) Info() CommandInfo {
	return CommandInfo{Name: "deleteReverseDnsFromPublicIpAddress", Description: "Delete the PTR record of a public IP address", Mutating: true}
}

// QueryReverseDNSForVirtualMachine is the command queryReverseDnsForVirtualMachine.
type QueryReverseDNSForVirtualMachine struct {
	Sync[ReverseDNS]
	ID ID `cs:"id,required"` // the machine
}

// Info describes the command queryReverseDnsForVirtualMachine.
func (QueryReverseDNSForVirtualMachine) Info() CommandInfo {
	return CommandInfo{Name: "queryReverseDnsForVirtualMachine", Description: "Query the PTR record of a virtual machine"}
}

// UpdateReverseDNSForVirtualMachine is the command updateReverseDnsForVirtualMachine.
type UpdateReverseDNSForVirtualMachine struct {
	Sync[ReverseDNS]
	ID         ID     `cs:"id,required"`         // the machine
	DomainName string `cs:"domainname,required"` // with a top-level domain that exists
}

// Info describes the command updateReverseDnsForVirtualMachine.
func (UpdateReverseDNSForVirtualMachine) Info() CommandInfo {
	return CommandInfo{Name: "updateReverseDnsForVirtualMachine", Description: "Update or create the PTR record of a virtual machine", Mutating: true}
}

// DeleteReverseDNSFromVirtualMachine is the command deleteReverseDnsFromVirtualMachine.
type DeleteReverseDNSFromVirtualMachine struct {
	Sync[Success]
	ID ID `cs:"id,required"` // the machine
}

// Info describes the command deleteReverseDnsFromVirtualMachine.
func (DeleteReverseDNSFromVirtualMachine) Info() CommandInfo {
	return CommandInfo{Name: "deleteReverseDnsFromVirtualMachine", Description: "Delete the PTR record of a virtual machine", Mutating: true}
}

// ActivateIP6 is the command activateIp6: gives an interface an IPv6 address. It
// is asynchronous; its job gives a [Nic].
type ActivateIP6 struct {
	Async[Nic]
	NicID ID `cs:"nicid,required"`
}

// Info describes the command activateIp6.
func (ActivateIP6) Info() CommandInfo {
	return CommandInfo{Name: "activateIp6", Description: "Activate the IPv6 on the VM's nic", Async: true, Mutating: true}
}
