package kind

import (
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// How the client's values and provider's become each other.

// text is a field of the type Text, "" where it isn't declared.
func text(f provider.Fields, name string) string {
	value, _ := f[name].(string)
	return value
}

// choice is the id of a field of the type Choice, which a plan has looked up.
func choice(f provider.Fields, name string) cloudstack.ID {
	named, _ := f[name].(provider.Named)
	return cloudstack.ID(named.ID)
}

// links are the ids of a field of the type Links; nil where it isn't declared.
func links(f provider.Fields, name string) []cloudstack.ID {
	refs, declared := f[name].([]provider.Ref)
	if !declared {
		return nil
	}
	ids := make([]cloudstack.ID, len(refs))
	for i, r := range refs {
		ids[i] = cloudstack.ID(r.ID)
	}
	return ids
}

// ref is a link that was read from the cloud.
func ref[I ~string](kind string, id I, name string) provider.Ref {
	return provider.Ref{Kind: kind, ID: string(id), Live: name}
}

// named is an entry of a catalogue that was read from the cloud.
func named(name string, id cloudstack.ID) provider.Named {
	return provider.Named{Name: name, ID: string(id)}
}
