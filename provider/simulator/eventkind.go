package simulator

// An eventKind tells what the events of a type are about.
type eventKind struct {
	doing    string // as the server says it: "deleting network"
	resource string // resourcetype
	label    string // what descriptions call the resource's id
}

// eventKinds are the types of the events that commands make, see listEventTypes.
var eventKinds = map[string]eventKind{
	"AG.CREATE":                 {"Creating Affinity Group", "AffinityGroup", "Affinity Group ID"},
	"AG.DELETE":                 {"Deleting Affinity Group", "AffinityGroup", "Affinity Group ID"},
	"CREATE_TAGS":               {"creating resource tags", "", ""},
	"DELETE_TAGS":               {"deleting resource tags", "", ""},
	"FIREWALL.CLOSE":            {"revoking firewall rule", "FirewallRule", "Rule ID"},
	"FIREWALL.EGRESS.CLOSE":     {"revoking egress firewall rule", "FirewallRule", "Rule ID"},
	"FIREWALL.EGRESS.OPEN":      {"creating egress firewall rule for network", "FirewallRule", "Rule ID"},
	"FIREWALL.OPEN":             {"creating firewall rule", "FirewallRule", "Rule ID"},
	"LB.ASSIGN.TO.RULE":         {"assigning to load balancer", "LoadBalancerRule", "Load balancer ID"},
	"LB.CREATE":                 {"creating load balancer", "LoadBalancerRule", "Load balancer ID"},
	"LB.DELETE":                 {"deleting load balancer", "LoadBalancerRule", "Load balancer ID"},
	"LB.REMOVE.FROM.RULE":       {"removing from load balancer", "LoadBalancerRule", "Load balancer ID"},
	"LB.UPDATE":                 {"updating load balancer", "LoadBalancerRule", "Load balancer ID"},
	"NET.IPASSIGN":              {"associating IP", "IpAddress", "IP ID"},
	"NET.IPRELEASE":             {"disassociating IP", "IpAddress", "IP ID"},
	"NET.IPRESERVE":             {"reserving IP", "IpAddress", "IP ID"},
	"NET.RULEADD":               {"creating forwarding rule", "PortForwardingRule", "Rule ID"},
	"NET.RULEDELETE":            {"revoking forwarding rule", "PortForwardingRule", "Rule ID"},
	"NETWORK.CREATE":            {"creating network", "Network", "Network ID"},
	"NETWORK.DELETE":            {"deleting network", "Network", "Network ID"},
	"NETWORK.RESTART":           {"restarting network", "Network", "Network ID"},
	"NETWORK.UPDATE":            {"updating network", "Network", "Network ID"},
	"NIC.SECONDARY.IP.ASSIGN":   {"assigning secondary IP to NIC", "IpAddress", "IP ID"},
	"NIC.SECONDARY.IP.UNASSIGN": {"removing secondary IP from NIC", "IpAddress", "IP ID"},
	"PROJECT.CREATE":            {"creating project", "Project", "Project ID"},
	"PROJECT.DELETE":            {"deleting project", "Project", "Project ID"},
	"PROJECT.UPDATE":            {"updating project", "Project", "Project ID"},
	"REGISTER.SSH.KEYPAIR":      {"registering SSH keypair", "SSHKeyPair", "SSH keypair ID"},
	"SG.AUTH.EGRESS":            {"adding egress rule", "SecurityGroup", "Security Group ID"},
	"SG.AUTH.INGRESS":           {"adding ingress rule", "SecurityGroup", "Security Group ID"},
	"SG.CREATE":                 {"creating security group", "SecurityGroup", "Security Group ID"},
	"SG.DELETE":                 {"deleting security group", "SecurityGroup", "Security Group ID"},
	"SG.REVOKE.EGRESS":          {"removing egress rule", "SecurityGroup", "Security Group ID"},
	"SG.REVOKE.INGRESS":         {"removing ingress rule", "SecurityGroup", "Security Group ID"},
	"SG.UPDATE":                 {"updating security group", "SecurityGroup", "Security Group ID"},
	"STATICNAT.DISABLE":         {"disabling static nat", "IpAddress", "IP ID"},
	"STATICNAT.ENABLE":          {"enabling static nat", "IpAddress", "IP ID"},
	"USER.DISABLE":              {"disabling user", "User", "User ID"},
	"USER.ENABLE":               {"enabling user", "User", "User ID"},
	"VM.AG.UPDATE":              {"updating Vm affinity groups", "VirtualMachine", "Vm ID"},
	"VM.CREATE":                 {"deploying Vm", "VirtualMachine", "Vm ID"},
	"VM.DESTROY":                {"destroying Vm", "VirtualMachine", "Vm ID"},
	"VM.EXPUNGE":                {"expunging Vm", "VirtualMachine", "Vm ID"},
	"VM.REBOOT":                 {"rebooting Vm", "VirtualMachine", "Vm ID"},
	"VM.RECOVER":                {"recovering Vm", "VirtualMachine", "Vm ID"},
	"VM.RESETSSHKEY":            {"resetting Vm SSHKey", "VirtualMachine", "Vm ID"},
	"VM.RESETUSERDATA":          {"resetting Vm userdata", "VirtualMachine", "Vm ID"},
	"VM.RESTORE":                {"restoring Vm", "VirtualMachine", "Vm ID"},
	"VM.START":                  {"starting Vm", "VirtualMachine", "Vm ID"},
	"VM.STOP":                   {"stopping Vm", "VirtualMachine", "Vm ID"},
	"VM.UPDATE":                 {"updating Vm", "VirtualMachine", "Vm ID"},
	"VM.UPGRADE":                {"upgrading Vm", "VirtualMachine", "Vm ID"},
	"VOLUME.ATTACH":             {"attaching volume", "Volume", "Volume ID"},
	"VOLUME.CREATE":             {"creating volume", "Volume", "Volume ID"},
	"VOLUME.DELETE":             {"deleting volume", "Volume", "Volume ID"},
	"VOLUME.DETACH":             {"detaching volume", "Volume", "Volume ID"},
	"VOLUME.RESIZE":             {"resizing volume", "Volume", "Volume ID"},
}

// about says what an event's work is: with the resource's id, where there is one.
func (k eventKind) about(resource string) string {
	if resource == "" || k.label == "" {
		return k.doing
	}
	return k.doing + ". " + k.label + ": " + resource
}
