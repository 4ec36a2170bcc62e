package main

import (
	"fmt"
	"strings"
)

// goName turns a name of the API into an exported Go name: "virtualmachineid"
// into VirtualMachineID, "listSSHKeyPairs" into ListSSHKeyPairs. It fails on a
// name that it cannot split into known words, so that a new word is a decision
// and not an accident.
func goName(wire string) (string, error) {
	if name, ok := wholeNames[wire]; ok {
		return name, nil
	}
	words := split(strings.ToLower(wire))
	if words == nil {
		return "", fmt.Errorf("no words known that make up %q: add them to names.go", wire)
	}
	var b strings.Builder
	for _, w := range words {
		if caps, ok := initialisms[w]; ok {
			b.WriteString(caps)
			continue
		}
		b.WriteString(strings.ToUpper(w[:1]) + w[1:])
	}
	return b.String(), nil
}

// split cuts a name into the fewest known words, the longer first among equals;
// nil when there is no such way.
func split(name string) []string {
	best := make([][]string, len(name)+1)
	best[len(name)] = []string{}
	for i := len(name) - 1; i >= 0; i-- {
		for j := len(name); j > i; j-- {
			if !words[name[i:j]] || best[j] == nil {
				continue
			}
			if candidate := append([]string{name[i:j]}, best[j]...); best[i] == nil || len(candidate) < len(best[i]) {
				best[i] = candidate
			}
		}
	}
	return best[0]
}

// wholeNames are the names that words alone would spell badly.
var wholeNames = map[string]string{
	"isasync":                "Async",
	"cidrlist":               "CIDRs",
	"destcidrlist":           "DestCIDRs",
	"usersecuritygrouplist":  "Groups",
	"iptonetworklist":        "IPToNetworks",
	"dhcpoptionsnetworklist": "DHCPOptionsNetworks",
	"nicnetworklist":         "NicNetworks",
	"datadiskofferinglist":   "DataDiskOfferings",
	"vmidipmap":              "VMIPs",
	"ingressrule":            "IngressRules",
	"egressrule":             "EgressRules",
	"secondaryip":            "SecondaryIPs",
	"nic":                    "Nics",
	"affinitygroup":          "AffinityGroups",
	"securitygroup":          "SecurityGroups",
	"extradhcpoption":        "ExtraDHCPOptions",
	"isos":                   "ISOs",
	"user":                   "Users",
	"service":                "Services",
	"capability":             "Capabilities",
	"provider":               "Provider",
	"deployasis":             "DeployAsIs",
	"deployasisdetails":      "DeployAsIsDetails",
	"lbvmips":                "LBVMIPs",
	"lbvmipaddresses":        "LBVMIPAddresses",
}

// initialisms are the words that Go writes in capitals.
var initialisms = map[string]string{
	"2fa": "2FA", "acl": "ACL", "api": "API", "apis": "APIs", "as": "AS", "asn": "ASN", "http": "HTTP", "bgp": "BGP", "cidr": "CIDR", "cks": "CKS", "cpu": "CPU",
	"dhcp": "DHCP", "dns": "DNS", "dns1": "DNS1", "dns2": "DNS2", "elb": "ELB", "gpu": "GPU", "ha": "HA", "hvm": "HVM", "icmp": "ICMP", "id": "ID", "ids": "IDs",
	"io": "IO", "iops": "IOPS", "ip": "IP", "ip4": "IP4", "ip6": "IP6", "ips": "IPs", "ipv6": "IPv6", "iso": "ISO", "kbs": "KBs",
	"kms": "KMS", "kvm": "KVM", "l2": "L2", "lb": "LB", "mac": "MAC", "mtu": "MTU", "nat": "NAT", "nsx": "NSX", "os": "OS", "pvlan": "PVLAN",
	"ram": "RAM", "sql": "SQL", "ssh": "SSH", "ui": "UI", "url": "URL", "uri": "URI", "uuid": "UUID", "vgpu": "VGPU", "vlan": "VLAN",
	"vm": "VM", "vms": "VMs", "vnf": "VNF", "vpc": "VPC", "vpn": "VPN", "vr": "VR", "fs": "FS",
}

// words are all words of CloudStack's names, the initialisms included.
var words = func() map[string]bool {
	known := map[string]bool{}
	for _, w := range strings.Fields(vocabulary) {
		known[w] = true
	}
	for w := range initialisms {
		known[w] = true
	}
	return known
}()

const vocabulary = `
access account accounts accumulate action activate adapter add additional address addresses affinity after agent
algorithm all allocate allocated allocation allow allowed annotations applied arch archive archived as assign
associate associated async attach attached authorize auto autoscale autoscaling availability available backup balancer
balancing bits blank boot bootable broadcast bucket by bypass bytes cache caller can capabilities capability capable
capacities capacity card categories category chain change check checksum child choose cleanup cloudstack cluster cmd
code completed config connections conserve control copy count create created cross current custom customer customized
data datastore date dedicated default defined delete dependent deploy deployment description dest destination destroy
destroyed detach detail details device direct disable disassociate disk disks display distributed domain download
driver duration dynamic dynamically egress elastic email enable enabled encrypt encrypted end entry event events experimental
expire expiry expose expunge extension extensions external extra extractable family feature featured features filter
fingerprint firewall first for force forced format forwarding free from gateway get group groups guest has heads hide
host hostname http hw hypervisor hypervisors icon image in individual info ingress instance instances int integrated
interface internal internet interval into invite io is isolated isolation issued job jobs keep key keyboard keys
keyword kubernetes last lease leased length level limit limits list live load local location logic logical machine
machines make managed management mandate mandated map max maximum memory migrate min mini mode multi multiqueue name
names nested net netmask network networks nic nics number object of offer offering offerings ok on only open operation
options overlap override owned owner packed page pair pairs param parameters params parent password patch path peer peers
percent permission permissions persistent physical planner pod policy pool port portable prepare primary private proc
profile project projects properties protection protocol provider provisioning public purge purpose query quiesce range
ranges rate read readonly ready reboot received recover recoverable recovery recursive redundant region register
related release remove removed repair replication request require required requires reserve reserved reset resize
resolution resource resources response restart restore result retention retrieve revert revertable revoke role roles
root routed router routes routing rule rules running scalable scale scaling secondary secret security sent seq
sequence server service services setup shared show shrink signature since size snapshot snapshots sort source span
spans specify speed start started startup state static stats status stop stopped storage store streched stretched
strict strictness sub subdomain success suitable support supported supports switch system tag tagged tags target
template templates text threads tier time timezone to token total traffic tungsten type types unique update updated
upgrade usage use used user username users utilization value values version video view virtqueues virtual visible vnf
volatile volume volumes vsphere with without write x y zone zones
`
