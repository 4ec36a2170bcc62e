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

// keepField ends the management of a resource that stays.
func keepField() provider.Field {
	return provider.Field{
		Name: "keep", Code: "ke", Type: provider.Boolean, Setting: true,
		Doc: "Whether the stack manages it no longer: trueup takes its own tags off it and leaves it as it is, now and in " +
			"later runs. Others of the stack may still link to it. Without the line it is like something that nobody owns.",
	}
}

// wasField renames an address.
func wasField() provider.Field {
	return provider.Field{
		Name: "was", Code: "wa", Type: provider.Text, Setting: true,
		Doc: "The name that the resource had in this file before: it is renamed rather than deleted and created anew; a count " +
			"says the name that the count had. Its name " +
			"in the cloud stays as it is. Once that is applied the line can go.",
	}
}

// adoptField says which live resource is meant where the name doesn't tell it.
func adoptField() provider.Field {
	return provider.Field{
		Name: "adopt", Code: "ad", Type: provider.Text, Setting: true,
		Doc: "The id of what `trueup adopt` is to take over under this name, where its name in the cloud is another, is not the only " +
			"one, or where there are no names. Its name in the cloud stays as it is. Once that is done the line can go.",
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
