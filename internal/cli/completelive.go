package cli

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// goodNames is how long names of a live cloud are good.
const goodNames = time.Minute

// liveValue suggests values of a flag that names something in the cloud. The
// command's argument is then the directory of an embedded simulator.
func (k *completion) liveValue(command *ucli.Command) {
	dir := cmp.Or(k.Args().First(), ".")
	switch k.flag {
	case "project":
		k.live(dir, "projects", projectNames)
	case "zone":
		k.live(dir, "zones", entries("zone"))
	case "offering":
		k.live(dir, "service offerings", entries("serviceOffering"))
	case "template":
		k.live(dir, "templates", entries("template"))
	case "network-offering":
		k.live(dir, "network offerings", entries("networkOffering"))
	case "stack":
		if command.Name == "export" { // that of init is new
			k.live(dir, "stacks", stackNames)
		}
	case "match":
		k.resources(dir, "names", namesOf)
	case "tag":
		k.resources(dir, "tags", tagsOf)
	}
}

// question is what the cloud is asked for suggestions.
type question func(ctx context.Context, cloud *connection) ([]suggestion, error)

// live suggests what the cloud answers to a question, or what it has answered a
// short time ago. Whoever can't ask gets nothing, and an answer that did not come
// to its end is not kept.
func (k *completion) live(dir, about string, ask question) {
	o, err := readCloud(k.Context)
	if err != nil {
		return
	}
	if k.Bool("simulator") { // of init
		o.cloud = "simulator"
	}
	ctx := k.Context.Context
	cloud, err := glimpse(ctx, k.process, o, dir)
	if err != nil {
		return
	}
	defer cloud.Close()
	names := userCache(time.Now)
	if cloud.embedded { // as quick as a file
		names.dir = ""
	}
	path := names.path("names", cloud.account, about)
	found, ok := readKept[[]suggestion](names, path, goodNames)
	if !ok {
		if found, err = ask(ctx, cloud); err == nil {
			names.sweep("names", goodNames)
			writeKept(names, path, found)
		}
	}
	for _, s := range found {
		k.suggest(s.Word, s.About)
	}
}

// entries asks for what can be chosen from a catalogue.
func entries(catalogue string) question {
	return func(ctx context.Context, cloud *connection) ([]suggestion, error) {
		offered, err := cloud.Cloud.Catalogue(ctx, provider.Wanted{Catalogues: []string{catalogue}})
		if err != nil {
			return nil, err
		}
		var found []suggestion
		for _, e := range offered.Entries[catalogue] {
			if e.Unusable == "" {
				found = append(found, suggestion{Word: e.Name})
			}
		}
		return found, nil
	}
}

// projectNames asks for the projects that the account is in.
func projectNames(ctx context.Context, cloud *connection) ([]suggestion, error) {
	projects, err := cloudstack.Collect(cloudstack.All(ctx, cloud.client, cloudstack.ListProjects{}))
	var found []suggestion
	for _, p := range projects {
		found = append(found, suggestion{Word: p.Name})
	}
	return found, err
}

// stackNames asks for the stacks of the account.
func stackNames(ctx context.Context, cloud *connection) ([]suggestion, error) {
	anchors, err := cloud.Anchors(ctx)
	var found []suggestion
	for _, a := range anchors {
		found = append(found, suggestion{Word: a.Stack})
	}
	return found, err
}

// resources suggests something of what lives, of the kinds that --kind names.
func (k *completion) resources(dir, about string, of func(provider.Live) []suggestion) {
	tables := kind.All()
	if names := k.StringSlice("kind"); len(names) > 0 {
		tables = nil
		for _, name := range names {
			table, err := kindNamed(name)
			if err != nil {
				return
			}
			tables = append(tables, table)
		}
	}
	scope := provider.Scope{}
	for _, table := range tables {
		scope.Kinds = append(scope.Kinds, table.Name)
	}
	k.live(dir, about+" "+strings.Join(scope.Kinds, " "), func(ctx context.Context, cloud *connection) ([]suggestion, error) {
		snapshot, err := cloud.Cloud.Read(ctx, scope)
		if err != nil {
			return nil, err
		}
		words := map[string]suggestion{}
		for _, l := range snapshot.Resources {
			if l.Gone {
				continue
			}
			for _, s := range of(l) {
				words[s.Word] = s
			}
		}
		return slices.SortedFunc(maps.Values(words), func(a, b suggestion) int { return cmp.Compare(a.Word, b.Word) }), nil
	})
}

func namesOf(l provider.Live) []suggestion {
	return []suggestion{{cmp.Or(l.Name, l.Label), l.Kind}}
}

// tagsOf are the tags of people.
func tagsOf(l provider.Live) []suggestion {
	var found []suggestion
	for key, value := range l.Tags {
		if !strings.HasPrefix(key, provider.TagPrefix) {
			found = append(found, suggestion{Word: key + "=" + value})
		}
	}
	return found
}

// glimpse is connect for who looks for a moment and must keep nobody waiting: it
// tries once, and an embedded simulator is read aside of whoever uses it.
func glimpse(ctx context.Context, p *process, o cloudOptions, dir string) (*connection, error) {
	flavour, embedded, err := whichCloud(p.env, o, dir)
	switch {
	case err != nil:
		return nil, err
	case embedded:
		return embedAside(ctx, p, flavour, dir)
	default:
		once := cloudstack.DefaultRetry()
		once.Max = 0
		return dial(p, o, cloudstack.WithRetry(once))
	}
}
