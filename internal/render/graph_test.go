package render

import (
	"testing"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// ordered is a plan whose steps wait for each other, under a name that no
// syntax likes.
func ordered() *plan.Plan {
	return &plan.Plan{Stack: `a "shop"`, Steps: []plan.Step{
		{ID: "securityGroup/web create", Command: "createSecurityGroup", Doc: "create the group"},
		{ID: "vm/<b>#1 deploy", Command: "deployVirtualMachine", Doc: "deploy the machine", Slow: true, Needs: []string{"securityGroup/web create"}},
		{ID: "securityGroup/web authorizeIngress tcp/80", Command: "authorizeSecurityGroupIngress", Doc: "allow incoming traffic", Needs: []string{"securityGroup/web create"}},
		{ID: "vm/old destroy", Command: "destroyVirtualMachine", Doc: "destroy the machine", Slow: true, Last: true},
		{ID: "securityGroup/old delete", Command: "deleteSecurityGroup", Doc: "delete the group", Last: true, Needs: []string{"vm/old destroy"}},
	}}
}

func TestGraph(t *testing.T) {
	golden(t, "graph/graph.txt", GraphText(ordered(), Screen{}))
	golden(t, "graph/narrow.txt", GraphText(ordered(), Screen{Width: 40}))
	golden(t, "graph/graph.dot", GraphDOT(ordered()))
	golden(t, "graph/graph.mmd", GraphMermaid(ordered()))
	golden(t, "graph/empty.txt", GraphText(&plan.Plan{Stack: "shop"}, Screen{})+GraphDOT(&plan.Plan{Stack: "shop"})+GraphMermaid(&plan.Plan{}))
}

func TestExplain(t *testing.T) {
	op := provider.Op{
		ID: "m1", Address: addr("vm", "web"), Fields: provider.Fields{
			"offering":       provider.Named{Name: "Small Instance", ID: "o1"},
			"securityGroups": []provider.Ref{{Name: "web", ID: "g1"}, {Name: "lb", ID: "<id of securityGroup/lb>"}, {Live: "default", ID: "g2"}},
		},
	}
	golden(t, "explain.txt", Explain([]Explained{
		{Title: "vm/web setGroups: change the security groups", Needs: []string{"vm/web stop"}, Names: Names(op), Calls: []provider.Call{
			{Command: "updateVirtualMachine", Params: []provider.Param{{Name: "id", Value: "m1"}, {Name: "securitygroupids", Value: "g1,<id of securityGroup/lb>,g2"}, {Name: "userdata", Value: "(hidden)"}}},
			{Command: "scaleVirtualMachine", Params: []provider.Param{{Name: "serviceofferingid", Value: "o1"}, {Name: "details[0].note", Value: "it's \x1b[31m $HOME"}}},
		}},
		{Title: "vm/db stop: stop the machine", Calls: []provider.Call{{Command: "restart"}}},
	}, []Explained{
		{Title: "vm/web", Calls: []provider.Call{{Command: "createTags", Params: []provider.Param{{Name: "tags[0].key", Value: "trueup.stack"}}}}},
	}, Screen{Width: 60}))
	golden(t, "explain-none.txt", Explain(nil, nil, Screen{}))
}
