package simulator_test

// goldenStories are recorded exchanges in an order in which they make sense one after the other. In each story the ids of
// the recording are matched with ours as they turn up.
var goldenStories = map[string][]string{
	"security groups": {
		"listSecurityGroups_initial", "createSecurityGroup", "createSecurityGroup_dup", "createSecurityGroup_dup_case", "createSecurityGroup_default",
		"createSecurityGroup_noname", "createSecurityGroup_len256", "createSecurityGroup_weirdname", "createSecurityGroup_second", "html_in_name", "control_chars_in_name",
		"authIngress_tcp_range", "authIngress_tcp_duplicate", "authIngress_tcp_duplicate_lower", "authIngress_tcp_overlap", "authIngress_two_cidrs",
		"authIngress_two_cidrs_one_dup", "authIngress_hostbits", "authIngress_ipv6", "authIngress_bareip", "authIngress_badcidr", "authIngress_nocidr",
		"authIngress_noports", "authIngress_badports", "authIngress_port70000", "authIngress_udp", "authIngress_icmp", "authIngress_icmp_all",
		"authIngress_icmp_missing", "authIngress_all", "authIngress_all_withports", "authIngress_protonum", "authIngress_noproto",
		"authIngress_badproto", "authIngress_usergroup", "authIngress_usergroup_dup", "authIngress_usergroup_missing",
		"authIngress_usergroup_and_cidr", "authIngress_two_usergroups", "authIngress_unknown_sg", "authIngress_byname", "authEgress_tcp",
		"authEgress_usergroup",
		"listSecurityGroups_rules", "createTags_sg", "createTags_sg_dup", "listTags_sg", "createTags_sgrule",
		"deleteSecurityGroup_referenced_by_rule", "revokeSecurityGroupIngress", "revokeSecurityGroupIngress_again",
		"revokeSecurityGroupIngress_on_egress_id", "revokeSecurityGroupEgress", "updateSecurityGroup_name", "updateSecurityGroup_default",
		"deleteSecurityGroup_default", "deleteSecurityGroup_noid", "deleteSecurityGroup_byname2",
		"deleteSecurityGroup_with_rules", "deleteSecurityGroup_byname", "deleteSecurityGroup", "deleteSecurityGroup_again",
	},
	"names of machines": {
		"listVirtualMachines_empty", "deployVirtualMachine_sg1", "listVirtualMachines_one", "listVirtualMachines_details_all",
		"listVirtualMachines_details_min", "listVirtualMachines_details_nics", "listVirtualMachines_details_secgrp", "listVirtualMachines_details_tmpl",
		"listVirtualMachines_details_servoff", "listVirtualMachines_details_group", "listVirtualMachines_details_stats",
		"listVirtualMachines_details_affgrp", "listVirtualMachines_details_min-nics", "listVirtualMachines_details_bogus",
		"listVirtualMachines_details_emptystring", "deploy_same_name", "deploy_same_displayname", "deploy_name_case", "deploy_no_name",
		"deploy_name_len63", "deploy_name_len64", "deploy_name_dot", "deploy_name_empty", "deploy_name_leadingdigit", "deploy_name_leadinghyphen",
		"deploy_name_space", "deploy_name_trailinghyphen", "deploy_name_underscore", "deploy_name_unicode", "deploy_displayname_space",
		"deploy_displayname_unicode", "deploy_displayname_len255", "deploy_displayname_len256", "deploy_displayname_slashplusstar",
		"listVirtualMachines_many", "listVirtualMachines_listall", "listVirtualMachines_id", "listVirtualMachines_ids", "listVirtualMachines_id_and_ids",
		"listVirtualMachines_ids_one_unknown", "listVirtualMachines_id_malformed", "listVirtualMachines_id_unknown",
		"listVirtualMachines_name_exact", "listVirtualMachines_name_upper", "listVirtualMachines_name_prefix", "listVirtualMachines_name_none",
		"listVirtualMachines_keyword", "listVirtualMachines_unknown_param", "listVirtualMachines_state_Running", "listVirtualMachines_state_Stopped",
		"listVirtualMachines_state_Present", "listVirtualMachines_state_Destroyed", "listVirtualMachines_state_Error", "listVirtualMachines_state_bogus",
		"listVirtualMachines_page_p1", "listVirtualMachines_page_p2", "listVirtualMachines_page_beyond", "listVirtualMachines_page_zero",
		"listVirtualMachines_page_minus1", "listVirtualMachines_page_minus1page", "listVirtualMachines_page_neg", "listVirtualMachines_page_page0",
		"listVirtualMachines_page_nonnum", "listVirtualMachines_page_over", "listVirtualMachines_page_at500", "listVirtualMachines_page_pageonly",
		"listVirtualMachines_page_pagesizeonly", "listVirtualMachines_zone", "listVirtualMachines_other_account", "listVirtualMachines_projectid_minus1",
		"startVirtualMachine_other_account", "queryAsyncJobResult_other_account", "queryAsyncJobResult_old",
		"queryAsyncJobResult_bogus", "queryAsyncJobResult_malformed", "queryAsyncJobResult_missing",
	},
	"tags": {
		"deployVirtualMachine_sg1", "deploy_same_displayname", "deploy_name_case", "createTags_vm", "createTags_vm_duplicate_same_value",
		"createTags_vm_duplicate_other_value", "createTags_vm_key_case", "createTags_two_resources", "createTags_partial_conflict",
		"createTags_badresource", "createTags_badtype", "createTags_type_VirtualMachine", "createTags_notags", "createTags_emptyvalue",
		"createTags_key256", "createTags_value255", "createTags_value256", "listVirtualMachines_tagged_shape", "listVirtualMachines_tags_match",
		"listVirtualMachines_tags_two", "listVirtualMachines_tags_two_or_test", "listVirtualMachines_tags_wrong_value",
		"listVirtualMachines_tags_key_only", "listTags_vm", "listTags_key", "listTags_unknownresource", "deleteTags_vm_wrongvalue",
		"deleteTags_vm_keyvalue", "deleteTags_vm_missing", "deleteTags_vm_keyonly", "deleteTags_vm_all", "listTags_after_delete",
		"listVirtualMachines_tags_none",
	},
	"life of a machine": {
		"deployVirtualMachine_sg1", "deploy_name_case", "startVirtualMachine_running", "startVirtualMachine_noid", "startVirtualMachine_unknown",
		"rebootVirtualMachine", "updateVirtualMachine_running_displayname", "updateVirtualMachine_running_name", "updateVirtualMachine_name_conflict",
		"updateVirtualMachine_running_userdata", "updateVirtualMachine_running_group", "updateVirtualMachine_running_details", "updateVirtualMachine_running_customid_user",
		"updateVirtualMachine_nothing", "changeServiceForVirtualMachine_running",
		"scaleVirtualMachine_running", "stopVirtualMachine", "listVirtualMachines_stopped_shape", "stopVirtualMachine_stopped",
		"rebootVirtualMachine_stopped", "updateVirtualMachine_stopped_name", "updateVirtualMachine_stopped_details", "listVirtualMachines_details_map_after_update", "scaleVirtualMachine_stopped",
		"scaleVirtualMachine_same", "scaleVirtualMachine_down", "scaleVirtualMachine_bad_offering", "changeServiceForVirtualMachine_stopped",
		"changeServiceForVirtualMachine_same", "createAffinityGroup", "createAffinityGroup_dup", "createAffinityGroup_badtype",
		"updateVMAffinityGroup_stopped", "listVirtualMachines_affinity_shape", "listVirtualMachines_by_affinity", "updateVMAffinityGroup_running",
		"updateVMAffinityGroup_clear", "updateVMAffinityGroup_names", "deleteAffinityGroup_inuse", "deleteAffinityGroup", "startVirtualMachine",
		"stopVirtualMachine_forced", "listAsyncJobs", "listAsyncJobs_startdate_bad",
	},
	"groups of a machine": {
		"createSecurityGroup", "createSecurityGroup_second", "deploy_with_sg", "deploy_with_sg_names", "deploy_with_sg_both", "deploy_with_sg_unknown",
		"deploy_with_sg_unknown_name", "listVirtualMachines_by_sg", "listVirtualMachines_secgrp_shape",
		"updateVirtualMachine_sg_running", "updateVirtualMachine_sg_running_names", "stop_for_sg", "updateVirtualMachine_sg_stopped",
		"listVirtualMachines_after_sg_update", "updateVirtualMachine_sg_stopped_two", "updateVirtualMachine_sg_stopped_none",
		"updateVirtualMachine_sg_stopped_unknown", "updateVirtualMachine_sg_stopped_back", "deleteSecurityGroup_inuse_vm",
		"destroyVirtualMachine_expunge_user", "destroyVirtualMachine_user", "listVirtualMachines_destroyed_id", "listVirtualMachines_state_Destroyed_user",
		"deleteSecurityGroup_inuse_destroyed_vm", "destroyVirtualMachine_again_user", "startVirtualMachine_destroyed", "recoverVirtualMachine_user",
		"expungeVirtualMachine_user", "admin_destroy_expunge", "startVirtualMachine_expunged", "listVirtualMachines_after_expunge",
		"admin_destroy_expunge_running",
	},
	"keys": {
		"createSSHKeyPair", "createSSHKeyPair_dup", "registerSSHKeyPair", "registerSSHKeyPair_bad", "registerSSHKeyPair_dup_name",
		"registerSSHKeyPair_same_material", "listSSHKeyPairs", "listSSHKeyPairs_name", "listSSHKeyPairs_none", "deploy_details_group_userdata",
		"listVirtualMachines_opt1", "listVirtualMachines_opt1_userdata", "getVirtualMachineUserData", "deploy_keypairs", "deploy_keypair_unknown",
	},
	"ways to deploy": {
		"deploy_customid_user", "deploy_properties", "deploy_details_kv_style",
		"deploy_details_two", "deploy_details_onemap", "deploy_details_denied", "deploy_details_extraconfig", "deploy_userdata_notb64",
		"deploy_startvm_false", "deploy_ipaddress", "deploy_ipaddress_dup", "deploy_ipaddress_out", "deploy_rootdisksize",
		"deploy_affinitynames_unknown", "deploy_custom_offering", "deploy_custom_offering_nodetails", "deploy_fail_bad_template",
		"deploy_fail_bad_zone", "deploy_fail_missing_offering", "deploy_fail_missing_template", "deploy_fail_missing_zone",
		"deploy_fail_hosttag", "deploy_name_reserved_vmprefix", "deploy_customid_admin", "deploy_customid_admin_dup",
	},
	"machines in Error": {
		"deploy_fail_capacity", "deploy_name_of_error_vm", "listVirtualMachines_error_shape", "startVirtualMachine_error_state",
		"destroyVirtualMachine_error_user", "listVirtualMachines_error_destroyed",
	},
	"hosts": {
		"createAffinityGroup2", "deploy_with_affinity", "deploy_with_affinity2", "deploy_with_affinity3", "deploy_with_affinity4", "deploy_with_affinity5",
	},
	"addresses": {
		"createNetwork_missing", "createNetwork_shared_as_user", "createNetwork", "createNetwork_dup_name", "associateIpAddress_nothing",
		"associateIpAddress_zone_only", "associateIpAddress_sgzone", "deployVirtualMachine_adv1", "deployVirtualMachine_adv1_b",
		"deploy_same_name_other_network", "associateIpAddress", "associateIpAddress_explicit", "associateIpAddress_explicit_taken",
		"associateIpAddress_explicit_taken_own_other", "associateIpAddress_explicit_outside", "associateIpAddress_explicit_malformed",
		"listPublicIpAddresses_id", "listPublicIpAddresses_ipaddress", "listPublicIpAddresses_network",
		"enableStaticNat_sourcenat", "disassociateIpAddress_sourcenat", "createTags_ip", "createTags_ip_dup",
		"listTags_ip", "listPublicIpAddresses_tags", "enableStaticNat_missing", "enableStaticNat", "enableStaticNat_again_same",
		"enableStaticNat_again_other_vm", "enableStaticNat_second_ip_same_vm", "listPublicIpAddresses_staticnat", "listPublicIpAddresses_isstaticnat",
		"listVirtualMachines_staticnat_shape", "enableStaticNat_ip2", "enableStaticNat_ip2_vm", "addIpToNic", "addIpToNic_explicit",
		"addIpToNic_explicit_dup", "addIpToNic_outside", "listNics", "removeIpFromNic", "removeIpFromNic_again", "destroy_vm_with_staticnat",
		"listPublicIpAddresses_after_vm_destroy", "disableStaticNat", "disableStaticNat_again", "disassociateIpAddress", "disassociateIpAddress_again",
		"disassociateIpAddress_with_staticnat", "listPublicIpAddresses_released", "listTags_ip_after_release", "deleteNetwork_inuse",
	},
	"tags of the default group": {
		"listSecurityGroups_initial", "createTags_ssh_bad_type_case", "createTags_unindexed_array_1based", "createTags_emoji_value",
		"createTags_missing_value", "listTags_default_sg",
	},
	"what others may not": {
		"deployVirtualMachine_sg1", "deploy_for_other_account", "listVirtualMachines_account_other", "listConfigurations_as_user", "listHosts_as_user",
		"updateSecurityGroup_back", "listVirtualMachines_other_account",
	},
	"jobs": {
		"listAsyncJobs", "listAsyncJobs_instance", "listAsyncJobs_jobstatus", "listAsyncJobs_keyword", "listAsyncJobs_listall", "listAsyncJobs_paged",
		"listAsyncJobs_startdate", "listAsyncJobs_startdate_short", "listAsyncJobs_startdate_future", "listAsyncJobs_startdate_bad",
	},
	"what never changes": {
		"listZones", "listZones_name", "listZones_available", "listCapabilities", "listServiceOfferings", "listServiceOfferings_name",
		"listDiskOfferings", "listNetworkOfferings", "listTemplates_executable", "listTemplates_executable_zone", "listTemplates_featured",
		"listTemplates_self", "listTemplates_nofilter", "listTemplates_badfilter", "listTemplates_all_as_user", "listHypervisors",
		"listAffinityGroupTypes", "listEventTypes", "listOsTypes_like", "listAccounts", "listUsers", "listResourceLimits", "listApis_one", "listApis_unknown", "updateResourceLimit_user",
		"empty_value_signed", "value_surrounding_space", "jsonp_callback",
	},
	"limits": {
		"let plain2 have one machine", "deploy_limit_1", "deploy_limit_exceeded", "listVirtualMachines_after_limit", "updateVirtualMachine_deleteprotection",
		"destroyVirtualMachine_protected", "updateVirtualMachine_deleteprotection_off", "let plain2 have no address", "associateIpAddress_limit_a",
		"associateIpAddress_limit_b", "let plain2 have addresses", "associateIpAddress_network_without_vm",
	},
	"a deploy that is watched": {
		"deploy without waiting", "listVirtualMachines_while_deploying", "listAsyncJobs_pending", "listAsyncJobs_pending_startdate",
		"queryAsyncJobResult_by_resource", "destroyVirtualMachine_while_deploying", "listVirtualMachines_after_destroy_while_deploying",
	},
	"zones and what is not in them": {
		"a network of its own", "deploy_fail_network_other_zone", "deploy_fail_sg_in_adv", "deploy_adv_no_network",
	},
	"affinity of a stopped machine": {
		"a machine and an affinity group", "stop_for_aff", "updateVMAffinityGroup_noparams", "updateVMAffinityGroup_set", "updateVMAffinityGroup_empty",
	},
	"numbers as ids": {
		"deployVirtualMachine_sg1", "listVirtualMachines_id_numeric", "queryAsyncJobResult_numeric",
	},
}

// goldenActs are what was done between the recorded exchanges and not recorded itself.
var goldenActs = map[string]func(*golden){
	"let plain2 have one machine": func(g *golden) { g.limit("0", "1") },
	"let plain2 have no address": func(g *golden) {
		g.limit("1", "0")
		g.ids["d7907702-9277-4cdd-b414-76e0f976f642"] = lan(as(g.t, g.sim, g.sim.Other()), "lim")
	},
	"let plain2 have addresses": func(g *golden) { g.limit("1", "-1") },
	"a network of its own": func(g *golden) {
		c := as(g.t, g.sim, g.sim.User())
		g.ids["95ab1bcd-5293-4226-bcc2-d4e8016bd55e"] = lan(c, "iso1")
		g.ids["74ee4ecd-ee87-46f8-b732-958b7e3860d7"] = c.first("listSecurityGroups", "securitygroup")["id"].(string)
	},
	"a machine and an affinity group": func(g *golden) {
		c := as(g.t, g.sim, g.sim.User())
		g.ids["45c0af7d-93cd-4b8a-abc8-04a8bd0b67c9"] = deploy(c, "name", "b1-1")
		group := c.ok("createAffinityGroup", "name", "ag1", "type", "host anti-affinity")["affinitygroup"].(map[string]any)
		g.ids["06350d6d-1686-40ca-aebf-6bf7a22a6a02"] = group["id"].(string)
	},
	"deploy without waiting": func(g *golden) {
		a := as(g.t, g.sim, g.sim.User()).call("deployVirtualMachine", deployment("name", "watch")...)
		g.ids["88ad7424-1f86-4c97-8346-4f7cc502c648"] = a.body["id"].(string)
		g.ids["04c12d10-ddfe-44fd-bb85-296b7270b061"] = a.body["jobid"].(string)
	},
}

func (g *golden) limit(resource, most string) {
	as(g.t, g.sim, g.sim.Admin()).ok("updateResourceLimit", "resourcetype", resource, "account", "plain2", "max", most)
}
