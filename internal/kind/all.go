package kind

import "github.com/trueup/trueup/provider"

// all is the list of all kinds, in the order in which people read them.
func all() []kind {
	return []kind{
		securityGroup(),
		sshKey(),
		affinityGroup(),
		network(),
		vm(),
		volume(),
		elasticIP(),
		portForward(),
		loadBalancer(),
	}
}

// All returns the tables of all kinds, in the order in which people read them.
func All() provider.Kinds {
	var tables provider.Kinds
	for _, k := range all() {
		tables = append(tables, k.Kind)
	}
	return tables
}
