package main

// nestedTypes gives the type of an answer's field that has fields of its own.
var nestedTypes = map[string]string{
	"affinitygroup": "AffinityGroup",
	"capability":    "NetworkServiceCapability",
	"capacity":      "ZoneCapacity",
	"egressrule":    "SecurityGroupRule",
	"ingressrule":   "SecurityGroupRule",
	"isos":          "VirtualMachineISO",
	"nic":           "Nic",
	"provider":      "NetworkServiceProvider",
	"securitygroup": "SecurityGroup",
	"service":       "NetworkService",
	"tags":          "ResourceTag",
	"user":          "User",
}

// fieldTypes gives the Go type of an answer's field where the server's word for
// it is missing, wrong or too narrow. "TYPE.field" goes before "field".
var fieldTypes = map[string]string{
	"API.params":                        "[]APIParam",
	"Zone.securitygroupsenabled":        "Opt[bool]",
	"VirtualMachine.haenable":           "Opt[bool]",
	"VirtualMachine.vnfnics":            "[]map[string]string",
	"VirtualMachine.virtualmachinetype": "string",
	"AffinityGroup.virtualmachineids":   "[]ID",
	"SecurityGroup.virtualmachineids":   "[]ID",
	"AffinityGroup.dedicatedresources":  "[]map[string]string",
	"Template.downloaddetails":          "[]map[string]string",
	"Template.childtemplates":           "[]ID",
	"Network.bgppeers":                  "[]map[string]string",
	"Network.ip4routes":                 "[]map[string]string",
	"Network.ip6routes":                 "[]map[string]string",
	"Project.owner":                     "[]map[string]string",
	"UserKeys.permissions":              "[]map[string]string",
	"taggedresources":                   "[]map[string]string",
	"extradhcpoption":                   "[]map[string]string",
	"secondaryip":                       "[]NicSecondaryIP",
	"cidr":                              "CIDR",
	"networkcidr":                       "CIDR",
	"ip6cidr":                           "CIDR",
	"gateway":                           "IP",
	"ip6gateway":                        "IP",
	"ipaddress":                         "IP",
	"ip6address":                        "IP",
	"vmipaddress":                       "IP",
	"vmguestip":                         "IP",
	"publicip":                          "IP",
	"macaddress":                        "MAC",
	"password":                          "Secret",
	"encryptedpassword":                 "Secret",
	"privatekey":                        "Secret",
	"secretkey":                         "Secret",
	"apikey":                            "Secret",
	"userdata":                          "UserData",
	"jobstatus":                         "JobStatus",
}

// skippedFields are answers' fields without a place in the structs: pictures.
var skippedFields = map[string]bool{"icon": true}

// paramTypes gives the Go type of a parameter likewise; "COMMAND.parameter"
// goes before "parameter".
var paramTypes = map[string]string{
	"createTags.tags":        "[]Tag",
	"createSnapshot.tags":    "[]Tag",
	"tags":                   "[]TagMatch",
	"properties":             "[]Tag",
	"cidrlist":               "[]CIDR",
	"destcidrlist":           "[]CIDR",
	"usersecuritygrouplist":  "[]GroupRef",
	"iptonetworklist":        "[]IPToNetwork",
	"nicnetworklist":         "[]NicNetwork",
	"datadiskofferinglist":   "[]DataDiskOffering",
	"datadisksdetails":       "[]DataDiskDetails",
	"dhcpoptionsnetworklist": "[]map[string]string",
	"rules":                  "[]map[string]string",
	"vmidipmap":              "[]VMIP",
	"ipaddress":              "IP",
	"ip6address":             "IP",
	"vmguestip":              "IP",
	"macaddress":             "MAC",
	"password":               "Secret",
	"currentpassword":        "Secret",
	"usersecretkey":          "Secret",
	"userapikey":             "Secret",
	"userdata":               "UserData",
}

// furtherParams are parameters that some clouds take and the recorded server
// does not list.
var furtherParams = map[string][]param{
	"authorizeSecurityGroupEgress":  {exoscaleDescription},
	"authorizeSecurityGroupIngress": {exoscaleDescription},
	"listAsyncJobs":                 {{Name: "projectid", Type: "uuid", Description: "List the jobs of a project"}},
	"listPublicIpAddresses":         {{Name: "iselastic", Type: "boolean", Description: "List elastic addresses only (Exoscale and NetScaler zones)"}},
}

var exoscaleDescription = param{Name: "description", Type: "string", Description: "A description of the rule (Exoscale only)"}

// furtherFields are fields of answers that some clouds send and the recorded
// server does not list.
var furtherFields = map[string][]field{
	"NicSecondaryIP":    {{Name: "virtualmachineid", Type: "uuid", Description: "The ID of the Instance (Exoscale)"}},
	"PublicIPAddress":   {{Name: "iselastic", Type: "boolean", Description: "True if the address is an elastic one (Exoscale and NetScaler zones)"}},
	"SecurityGroupRule": {{Name: "description", Type: "string", Description: "The description of the rule (Exoscale only)"}},
	"VirtualMachine":    {{Name: "keypair", Type: "string", Description: "The name of the SSH key pair; before CloudStack 4.16, which answers KeyPairs"}},
}

// descriptions replace the server's where they mislead a reader in Go.
var descriptions = map[string]string{
	"cidrlist":                               "The CIDRs that the rule is about",
	"destcidrlist":                           "The CIDRs that the traffic goes to",
	"icmptype":                               "The ICMP type; -1 is any, of which the code is -1, too",
	"icmpcode":                               "The ICMP code; -1 is any",
	"usersecuritygrouplist":                  "The security groups that the rule is about",
	"iptonetworklist":                        "The networks, with the addresses wanted in them. Mutually exclusive with NetworkIDs",
	"datadiskofferinglist":                   "The disk offerings of the template's data disks. Mutually exclusive with DiskOfferingID",
	"datadisksdetails":                       "The data volumes to create with the machine. Mutually exclusive with DiskOfferingID",
	"dhcpoptionsnetworklist":                 "DHCP options by network: maps with networkid and keys such as dhcp:66",
	"vmidipmap":                              "The machines, with the address of each that is meant",
	"tags":                                   "Tags, by key and value",
	"SecurityGroupRule.startport":            "The first port; 0 with a portless protocol",
	"SecurityGroupRule.endport":              "The last port; 0 with a portless protocol",
	"SecurityGroupRule.icmptype":             "The ICMP type; -1 is any",
	"SecurityGroupRule.icmpcode":             "The ICMP code; -1 is any",
	"SecurityGroupRule.cidr":                 "The source; empty when it is a group",
	"SecurityGroupRule.account":              "The account of the source when it is a group",
	"SecurityGroupRule.securitygroupname":    "The name of the source when it is a group",
	"VirtualMachine.state":                   "Running, Stopped, Starting, Stopping, Migrating, Restoring, Error, Destroyed, Expunging, Shutdown or Unknown",
	"restoreVirtualMachine.snapshotid":       "The snapshot to restore from",
	"deployVirtualMachine.snapshotid":        "The snapshot to take the root volume from",
	"deployVirtualMachine.volumeid":          "The volume to use as root volume",
	"keypairs":                               "The names of the SSH key pairs",
	"affinitygroupids":                       "The IDs of the affinity groups. Mutually exclusive with AffinityGroupNames",
	"affinitygroupnames":                     "The names of the affinity groups. Mutually exclusive with AffinityGroupIDs",
	"updateVirtualMachine.securitygroupids":  "The IDs of all security groups of the machine, which must be stopped; empty and not nil removes all",
	"updateVMAffinityGroup.affinitygroupids": "The IDs of all affinity groups of the machine, which must be stopped; empty and not nil removes all",
	"deleteTags.tags":                        "The tags to delete: by key, or by key and value. Without any the server would delete all",
}
