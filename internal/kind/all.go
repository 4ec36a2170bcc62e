// Package kind knows the kinds of resources that a CloudStack cloud has: for
// each, one file with its table ([provider.Kind]), how it is listed, and the
// commands of its operations; and [Open], the [provider.Cloud] made of them
// over a client.
//
// Everything that depends on a kind is here, and nothing else is: no diff, no
// order, no waiting. A new kind is a file and a line in the list of this one.
package kind

import "github.com/trueup/trueup/provider"

// All returns the tables of all kinds, in the order in which people read them.
func All() provider.Kinds {
	return provider.Kinds{
		securityGroupTable(),
		sshKeyTable(),
		affinityGroupTable(),
		networkTable(),
		vmTable(),
		elasticIPTable(),
	}
}
