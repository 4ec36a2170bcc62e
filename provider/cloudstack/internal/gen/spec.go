package main

// goFile is one generated file: a family of commands and the types they answer.
type goFile struct {
	name     string
	types    []answerType
	commands []command
}

// answerType is a struct of the package that is generated from what the
// commands in from say about their answers.
type answerType struct {
	name string
	doc  string // completes "NAME is …" as a sentence
	from []string
}

// command is a request to generate. answers is the Go type of what it gives:
// of its list's items, of its result, or of its job's result; empty means that
// it gives only success or failure.
type command struct {
	name    string
	answers string
}

// specification is everything that is generated, file by file.
var specification = []goFile{
	{
		name: "zone_gen.go",
		types: []answerType{
			{"Zone", "a data centre: the place that machines, networks and templates belong to", []string{"listZones"}},
			{"ZoneCapacity", "what a zone has of one kind of resource, and how much of it is used", nil},
		},
		commands: []command{{"listZones", "Zone"}},
	},
	{
		name: "offering_gen.go",
		types: []answerType{
			{"ServiceOffering", "a size of machine: processors, memory, root disk", []string{"listServiceOfferings"}},
			{"DiskOffering", "a sort and size of volume", []string{"listDiskOfferings"}},
			{"NetworkOffering", "a sort of network and the services that it brings", []string{"listNetworkOfferings"}},
			{"NetworkService", "one service of a network or of a network offering, such as Dhcp or StaticNat", nil},
			{"NetworkServiceCapability", "something that a network service can do, and how", nil},
			{"NetworkServiceProvider", "who provides a network service", nil},
		},
		commands: []command{
			{"listServiceOfferings", "ServiceOffering"}, {"listDiskOfferings", "DiskOffering"}, {"listNetworkOfferings", "NetworkOffering"},
		},
	},
	{
		name: "template_gen.go",
		types: []answerType{
			{"Template", "an image that machines are made from", []string{"listTemplates"}},
			{"OSType", "a guest operating system that the cloud knows", []string{"listOsTypes"}},
			{"OSCategory", "a family of guest operating systems", []string{"listOsCategories"}},
		},
		commands: []command{
			{"listTemplates", "Template"}, {"registerTemplate", "Template"}, {"createTemplate", "Template"}, {"copyTemplate", "Template"},
			{"updateTemplate", "Template"}, {"deleteTemplate", ""}, {"listOsTypes", "OSType"}, {"listOsCategories", "OSCategory"},
		},
	},
	{
		name: "network_gen.go",
		types: []answerType{
			{"Network", "a guest network", []string{"listNetworks"}},
		},
		commands: []command{
			{"listNetworks", "Network"}, {"createNetwork", "Network"}, {"updateNetwork", "Network"}, {"restartNetwork", ""}, {"deleteNetwork", ""},
		},
	},
	{
		name: "securitygroup_gen.go",
		types: []answerType{
			{"SecurityGroup", "a set of rules that says which traffic reaches and leaves the machines in it", []string{"listSecurityGroups"}},
			{"SecurityGroupRule", "one rule of a security group: a protocol, its ports or ICMP type, and one source", nil},
		},
		commands: []command{
			{"listSecurityGroups", "SecurityGroup"}, {"createSecurityGroup", "SecurityGroup"}, {"deleteSecurityGroup", ""},
			{"authorizeSecurityGroupIngress", "SecurityGroup"}, {"authorizeSecurityGroupEgress", "SecurityGroup"},
			{"revokeSecurityGroupIngress", ""}, {"revokeSecurityGroupEgress", ""},
		},
	},
	{
		name: "machine_gen.go",
		types: []answerType{
			{"VirtualMachine", "a virtual machine", []string{"listVirtualMachines"}},
			{"VirtualMachineISO", "an ISO image that is attached to a machine", nil},
			{"VMPassword", "the generated password of a machine, encrypted with its SSH key", []string{"getVMPassword"}},
			{"VMUserData", "the user data of a machine", []string{"getVirtualMachineUserData"}},
			{"InstanceGroup", "a named group of machines, without any effect of its own", []string{"listInstanceGroups"}},
		},
		commands: []command{
			{"listVirtualMachines", "VirtualMachine"}, {"deployVirtualMachine", "VirtualMachine"}, {"startVirtualMachine", "VirtualMachine"},
			{"stopVirtualMachine", "VirtualMachine"}, {"rebootVirtualMachine", "VirtualMachine"}, {"updateVirtualMachine", "VirtualMachine"},
			{"scaleVirtualMachine", "VirtualMachine"}, {"changeServiceForVirtualMachine", "VirtualMachine"}, {"restoreVirtualMachine", "VirtualMachine"},
			{"resetSSHKeyForVirtualMachine", "VirtualMachine"}, {"resetPasswordForVirtualMachine", "VirtualMachine"},
			{"destroyVirtualMachine", "VirtualMachine"}, {"recoverVirtualMachine", "VirtualMachine"}, {"expungeVirtualMachine", ""},
			{"getVMPassword", "VMPassword"}, {"getVirtualMachineUserData", "VMUserData"},
			{"listInstanceGroups", "InstanceGroup"}, {"createInstanceGroup", "InstanceGroup"}, {"updateInstanceGroup", "InstanceGroup"}, {"deleteInstanceGroup", ""},
		},
	},
	{
		name: "nic_gen.go",
		types: []answerType{
			{"Nic", "a machine's interface to one network", []string{"listNics"}},
			{"NicSecondaryIP", "a further address of an interface", []string{"addIpToNic"}},
		},
		commands: []command{
			{"listNics", "Nic"}, {"addIpToNic", "NicSecondaryIP"}, {"removeIpFromNic", ""}, {"updateVmNicIp", "VirtualMachine"},
			{"addNicToVirtualMachine", "VirtualMachine"}, {"removeNicFromVirtualMachine", "VirtualMachine"}, {"updateDefaultNicForVirtualMachine", "VirtualMachine"},
		},
	},
	{
		name: "address_gen.go",
		types: []answerType{
			{"PublicIPAddress", "a public address", []string{"listPublicIpAddresses"}},
		},
		commands: []command{
			{"listPublicIpAddresses", "PublicIPAddress"}, {"associateIpAddress", "PublicIPAddress"}, {"disassociateIpAddress", ""},
			{"reserveIpAddress", "PublicIPAddress"}, {"releaseIpAddress", ""}, {"updateIpAddress", "PublicIPAddress"},
			{"enableStaticNat", ""}, {"disableStaticNat", ""},
		},
	},
	{
		name: "addressrule_gen.go",
		types: []answerType{
			{"PortForwardingRule", "a rule that sends a port of a public address to a machine", []string{"listPortForwardingRules"}},
			{"FirewallRule", "a rule that lets traffic through to a public address, or out of a network", []string{"listFirewallRules"}},
			{"LoadBalancerRule", "a rule that spreads a port of a public address over machines", []string{"listLoadBalancerRules"}},
		},
		commands: []command{
			{"listPortForwardingRules", "PortForwardingRule"}, {"createPortForwardingRule", "PortForwardingRule"}, {"deletePortForwardingRule", ""},
			{"listFirewallRules", "FirewallRule"}, {"createFirewallRule", "FirewallRule"}, {"deleteFirewallRule", ""},
			{"listEgressFirewallRules", "FirewallRule"}, {"createEgressFirewallRule", "FirewallRule"}, {"deleteEgressFirewallRule", ""},
			{"listLoadBalancerRules", "LoadBalancerRule"}, {"createLoadBalancerRule", "LoadBalancerRule"}, {"updateLoadBalancerRule", "LoadBalancerRule"},
			{"deleteLoadBalancerRule", ""}, {"assignToLoadBalancerRule", ""}, {"removeFromLoadBalancerRule", ""},
			{"listLoadBalancerRuleInstances", "VirtualMachine"},
		},
	},
	{
		name: "volume_gen.go",
		types: []answerType{
			{"Volume", "a disk", []string{"listVolumes"}},
			{"Snapshot", "a copy of a volume at a moment", []string{"listSnapshots"}},
		},
		commands: []command{
			{"listVolumes", "Volume"}, {"createVolume", "Volume"}, {"attachVolume", "Volume"}, {"detachVolume", "Volume"}, {"resizeVolume", "Volume"}, {"deleteVolume", ""},
			{"listSnapshots", "Snapshot"}, {"createSnapshot", "Snapshot"}, {"revertSnapshot", "Snapshot"}, {"deleteSnapshot", ""},
		},
	},
	{
		name: "tag_gen.go",
		types: []answerType{
			{"ResourceTag", "a tag and the resource that carries it", []string{"listTags"}},
			{"ResourceDetail", "a detail and the resource that carries it", []string{"listResourceDetails"}},
		},
		commands: []command{
			{"listTags", "ResourceTag"}, {"createTags", ""}, {"deleteTags", ""}, {"listResourceDetails", "ResourceDetail"},
		},
	},
	{
		name: "key_gen.go",
		types: []answerType{
			{"SSHKeyPair", "a named public key; the private one comes once, from CreateSSHKeyPair", []string{"listSSHKeyPairs", "createSSHKeyPair"}},
			{"AffinityGroup", "a group of machines that are kept together or apart", []string{"listAffinityGroups"}},
			{"AffinityGroupType", "a rule that an affinity group can follow", []string{"listAffinityGroupTypes"}},
		},
		commands: []command{
			{"listSSHKeyPairs", "SSHKeyPair"}, {"createSSHKeyPair", "SSHKeyPair"}, {"registerSSHKeyPair", "SSHKeyPair"}, {"deleteSSHKeyPair", ""},
			{"listAffinityGroups", "AffinityGroup"}, {"createAffinityGroup", "AffinityGroup"}, {"deleteAffinityGroup", ""},
			{"updateVMAffinityGroup", "VirtualMachine"}, {"listAffinityGroupTypes", "AffinityGroupType"},
		},
	},
	{
		name: "account_gen.go",
		types: []answerType{
			{"Account", "an account: the owner of resources", []string{"listAccounts"}},
			{"User", "somebody who acts for an account", []string{"listUsers"}},
			{"UserKeys", "a pair of API keys; the secret one comes once", []string{"registerUserKeys"}},
			{"Project", "a shared owner of resources", []string{"listProjects"}},
			{"ResourceLimit", "how much of one sort of resource an account may have; -1 is unlimited", []string{"listResourceLimits"}},
			{"APILimit", "how many calls an account may still make in the running interval", []string{"getApiLimit"}},
		},
		commands: []command{
			{"listAccounts", "Account"}, {"listUsers", "User"}, {"updateUser", "User"}, {"registerUserKeys", "UserKeys"},
			{"listProjects", "Project"}, {"createProject", "Project"}, {"deleteProject", ""},
			{"listResourceLimits", "ResourceLimit"}, {"getApiLimit", "APILimit"},
		},
	},
	{
		name: "cloud_gen.go",
		types: []answerType{
			{"ServerCapabilities", "what the server allows and how it is set up", []string{"listCapabilities"}},
			{"Event", "something that happened to a resource, and who did it", []string{"listEvents"}},
			{"EventType", "a sort of event", []string{"listEventTypes"}},
			{"Hypervisor", "a hypervisor that the cloud uses", []string{"listHypervisors"}},
		},
		commands: []command{
			{"listApis", "API"}, {"listCapabilities", "ServerCapabilities"}, {"queryAsyncJobResult", "JobState"}, {"listAsyncJobs", "JobState"},
			{"listEvents", "Event"}, {"listEventTypes", "EventType"}, {"listHypervisors", "Hypervisor"},
		},
	},
}

// singleAnswers are the commands that list by name and answer one object.
var singleAnswers = map[string]bool{"listCapabilities": true}

// misdescribed are the commands of which listApis says that they answer only
// success, although the recorded server answers with a resource.
var misdescribed = map[string]bool{"scaleVirtualMachine": true}
