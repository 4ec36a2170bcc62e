package laws

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"

	"pgregory.net/rapid"

	"github.com/trueup/trueup/internal/export"
	"github.com/trueup/trueup/provider"
)

// values has what draws the values of fields whose type alone doesn't tell what
// they can be.
var values = map[string]func(d *drawer, label string) provider.Value{
	"affinityGroup.type": oneOf("host anti-affinity", "host affinity", "non-strict host anti-affinity", "non-strict host affinity"),
	"sshKey.publicKey": func(d *drawer, label string) provider.Value {
		// An account has a key but once.
		return blob("sshKey", "publicKey", publicKey(10*byte(len(d.done["sshKey"]))+rapid.ByteRange(1, 9).Draw(d.t, label)))
	},
	"portForward.address":    freeAddress,
	"portForward.port":       textFrom(10_000),
	"portForward.targetPort": textFrom(20_000),
	"portForward.machine": func(d *drawer, label string) provider.Value {
		if _, machines := d.behind(); len(machines) > 0 {
			return rapid.SampledFrom(machines).Draw(d.t, label)
		}
		return nil
	},
	"loadBalancer.address":    freeAddress,
	"loadBalancer.port":       numberFrom(30_000),
	"loadBalancer.targetPort": numberFrom(40_000),
	"loadBalancer.network": func(d *drawer, label string) provider.Value {
		if network, _ := d.behind(); network.Name != "" {
			return network
		}
		return nil
	},
	"loadBalancer.members": func(d *drawer, label string) provider.Value {
		_, machines := d.behind()
		if len(machines) == 0 {
			return nil
		}
		return rapid.SliceOfNDistinct(rapid.SampledFrom(machines), 1, 2, provider.Ref.String).Draw(d.t, label)
	},
	"vm.offering": func(d *drawer, label string) provider.Value {
		return provider.Named{Name: rapid.SampledFrom([]string{"Small Instance", "Medium Instance", "tiny"}).Draw(d.t, label)}
	},
	"vm.userData": func(d *drawer, label string) provider.Value {
		return blob("vm", "userData", rapid.SampledFrom([]string{"#cloud-config\n# " + secret, "#!/bin/sh\necho $HOME ${x}\n" + secret, secret}).Draw(d.t, label))
	},
	"vm.details": func(d *drawer, label string) provider.Value {
		return map[string]string{"rootDiskController": rapid.SampledFrom([]string{"ide", "scsi"}).Draw(d.t, label)}
	},
	"volume.offering": func(d *drawer, label string) provider.Value {
		return provider.Named{Name: rapid.SampledFrom([]string{"Small", "Medium", "Large"}).Draw(d.t, label)}
	},
	"volume.attach": func(d *drawer, label string) provider.Value {
		if refs := d.links(provider.Field{Kind: "vm"}, label, 1); len(refs) > 0 {
			return refs
		}
		return nil
	},
	"network.cidr": oneOf("10.9.0.0/24", "192.168.7.0/24", "172.16.0.0/26"),
	"network.gateway": func(d *drawer, label string) provider.Value {
		cidr, declared := d.now.Fields["cidr"].(string)
		if !declared || d.full && d.now.Name != "n1" && d.now.Name != "n9" { // so that the others can have another range
			return nil
		}
		at := netip.MustParsePrefix(cidr).Addr()
		for range rapid.IntRange(1, 6).Draw(d.t, label) {
			at = at.Next()
		}
		return at.String()
	},
	// Static NAT attaches an address to one machine, and a machine to one
	// address, in the address's network. In a full stack the first address is
	// attached, and only the others change their networks.
	"vm.networks": func(d *drawer, label string) provider.Value {
		refs := d.links(provider.Field{Kind: "network"}, label, 2)
		if first := (provider.Ref{Kind: "network", Name: "n1"}); d.full && d.zone == isolated {
			refs = append([]provider.Ref{first}, slices.DeleteFunc(refs, func(r provider.Ref) bool { return r == first })...)
		}
		if len(refs) == 0 {
			return nil
		}
		return refs
	},
	"elasticIP.network": func(d *drawer, label string) provider.Value {
		if d.full && d.now.Name != "e4" {
			return provider.Ref{Kind: "network", Name: "n1"}
		}
		if refs := d.links(provider.Field{Kind: "network"}, label, 1); len(refs) > 0 {
			return refs[0]
		}
		return nil
	},
	"elasticIP.attach": func(d *drawer, label string) provider.Value {
		if d.full && d.now.Name != "e1" {
			return nil
		}
		var free []provider.Ref
		for _, b := range d.file.Blocks {
			networks, _ := b.Fields["networks"].([]provider.Ref)
			if b.Kind.Name == "vm" && len(networks) > 0 && networks[0] == d.now.Fields["network"] && !d.attached(b.Name) {
				free = append(free, provider.Ref{Kind: "vm", Name: b.Name})
			}
		}
		if len(free) == 0 {
			return nil
		}
		return []provider.Ref{rapid.SampledFrom(free).Draw(d.t, label)}
	},
}

// secret is in every content that may be secret.
const secret = "correct horse"

// attached reports whether an address is attached to the machine.
func (d *drawer) attached(machine string) bool {
	return slices.ContainsFunc(d.file.Blocks, func(b *export.Block) bool {
		to, _ := b.Fields["attach"].([]provider.Ref)
		return b.Kind.Name == "elasticIP" && len(to) > 0 && to[0].Name == machine
	})
}

// freeAddress draws an address that is attached to no machine as a whole. In a
// full stack it is one of those that stay in their network.
func freeAddress(d *drawer, label string) provider.Value {
	var free []provider.Ref
	for _, b := range d.file.Blocks {
		if b.Kind.Name == "elasticIP" && b.Fields["attach"] == nil && !(d.full && b.Name == "e4") {
			free = append(free, provider.Ref{Kind: "elasticIP", Name: b.Name})
		}
	}
	if len(free) == 0 {
		return nil
	}
	return rapid.SampledFrom(free).Draw(d.t, label)
}

// behind are the machines in the network of the address that is being given
// something to lead to.
func (d *drawer) behind() (network provider.Ref, machines []provider.Ref) {
	address, _ := d.now.Fields["address"].(provider.Ref)
	for _, b := range d.file.Blocks {
		if b.Kind.Name == "elasticIP" && b.Name == address.Name {
			network, _ = b.Fields["network"].(provider.Ref)
		}
	}
	for _, b := range d.file.Blocks {
		if in, _ := b.Fields["networks"].([]provider.Ref); b.Kind.Name == "vm" && len(in) > 0 && in[0] == network {
			machines = append(machines, provider.Ref{Kind: "vm", Name: b.Name})
		}
	}
	return network, machines
}

// portFrom draws a port that no other resource draws.
func portFrom(base int64) func(d *drawer, label string) int64 {
	return func(d *drawer, label string) int64 {
		return base + 100*int64(d.now.Name[1]-'0') + rapid.Int64Range(1, 90).Draw(d.t, label)
	}
}

func numberFrom(base int64) func(d *drawer, label string) provider.Value {
	return func(d *drawer, label string) provider.Value { return portFrom(base)(d, label) }
}

func textFrom(base int64) func(d *drawer, label string) provider.Value {
	return func(d *drawer, label string) provider.Value { return fmt.Sprint(portFrom(base)(d, label)) }
}

func oneOf(texts ...string) func(d *drawer, label string) provider.Value {
	return func(d *drawer, label string) provider.Value { return rapid.SampledFrom(texts).Draw(d.t, label) }
}

func blob(kind, field, text string) provider.Blob {
	f, _ := kinds.Get(kind).Field(field)
	sum, err := f.Sum([]byte(text))
	if err != nil {
		panic(err)
	}
	return provider.Blob{Sum: sum, Data: []byte(text)}
}

// publicKey is a key of the right form, whose fingerprint n decides.
func publicKey(n byte) string {
	algorithm := "ssh-ed25519"
	wire := binary.BigEndian.AppendUint32(nil, uint32(len(algorithm)))
	wire = append(wire, algorithm...)
	wire = binary.BigEndian.AppendUint32(wire, 32)
	wire = append(wire, make([]byte, 31)...)
	wire = append(wire, n)
	return fmt.Sprintf("%s %s somebody@example.org", algorithm, base64.StdEncoding.EncodeToString(wire))
}
