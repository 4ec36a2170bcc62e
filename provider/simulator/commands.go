package simulator

// Parameters that hold the same kind of id in every command that has them.
var commonRefs = map[string]kind{
	"accountid": kindAccount, "affinitygroupid": kindAffinityGroup, "affinitygroupids": kindAffinityGroup,
	"associatednetworkid": kindNetwork, "diskofferingid": kindDiskOffering, "domainid": kindDomain, "groupid": kindInstanceGroup,
	"ipaddressid": kindAddress, "jobid": kindJob, "networkid": kindNetwork, "networkids": kindNetwork,
	"networkofferingid": kindNetworkOffering, "nicid": kindNIC, "projectid": kindProject, "publicipid": kindAddress,
	"securitygroupid": kindSecurityGroup, "securitygroupids": kindSecurityGroup, "serviceofferingid": kindServiceOffering,
	"templateid": kindTemplate, "userid": kindUser, "virtualmachineid": kindMachine, "virtualmachineids": kindMachine, "zoneid": kindZone,
}

// ids adds what id and ids mean in one command.
func ids(k kind) map[string]kind {
	refs := map[string]kind{"id": k, "ids": k}
	for name, k := range commonRefs {
		refs[name] = k
	}
	return refs
}

// commands is the whole API.
func commands() []command {
	return []command{
		{name: "listApis", do: listAPIs},
		{name: "listCapabilities", do: listCapabilities},
		{name: "listHypervisors", do: listHypervisors},
		{name: "listOsCategories", do: listOSCategories, refs: ids(kindOSCategory)},
		{name: "listZones", do: listZones, refs: ids(kindZone)},
		{name: "listServiceOfferings", do: listServiceOfferings, refs: ids(kindServiceOffering)},
		{name: "listDiskOfferings", do: listDiskOfferings, refs: ids(kindDiskOffering)},
		{name: "listNetworkOfferings", do: listNetworkOfferings, refs: ids(kindNetworkOffering)},
		{name: "listTemplates", do: listTemplates, refs: ids(kindTemplate), required: []string{"templatefilter"}},

		{name: "listAccounts", do: listAccounts, refs: ids(kindAccount)},
		{name: "listUsers", do: listUsers, refs: ids(kindUser)},
		{name: "enableUser", do: setUserState("enabled"), adminOnly: true, refs: ids(kindUser), required: []string{"id"}, events: "USER.ENABLE"},
		{
			name: "disableUser", adminOnly: true, refs: ids(kindUser), required: []string{"id"},
			start: func(c *call) (*started, *apiError) { return &started{resource: c.params["id"], anonymous: true}, nil },
			work:  setUserState("disabled"), class: "admin.user.DisableUserCmd", instance: "User", events: "USER.DISABLE",
		},
		{name: "getApiLimit", do: getAPILimit},
		{name: "listResourceLimits", do: listResourceLimits, refs: ids("")},
		{name: "updateResourceLimit", do: updateResourceLimit, adminOnly: true, refs: ids(""), required: []string{"resourcetype"}},

		{name: "listEventTypes", do: listEventTypes},
		{name: "listEvents", do: listEvents, refs: map[string]kind{"projectid": kindProject, "domainid": kindDomain}},
		{name: "queryAsyncJobResult", do: queryAsyncJobResult, refs: ids(kindJob)},
		{name: "listAsyncJobs", do: listAsyncJobs, refs: ids(kindJob)},

		{name: "createSecurityGroup", fields: map[string]string{"name": "securityGroupName"}, do: createSecurityGroup, refs: ids(""), required: []string{"name"}, events: "SG.CREATE"},
		{name: "deleteSecurityGroup", do: deleteSecurityGroup, refs: ids(kindSecurityGroup), events: "SG.DELETE"},
		{name: "updateSecurityGroup", do: updateSecurityGroup, adminOnly: true, refs: ids(kindSecurityGroup), required: []string{"id"}, events: "SG.UPDATE"},
		{name: "listSecurityGroups", do: listSecurityGroups, refs: ids(kindSecurityGroup)},
		{
			name: "authorizeSecurityGroupIngress", refs: ids(""), start: startRule, work: makeRules,
			class: "user.securitygroup.AuthorizeSecurityGroupIngressCmd", instance: "SecurityGroup", events: "SG.AUTH.INGRESS",
		},
		{
			name: "authorizeSecurityGroupEgress", refs: ids(""), start: startRule, work: makeRules,
			class: "user.securitygroup.AuthorizeSecurityGroupEgressCmd", instance: "SecurityGroup", events: "SG.AUTH.EGRESS",
		},
		{
			name: "revokeSecurityGroupIngress", refs: ids(kindSecurityRule), required: []string{"id"}, start: startRevoke, work: revokeRule,
			class: "user.securitygroup.RevokeSecurityGroupIngressCmd", instance: "SecurityGroup", events: "SG.REVOKE.INGRESS",
		},
		{
			name: "revokeSecurityGroupEgress", refs: ids(kindSecurityRule), required: []string{"id"}, start: startRevoke, work: revokeRule,
			class: "user.securitygroup.RevokeSecurityGroupEgressCmd", instance: "SecurityGroup", events: "SG.REVOKE.EGRESS",
		},

		{
			name: "createTags", required: []string{"resourcetype", "resourceids", "tags"}, start: startTags, work: createTags,
			class: "user.tag.CreateTagsCmd", events: "CREATE_TAGS",
		},
		{
			name: "deleteTags", required: []string{"resourcetype", "resourceids"}, start: startTags, work: deleteTags,
			class: "user.tag.DeleteTagsCmd", events: "DELETE_TAGS",
		},
		{name: "listTags", do: listTags, refs: map[string]kind{"projectid": kindProject, "domainid": kindDomain}},

		{name: "createSSHKeyPair", do: createSSHKeyPair, refs: ids(""), required: []string{"name"}, events: "REGISTER.SSH.KEYPAIR"},
		{name: "registerSSHKeyPair", do: registerSSHKeyPair, refs: ids(""), required: []string{"name", "publickey"}, events: "REGISTER.SSH.KEYPAIR"},
		{name: "deleteSSHKeyPair", do: deleteSSHKeyPair, refs: ids(""), required: []string{"name"}},
		{name: "listSSHKeyPairs", do: listSSHKeyPairs, refs: ids(kindKey)},

		{
			name: "createAffinityGroup", refs: ids(""), required: []string{"name", "type"}, start: startCreateAffinityGroup, work: createdAffinityGroup,
			undo: undoAffinityGroup, class: "user.affinitygroup.CreateAffinityGroupCmd", instance: "AffinityGroup", events: "AG.CREATE",
		},
		{
			name: "deleteAffinityGroup", refs: ids(kindAffinityGroup), start: startDeleteAffinityGroup, work: deleteAffinityGroup,
			class: "user.affinitygroup.DeleteAffinityGroupCmd", instance: "AffinityGroup", events: "AG.DELETE",
		},
		{name: "listAffinityGroups", do: listAffinityGroups, refs: ids(kindAffinityGroup)},
		{name: "listAffinityGroupTypes", do: listAffinityGroupTypes},

		{
			name: "deployVirtualMachine", fields: map[string]string{"displayname": "displayName"}, refs: ids(""), required: []string{"serviceofferingid", "zoneid"}, start: startDeploy, begin: startingUp, work: deployed,
			undo: undoDeploy, class: "user.vm.DeployVMCmd", adminClass: "admin.vm.DeployVMCmdByAdmin", instance: "VirtualMachine", slow: true, events: "VM.CREATE",
		},
		{
			name: "startVirtualMachine", refs: ids(kindMachine), required: []string{"id"}, start: startMachineJob("id", mayStart), begin: startingUp,
			work: machineJob(start, fullView), class: "user.vm.StartVMCmd", adminClass: "admin.vm.StartVMCmdByAdmin", instance: "VirtualMachine",
			slow: true, events: "VM.START",
		},
		{
			name: "stopVirtualMachine", refs: ids(kindMachine), required: []string{"id"}, start: startMachineJob("id", nil), begin: stopping,
			work: machineJob(stop, fullView), class: "user.vm.StopVMCmd", adminClass: "admin.vm.StopVMCmdByAdmin", instance: "VirtualMachine",
			slow: true, events: "VM.STOP",
		},
		{
			name: "rebootVirtualMachine", refs: ids(kindMachine), required: []string{"id"}, start: startMachineJob("id", mayReboot),
			work: machineJob(reboot, fullView), class: "user.vm.RebootVMCmd", adminClass: "admin.vm.RebootVMCmdByAdmin", instance: "VirtualMachine",
			slow: true, events: "VM.REBOOT",
		},
		{
			name: "destroyVirtualMachine", refs: ids(kindMachine), required: []string{"id"}, start: startMachineJob("id", mayDestroy), work: destroy,
			class: "user.vm.DestroyVMCmd", adminClass: "admin.vm.DestroyVMCmdByAdmin", instance: "VirtualMachine", slow: true, events: "VM.DESTROY",
		},
		{
			name: "expungeVirtualMachine", refs: ids(kindMachine), required: []string{"id"}, start: startMachineJob("id", mayExpunge), work: expungeNow,
			class: "admin.vm.ExpungeVMCmd", instance: "VirtualMachine", events: "VM.EXPUNGE",
		},
		{name: "recoverVirtualMachine", do: recoverVirtualMachine, refs: ids(kindMachine), required: []string{"id"}, events: "VM.RECOVER"},
		{
			name: "restoreVirtualMachine", envelope: "restorevmresponse", refs: ids(""), required: []string{"virtualmachineid"},
			start: startMachineJob("virtualmachineid", nil), work: machineJob(restore, fullView), class: "user.vm.RestoreVMCmd",
			instance: "VirtualMachine", slow: true, events: "VM.RESTORE",
		},
		{name: "updateVirtualMachine", do: updateVirtualMachine, refs: ids(kindMachine), required: []string{"id"}, events: "VM.UPDATE"},
		{name: "listVirtualMachines", do: listVirtualMachines, refs: ids(kindMachine)},
		{name: "getVirtualMachineUserData", do: getVirtualMachineUserData, refs: ids(""), required: []string{"virtualmachineid"}},
		{name: "resetUserDataForVirtualMachine", do: resetUserData, adminOnly: true, refs: ids(kindMachine), required: []string{"id"}, events: "VM.RESETUSERDATA"},
		{
			name: "resetSSHKeyForVirtualMachine", envelope: "resetSSHKeyforvirtualmachineresponse", refs: ids(kindMachine), required: []string{"id"},
			start: startMachineJob("id", mayResetKey), work: machineJob(resetKey, fullView), class: "user.vm.ResetVMSSHKeyCmd", instance: "VirtualMachine",
			events: "VM.RESETSSHKEY",
		},
		{
			name: "scaleVirtualMachine", refs: ids(kindMachine), required: []string{"id", "serviceofferingid"}, start: startMachineJob("id", mayScale),
			work: machineJob(scale, fullView), class: "user.vm.ScaleVMCmd", adminClass: "admin.vm.ScaleVMCmdByAdmin", instance: "VirtualMachine",
			events: "VM.UPGRADE",
		},
		{
			name: "changeServiceForVirtualMachine", do: changeServiceForVirtualMachine, refs: ids(kindMachine), required: []string{"id", "serviceofferingid"},
			events: "VM.UPGRADE",
		},
		{
			name: "updateVMAffinityGroup", envelope: "updatevirtualmachineresponse", refs: ids(kindMachine), required: []string{"id"},
			start: startMachineJob("id", mayChangeAffinity), work: machineJob(changeAffinity, view{}), class: "user.affinitygroup.UpdateVMAffinityGroupCmd",
			events: "VM.AG.UPDATE",
		},
		{name: "listInstanceGroups", do: listInstanceGroups, refs: ids(kindInstanceGroup)},

		{name: "listNics", do: listNics, refs: ids(""), required: []string{"virtualmachineid"}},
		{
			name: "addIpToNic", envelope: "addiptovmnicresponse", refs: ids(""), required: []string{"nicid"}, start: startAddIP, work: addedIP,
			undo: undoAddIP, class: "user.vm.AddIpToVmNicCmd", instance: "IpAddress", events: "NIC.SECONDARY.IP.ASSIGN",
		},
		{
			name: "removeIpFromNic", refs: ids(kindSecondaryIP), required: []string{"id"}, start: startRemoveIP, work: removeIP,
			class: "user.vm.RemoveIpFromVmNicCmd", events: "NIC.SECONDARY.IP.UNASSIGN",
		},

		{name: "createNetwork", do: createNetwork, refs: ids(""), required: []string{"name", "networkofferingid", "zoneid"}, events: "NETWORK.CREATE"},
		{name: "listNetworks", do: listNetworks, refs: ids(kindNetwork)},
		{
			name: "updateNetwork", refs: ids(kindNetwork), required: []string{"id"}, start: startNetwork, work: updateNetwork,
			class: "user.network.UpdateNetworkCmd", instance: "Network", events: "NETWORK.UPDATE",
		},
		{
			name: "restartNetwork", refs: ids(kindNetwork), required: []string{"id"}, start: startNetwork, work: restartNetwork,
			class: "user.network.RestartNetworkCmd", instance: "Network", slow: true, events: "NETWORK.RESTART",
		},
		{
			name: "deleteNetwork", refs: ids(kindNetwork), required: []string{"id"}, start: startNetwork, work: deleteNetwork,
			class: "user.network.DeleteNetworkCmd", instance: "Network", events: "NETWORK.DELETE",
		},

		{
			name: "associateIpAddress", refs: ids(""), start: startAssociate, work: associated,
			undo: undoAssociate, class: "user.address.AssociateIPAddrCmd", instance: "IpAddress", events: "NET.IPASSIGN",
		},
		{
			name: "disassociateIpAddress", refs: ids(kindAddress), start: startDisassociate, work: disassociate,
			class: "user.address.DisassociateIPAddrCmd", instance: "IpAddress", events: "NET.IPRELEASE",
		},
		{name: "reserveIpAddress", upstream: true, do: reserveIpAddress, refs: ids(kindAddress), required: []string{"id"}, events: "NET.IPRESERVE"},
		{name: "releaseIpAddress", upstream: true, do: releaseIpAddress, refs: ids(kindAddress), required: []string{"id"}, events: "NET.IPRELEASE"},
		{name: "listPublicIpAddresses", do: listPublicIpAddresses, refs: ids(kindAddress)},
		{name: "enableStaticNat", upstream: true, do: enableStaticNat, refs: ids(""), required: []string{"ipaddressid", "virtualmachineid"}, events: "STATICNAT.ENABLE"},
		{
			name: "disableStaticNat", upstream: true, refs: ids(""), required: []string{"ipaddressid"}, start: startDisableStaticNat, work: disableStaticNat,
			class: "user.nat.DisableStaticNatCmd", events: "STATICNAT.DISABLE",
		},

		{
			name: "createVolume", refs: ids(kindVolume), start: startCreateVolume, work: volumeJob(createdVolume),
			undo: undoVolume, class: "user.volume.CreateVolumeCmd", instance: "Volume", events: "VOLUME.CREATE",
		},
		{
			name: "attachVolume", refs: ids(kindVolume), required: []string{"id", "virtualmachineid"}, start: startVolume, work: volumeJob(attachVolume),
			class: "user.volume.AttachVolumeCmd", instance: "Volume", slow: true, events: "VOLUME.ATTACH",
		},
		{
			name: "detachVolume", refs: ids(kindVolume), start: startDetach, work: volumeJob(detachVolume),
			class: "user.volume.DetachVolumeCmd", instance: "Volume", slow: true, events: "VOLUME.DETACH",
		},
		{
			name: "resizeVolume", refs: ids(kindVolume), required: []string{"id"}, start: startVolume, work: volumeJob(resizeVolume),
			class: "user.volume.ResizeVolumeCmd", instance: "Volume", events: "VOLUME.RESIZE",
		},
		{name: "deleteVolume", do: deleteVolume, refs: ids(kindVolume), required: []string{"id"}, events: "VOLUME.DELETE"},
		{name: "listVolumes", do: listVolumes, refs: ids(kindVolume)},

		{
			name: "createPortForwardingRule", refs: ids(""), required: []string{"ipaddressid", "privateport", "protocol", "publicport", "virtualmachineid"},
			start: startForward, work: ruleMade("portforwardingrule"), undo: undoRule, class: "user.firewall.CreatePortForwardingRuleCmd", instance: "FirewallRule",
			events: "NET.RULEADD",
		},
		{
			name: "deletePortForwardingRule", refs: ids(kindNetRule), required: []string{"id"}, start: startRuleOf(purposeForwarding, "port forwarding rule"),
			work: deleteRule, class: "user.firewall.DeletePortForwardingRuleCmd", events: "NET.RULEDELETE",
		},
		{name: "listPortForwardingRules", do: listRules(purposeForwarding, false, "portforwardingrule"), refs: ids(kindNetRule)},
		// Nothing makes these rules here, but clients list them with their machines.
		{name: "listIpForwardingRules", do: listRules("StaticNat", false, "ipforwardingrule"), refs: ids(kindNetRule)},
		{
			name: "createFirewallRule", refs: ids(""), required: []string{"ipaddressid", "protocol"}, start: startFirewall, work: ruleMade("firewallrule"),
			undo: undoRule, class: "user.firewall.CreateFirewallRuleCmd", instance: "FirewallRule", events: "FIREWALL.OPEN",
		},
		{
			name: "deleteFirewallRule", refs: ids(kindNetRule), required: []string{"id"}, start: startRuleOf(purposeFirewall, "firewall rule"),
			work: deleteRule, class: "user.firewall.DeleteFirewallRuleCmd", events: "FIREWALL.CLOSE",
		},
		{name: "listFirewallRules", do: listRules(purposeFirewall, false, "firewallrule"), refs: ids(kindNetRule)},
		{
			name: "createEgressFirewallRule", refs: ids(""), required: []string{"networkid", "protocol"}, start: startEgressFirewall,
			work: ruleMade("firewallrule"), undo: undoRule, class: "user.firewall.CreateEgressFirewallRuleCmd", instance: "FirewallRule", events: "FIREWALL.EGRESS.OPEN",
		},
		{
			name: "deleteEgressFirewallRule", refs: ids(kindNetRule), required: []string{"id"}, start: startRuleOf(purposeFirewall, "egress firewall rule"),
			work: deleteRule, class: "user.firewall.DeleteEgressFirewallRuleCmd", events: "FIREWALL.EGRESS.CLOSE",
		},
		{name: "listEgressFirewallRules", do: listRules(purposeFirewall, true, "firewallrule"), refs: ids(kindNetRule)},

		{
			name: "createLoadBalancerRule", refs: ids(""), required: []string{"name", "algorithm", "privateport", "publicport"}, start: startLoadBalancer,
			work: ruleMade("loadbalancer"), undo: undoRule, class: "user.loadbalancer.CreateLoadBalancerRuleCmd", instance: "FirewallRule", events: "LB.CREATE",
		},
		{
			name: "updateLoadBalancerRule", refs: ids(kindNetRule), required: []string{"id"}, start: startRuleOf(purposeLoadBalancing, "load balancer rule"),
			work: updateLoadBalancer, class: "user.loadbalancer.UpdateLoadBalancerRuleCmd", events: "LB.UPDATE",
		},
		{
			name: "deleteLoadBalancerRule", refs: ids(kindNetRule), required: []string{"id"}, start: startRuleOf(purposeLoadBalancing, "load balancer rule"),
			work: deleteRule, class: "user.loadbalancer.DeleteLoadBalancerRuleCmd", events: "LB.DELETE",
		},
		{
			name: "assignToLoadBalancerRule", refs: ids(kindNetRule), required: []string{"id"}, start: startMembers, work: assignMembers,
			class: "user.loadbalancer.AssignToLoadBalancerRuleCmd", events: "LB.ASSIGN.TO.RULE",
		},
		{
			name: "removeFromLoadBalancerRule", refs: ids(kindNetRule), required: []string{"id"}, start: startMembers, work: removeMembers,
			class: "user.loadbalancer.RemoveFromLoadBalancerRuleCmd", events: "LB.REMOVE.FROM.RULE",
		},
		{name: "listLoadBalancerRules", do: listRules(purposeLoadBalancing, false, "loadbalancerrule"), refs: ids(kindNetRule)},
		{name: "listLoadBalancerRuleInstances", do: listMembers, refs: ids(kindNetRule), required: []string{"id"}},

		{
			name: "createProject", refs: ids(""), required: []string{"name"}, start: startCreateProject, work: createdProject,
			undo: undoProject, class: "user.project.CreateProjectCmd", instance: "None", events: "PROJECT.CREATE",
		},
		{
			name: "updateProject", refs: ids(kindProject), required: []string{"id"}, start: startProject, work: updateProject,
			class: "user.project.UpdateProjectCmd", events: "PROJECT.UPDATE",
		},
		{
			name: "deleteProject", refs: ids(kindProject), required: []string{"id"}, start: startProject, work: deleteProject,
			class: "user.project.DeleteProjectCmd", events: "PROJECT.DELETE",
		},
		{name: "listProjects", do: listProjects, refs: ids(kindProject)},
	}
}
