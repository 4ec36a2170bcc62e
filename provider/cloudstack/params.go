package cloudstack

// Tag is a tag to set. Server and client send the value even when it is empty;
// the server refuses that (job error 431).
type Tag struct {
	Key   string `cs:"key"`
	Value string `cs:"value,always"`
}

// TagMatch names tags by key, or by key and value. Lists that take several OR
// them; DeleteTags compares the value before it deletes.
type TagMatch struct {
	Key   string `cs:"key"`
	Value string `cs:"value"`
}

// GroupRef is a security group as the source of a rule. The server wants both.
type GroupRef struct {
	Account string `cs:"account"` // the account that owns the group
	Group   string `cs:"group"`   // the group's name
}

// IPToNetwork is a network of a machine to deploy, and the address in it.
type IPToNetwork struct {
	NetworkID ID  `cs:"networkid"`
	IP        IP  `cs:"ip"`
	IPv6      IP  `cs:"ipv6"`
	MAC       MAC `cs:"mac"`
}

// NicNetwork maps an interface of a template that is registered as it is.
type NicNetwork struct {
	Nic     string `cs:"nic"`
	Network ID     `cs:"network"`
}

// DataDiskOffering gives a data disk of a template its disk offering.
type DataDiskOffering struct {
	DataDiskTemplateID ID `cs:"datadisktemplateid"`
	DiskOfferingID     ID `cs:"diskofferingid"`
}

// DataDiskDetails is a data volume to create with a machine.
type DataDiskDetails struct {
	DiskOfferingID ID       `cs:"diskofferingid"`
	Size           Opt[int] `cs:"size"` // GB
	MinIOPS        Opt[int] `cs:"miniops"`
	MaxIOPS        Opt[int] `cs:"maxiops"`
	DeviceID       Opt[int] `cs:"deviceid"`
}

// VMIP is a machine behind a load balancer, and which of its addresses is meant.
type VMIP struct {
	VMID        ID `cs:"vmid"`
	VMIP        IP `cs:"vmip"`
	VMNetworkID ID `cs:"vmnetworkid"`
}

// Paging asks for one page of a list. Iterators such as [All] fill it in
// themselves; set it only for a page of your own choice. The server wants both
// or neither.
type Paging struct {
	Page     Opt[int] `cs:"page"`     // from 1
	PageSize Opt[int] `cs:"pagesize"` // at most 500 by default; -1 without Page is everything
}
