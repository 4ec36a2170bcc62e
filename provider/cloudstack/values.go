package cloudstack

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// ID names a resource, a job or anything else that the server gave an id: a
// UUID on today's servers, a number on very old ones, "-1" where a list means
// all projects. Servers send it as text, as a number and, where there is none,
// as an empty string; all are read.
type ID string

// IsUUID tells whether the id has the form of a UUID.
func (id ID) IsUUID() bool {
	if len(id) != 36 {
		return false
	}
	for i, c := range []byte(id) {
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !strings.ContainsRune("0123456789abcdefABCDEF", rune(c)) {
				return false
			}
		}
	}
	return true
}

// CIDR is a range of addresses as the server has it, such as "10.0.0.0/8". A
// CloudStack server compares these as text and keeps host bits; make them with
// [ParseCIDR] to have one spelling for each range.
type CIDR string

// ParseCIDR reads a range and gives its canonical form: host bits masked, IPv6
// in lower case and compressed.
func ParseCIDR(s string) (CIDR, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return "", fmt.Errorf("%q is not a CIDR such as 10.0.0.0/8", s)
	}
	return CIDR(p.Masked().String()), nil
}

// Prefix is the range as the standard library has it, its host bits masked.
func (c CIDR) Prefix() (netip.Prefix, error) {
	p, err := netip.ParsePrefix(string(c))
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is not a CIDR such as 10.0.0.0/8", string(c))
	}
	return p.Masked(), nil
}

// IP is an address, IPv4 or IPv6, as the server has it; empty when there is none.
type IP string

// Addr is the address as the standard library has it.
func (ip IP) Addr() (netip.Addr, error) {
	a, err := netip.ParseAddr(string(ip))
	if err != nil {
		return netip.Addr{}, fmt.Errorf("%q is not an IP address", string(ip))
	}
	return a, nil
}

// MAC is a hardware address as the server has it, such as "1e:01:5e:00:00:11".
type MAC string

// HardwareAddr is the address as the standard library has it. It prints with
// colons and in lower case, whatever the server's spelling.
func (m MAC) HardwareAddr() (net.HardwareAddr, error) {
	a, err := net.ParseMAC(string(m))
	if err != nil || len(a) != 6 {
		return nil, fmt.Errorf("%q is not a MAC address such as 1e:01:5e:00:00:11", string(m))
	}
	return a, nil
}

// Opt is a value that may be absent, for parameters and fields where absent and
// zero differ: port 0, ICMP type -1, false. The zero Opt is absent.
type Opt[T any] struct {
	V   T    // the value; the zero value when Set is false
	Set bool // whether there is a value
}

// Some is an Opt that has a value.
func Some[T any](v T) Opt[T] { return Opt[T]{V: v, Set: true} }

// String prints the value, or "absent".
func (o Opt[T]) String() string {
	if !o.Set {
		return "absent"
	}
	return fmt.Sprint(o.V)
}

// optional is how the encoder and the decoder see an Opt of any type.
type optional interface {
	isSet() bool
	value() any
}

func (o Opt[T]) isSet() bool { return o.Set }
func (o Opt[T]) value() any  { return o.V }
