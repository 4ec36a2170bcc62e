package kind

import "github.com/trueup/trueup/provider"

// The fields and operations that several kinds share.

func tagsField() provider.Field {
	return provider.Field{
		Name: "tags", Code: "ta", Type: provider.Map, Tags: true, Add: "tag", Remove: "untag",
		Doc: "Tags for people and other tools, as a map. Tags that the map doesn't name are removed, but for trueup's own, " +
			"whose keys begin with `trueup.`. Keys that differ only in case are the same to CloudStack.",
	}
}

func tagOperation() provider.Operation {
	return provider.Operation{Name: "tag", Command: "createTags", Doc: "add tags"}
}

func untagOperation() provider.Operation {
	return provider.Operation{Name: "untag", Command: "deleteTags", Doc: "remove tags"}
}

func protectField() provider.Field {
	return provider.Field{
		Name: "protect", Code: "pr", Type: provider.Boolean, Setting: true,
		Doc: "Whether trueup refuses to delete, replace or reinstall it. Protection is lifted by an apply of its own.",
	}
}

func onChangeField(doc string) provider.Field {
	return provider.Field{Name: "onChange", Code: "oc", Type: provider.Map, Setting: true, Doc: doc}
}

// zoneField is the zone of a kind that can't leave it.
func zoneField(doc string) provider.Field {
	return provider.Field{
		Name: "zone", Code: "zo", Type: provider.Choice, Catalogue: "zone", Required: true, Change: provider.Refuse,
		Doc: doc,
	}
}
