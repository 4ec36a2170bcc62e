package plan_test

import (
	"testing"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

func TestARenamedCountIsRemarkedOnOnce(t *testing.T) {
	count := func(block string) func(map[string]provider.Fields) {
		return func(all map[string]provider.Fields) {
			for _, n := range []string{"1", "2", "3"} {
				all["vm/"+block+"-"+n] = all["vm/web-"+n]
				if block != "web" {
					delete(all, "vm/web-"+n)
				}
			}
		}
	}
	w := applied(shop())
	stack := shop(count("www"))
	for i, r := range stack.Resources {
		if r.Kind == "vm" && r.Name[:3] == "www" {
			stack.Resources[i].Block = "www"
		}
	}
	p, err := plan.Make(stack, w.kinds, w.snapshot(), plan.Options{MaxDeletes: 3})
	if err != nil {
		t.Fatal(err)
	}
	want := "vm/web-1, which goes, is as this one is to be: was: web renames it instead of deleting it"
	if len(p.Notes) != 1 || p.Notes[0].Address.String() != "vm/www-1" || p.Notes[0].Text != want {
		t.Errorf("notes %v\nwant %s", p.Notes, want)
	}
}
