package kind

import (
	"net"
	"net/netip"

	"github.com/trueup/trueup/provider"
)

// checkRange holds a network's cidr and gateway to what createNetwork takes.
func checkRange(f provider.Fields) []provider.FieldError {
	cidr, _ := f["cidr"].(string)
	gateway, _ := f["gateway"].(string)
	if cidr == "" {
		if gateway != "" {
			return complain("gateway", "a gateway needs cidr, the range that it is in")
		}
		return nil
	}
	prefix, err := netip.ParsePrefix(cidr)
	switch {
	case err != nil || !prefix.Addr().Is4() || prefix.Bits() > 29:
		return complain("cidr", "%q is no range of IPv4 addresses such as 10.1.1.0/24, of at least /29", cidr)
	case prefix != prefix.Masked():
		return complain("cidr", "%s has host bits set; the range is %s", cidr, prefix.Masked())
	case gateway == "":
		return nil
	}
	if address, err := netip.ParseAddr(gateway); err != nil || !prefix.Contains(address) {
		return complain("gateway", "%q is no address in %s", gateway, prefix)
	}
	return nil
}

// checkZoneIsolates refuses an isolated network where CloudStack makes none: "Only
// shared guest network can be created in security group enabled zone" (431).
func checkZoneIsolates(_ provider.Fields, chosen map[string]provider.Entry) []provider.FieldError {
	if zone := chosen["zone"]; zone.Numbers["withgroups"] != 0 {
		return complain("zone", "the zone %s has security groups, and no isolated networks: name security groups instead, or another zone", zone.Named)
	}
	return nil
}

// gatewayAndNetmask are cidr and gateway as createNetwork takes them, both
// empty where the cloud is to choose.
func gatewayAndNetmask(f provider.Fields) (gateway, netmask string) {
	cidr, _ := f["cidr"].(string)
	prefix, err := netip.ParsePrefix(cidr)
	if err != nil {
		return "", ""
	}
	gateway, _ = f["gateway"].(string)
	if gateway == "" {
		gateway = prefix.Addr().Next().String()
	}
	return gateway, net.IP(net.CIDRMask(prefix.Bits(), 32)).String()
}
