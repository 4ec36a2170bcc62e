package cloudstack

// The commands of administrators, and others that the server of which listApis
// was recorded does not offer to an ordinary user. Their fields are those that
// matter; [Extra] sends any other.

// EnableAccount is the command enableAccount: lets a disabled or locked account
// work again.
type EnableAccount struct {
	Sync[Account]
	ID       ID     `cs:"id"` // the account; or Account and DomainID
	Account  string `cs:"account"`
	DomainID ID     `cs:"domainid"`
}

// Info describes the command enableAccount.
func (EnableAccount) Info() CommandInfo {
	return CommandInfo{Name: "enableAccount", Description: "Enables an account", Mutating: true}
}

// DisableAccount is the command disableAccount: stops an account from working,
// and its machines too unless Lock is true. It is asynchronous.
type DisableAccount struct {
	Async[Account]
	Lock     bool   `cs:"lock,required"` // true only locks: running machines stay
	ID       ID     `cs:"id"`            // the account; or Account and DomainID
	Account  string `cs:"account"`
	DomainID ID     `cs:"domainid"`
}

// Info describes the command disableAccount.
func (DisableAccount) Info() CommandInfo {
	return CommandInfo{Name: "disableAccount", Description: "Disables an account", Async: true, Mutating: true}
}

// UpdateResourceLimit is the command updateResourceLimit: sets how much an
// account, a domain or a project may have of something.
type UpdateResourceLimit struct {
	Sync[ResourceLimit]
	ResourceType int      `cs:"resourcetype,required"` // as in [ResourceLimit]: 0 machines, 1 public addresses, 2 volumes …
	Max          Opt[int] `cs:"max"`                   // -1 is unlimited
	Account      string   `cs:"account"`
	DomainID     ID       `cs:"domainid"`
	ProjectID    ID       `cs:"projectid"`
}

// Info describes the command updateResourceLimit.
func (UpdateResourceLimit) Info() CommandInfo {
	return CommandInfo{Name: "updateResourceLimit", Description: "Updates resource limits for an account or domain", Mutating: true}
}

// CreateUser is the command createUser: adds a user to an account.
type CreateUser struct {
	Sync[User]
	Account   string `cs:"account,required"`
	Email     string `cs:"email,required"`
	FirstName string `cs:"firstname,required"`
	LastName  string `cs:"lastname,required"`
	Username  string `cs:"username,required"`
	Password  Secret `cs:"password,required"`
	DomainID  ID     `cs:"domainid"`
	Timezone  string `cs:"timezone"`
	UserID    ID     `cs:"userid"` // of another system
}

// Info describes the command createUser.
func (CreateUser) Info() CommandInfo {
	return CommandInfo{Name: "createUser", Description: "Creates a user for an account that already exists", Mutating: true}
}

// DeleteUser is the command deleteUser: deletes a user of an account.
type DeleteUser struct {
	Sync[Success]
	ID ID `cs:"id,required"`
}

// Info describes the command deleteUser.
func (DeleteUser) Info() CommandInfo {
	return CommandInfo{Name: "deleteUser", Description: "Deletes a user for an account", Mutating: true}
}

// Host is a physical machine that runs virtual ones.
type Host struct {
	ID               ID     `cs:"id"`
	Name             string `cs:"name"`
	State            string `cs:"state"` // Up, Down, Disconnected …
	ResourceState    string `cs:"resourcestate"`
	Type             string `cs:"type"` // Routing, Storage …
	IPAddress        IP     `cs:"ipaddress"`
	ZoneID           ID     `cs:"zoneid"`
	ZoneName         string `cs:"zonename"`
	PodID            ID     `cs:"podid"`
	PodName          string `cs:"podname"`
	ClusterID        ID     `cs:"clusterid"`
	ClusterName      string `cs:"clustername"`
	Hypervisor       string `cs:"hypervisor"`
	Version          string `cs:"version"`
	HostTags         string `cs:"hosttags"`
	CPUNumber        int    `cs:"cpunumber"`
	CPUSpeed         int    `cs:"cpuspeed"` // MHz
	CPUUsed          string `cs:"cpuused"`  // in percent
	MemoryTotal      int64  `cs:"memorytotal"`
	MemoryUsed       int64  `cs:"memoryused"`
	MemoryAllocated  int64  `cs:"memoryallocated"`
	Suitable         bool   `cs:"suitableformigration"` // for the machine that was asked about
	OSCategoryID     ID     `cs:"oscategoryid"`
	OSCategoryName   string `cs:"oscategoryname"`
	ManagementServer ID     `cs:"managementserverid"`
}

// ListHosts is the command listHosts: lists hosts. It lists values of [Host].
type ListHosts struct {
	Lists[Host]
	ID               ID     `cs:"id"`
	Name             string `cs:"name"`
	State            string `cs:"state"`
	Type             string `cs:"type"`
	ZoneID           ID     `cs:"zoneid"`
	PodID            ID     `cs:"podid"`
	ClusterID        ID     `cs:"clusterid"`
	VirtualMachineID ID     `cs:"virtualmachineid"` // hosts that this machine can move to
	Keyword          string `cs:"keyword"`
	Paging
}

// Info describes the command listHosts.
func (ListHosts) Info() CommandInfo {
	return CommandInfo{Name: "listHosts", Description: "Lists hosts", Paged: true}
}

// UpdateHost is the command updateHost: changes a host's tags, system or state.
type UpdateHost struct {
	Sync[Host]
	ID              ID       `cs:"id,required"`
	AllocationState string   `cs:"allocationstate"` // Enable or Disable
	HostTags        []string `cs:"hosttags"`
	OSCategoryID    ID       `cs:"oscategoryid"`
	URL             string   `cs:"url"`
}

// Info describes the command updateHost.
func (UpdateHost) Info() CommandInfo {
	return CommandInfo{Name: "updateHost", Description: "Updates a host", Mutating: true}
}

// MigrateVirtualMachine is the command migrateVirtualMachine: moves a machine to
// another host or another storage. It is asynchronous; its job gives a
// [VirtualMachine].
type MigrateVirtualMachine struct {
	Async[VirtualMachine]
	VirtualMachineID ID        `cs:"virtualmachineid,required"`
	HostID           ID        `cs:"hostid"`    // a running machine
	StorageID        ID        `cs:"storageid"` // the root volume of a stopped one
	AutoSelect       Opt[bool] `cs:"autoselect"`
}

// Info describes the command migrateVirtualMachine.
func (MigrateVirtualMachine) Info() CommandInfo {
	return CommandInfo{Name: "migrateVirtualMachine", Description: "Attempts migration of a VM to a different host or its root volume to a different storage pool", Async: true, Mutating: true}
}

// UpdateNetworkOffering is the command updateNetworkOffering: changes how an
// offering is shown, and whether it can be used.
type UpdateNetworkOffering struct {
	Sync[NetworkOffering]
	ID               ID        `cs:"id"`
	Name             string    `cs:"name"`
	DisplayText      string    `cs:"displaytext"`
	State            string    `cs:"state"` // Enabled or Disabled
	Availability     string    `cs:"availability"`
	SortKey          Opt[int]  `cs:"sortkey"`
	KeepAliveEnabled Opt[bool] `cs:"keepaliveenabled"`
	MaxConnections   Opt[int]  `cs:"maxconnections"`
	Tags             string    `cs:"tags"`
}

// Info describes the command updateNetworkOffering.
func (UpdateNetworkOffering) Info() CommandInfo {
	return CommandInfo{Name: "updateNetworkOffering", Description: "Updates a network offering", Mutating: true}
}

// PrepareTemplate is the command prepareTemplate: loads a template onto the
// primary storage of a zone. It gives a [Template].
type PrepareTemplate struct {
	Sync[Template]
	TemplateID ID `cs:"templateid,required"`
	ZoneID     ID `cs:"zoneid,required"`
	StorageID  ID `cs:"storageid"`
}

// Info describes the command prepareTemplate.
func (PrepareTemplate) Info() CommandInfo {
	return CommandInfo{Name: "prepareTemplate", Description: "Load template into primary storage", Mutating: true}
}

// UpdateSecurityGroup is the command updateSecurityGroup: renames a security
// group; administrators only, by default. It gives a [SecurityGroup].
type UpdateSecurityGroup struct {
	Sync[SecurityGroup]
	ID       ID     `cs:"id,required"`
	Name     string `cs:"name"`
	CustomID ID     `cs:"customid"`
}

// Info describes the command updateSecurityGroup.
func (UpdateSecurityGroup) Info() CommandInfo {
	return CommandInfo{Name: "updateSecurityGroup", Description: "Updates a security group", Mutating: true}
}

// ResetUserDataForVirtualMachine is the command resetUserDataForVirtualMachine:
// replaces the user data of a stopped machine. UpdateVirtualMachine can do it,
// too, where this is not allowed. It is asynchronous; its job gives a
// [VirtualMachine].
type ResetUserDataForVirtualMachine struct {
	Async[VirtualMachine]
	ID              ID                `cs:"id,required"`
	UserData        UserData          `cs:"userdata"`
	UserDataID      ID                `cs:"userdataid"`
	UserDataDetails map[string]string `cs:"userdatadetails"`
	Account         string            `cs:"account"`
	DomainID        ID                `cs:"domainid"`
	ProjectID       ID                `cs:"projectid"`
}

// Info describes the command resetUserDataForVirtualMachine.
func (ResetUserDataForVirtualMachine) Info() CommandInfo {
	return CommandInfo{Name: "resetUserDataForVirtualMachine", Description: "Resets the user data of a virtual machine", Async: true, Mutating: true}
}
