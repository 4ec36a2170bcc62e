package cloudstack

import "fmt"

// GuestFormat is a way to set up an address inside a machine.
type GuestFormat string

// The formats of [GuestConfig].
const (
	CloudInit GuestFormat = "cloud-init" // user data for a machine's first start
	Netplan   GuestFormat = "netplan"    // a file for /etc/netplan
	Shell     GuestFormat = "shell"      // commands for root, until the next start
)

// GuestConfig is what a machine needs inside to answer under a public address
// that the cloud brings to its interface ([SecondaryIP]): the address on the
// loopback device.
func GuestConfig(address IP, format GuestFormat) (string, error) {
	a, err := address.Addr()
	if err != nil {
		return "", err
	}
	prefix := fmt.Sprintf("%s/%d", a, a.BitLen())
	switch format {
	case CloudInit:
		return "#cloud-config\nbootcmd:\n  - [ip, addr, replace, \"" + prefix + "\", dev, lo]\n", nil
	case Netplan:
		return "network:\n  version: 2\n  ethernets:\n    lo:\n      match:\n        name: lo\n      addresses:\n        - \"" + prefix + "\"\n", nil
	case Shell:
		return "#!/bin/sh\nip addr replace " + prefix + " dev lo\n", nil
	}
	return "", fmt.Errorf("guest configuration in the format %q: there are %s, %s and %s", format, CloudInit, Netplan, Shell)
}
