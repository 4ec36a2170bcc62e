package kind

import (
	"context"
	"time"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// affinityGroup is the kind of affinity groups. CloudStack can change nothing of
// one, nor tag it.
func affinityGroup() kind {
	return kind{
		Kind: affinityGroupTable(),
		list: listAffinityGroups,
		commands: map[string]command{
			"create": job(plain(func(op provider.Op) cloudstack.CreateAffinityGroup {
				return cloudstack.CreateAffinityGroup{
					Name: op.LiveName, Type: text(op.Fields, "type"), Description: text(op.Fields, "description"),
				}
			}), func(g cloudstack.AffinityGroup) (provider.Result, error) {
				return provider.Result{ID: string(g.ID), LiveName: g.Name}, nil
			}),
			"delete": job(plain(func(op provider.Op) cloudstack.DeleteAffinityGroup {
				return cloudstack.DeleteAffinityGroup{ID: cloudstack.ID(op.ID)}
			}), nil).unless(notFound),
		},
	}
}

func listAffinityGroups(ctx context.Context, s *survey) ([]provider.Live, error) {
	groups, err := collect(ctx, s.client, cloudstack.ListAffinityGroups{})
	if err != nil {
		return nil, err
	}
	live := make([]provider.Live, len(groups))
	for i, g := range groups {
		live[i] = provider.Live{
			Kind: "affinityGroup", ID: string(g.ID), Name: g.Name,
			Fields: provider.Fields{"type": g.Type, "description": g.Description},
		}
	}
	return live, nil
}

func affinityGroupTable() *provider.Kind {
	return &provider.Kind{
		Name:   "affinityGroup",
		Plural: "affinityGroups",
		Doc: "A wish about where machines run in relation to each other: on different hosts, so that one broken host " +
			"doesn't take all of them, or on the same.",
		Fields: []provider.Field{
			{
				Name: "type", Code: "ty", Type: provider.Text, Required: true, Change: provider.Replace,
				Doc: "What the group wishes for. CloudStack has `host anti-affinity` (different hosts, or a machine doesn't start), " +
					"`host affinity` (the same host), and `non-strict host anti-affinity` and `non-strict host affinity`, which " +
					"give way where there is no room; `listAffinityGroupTypes` tells which of them a cloud has.",
			},
			{
				Name: "description", Code: "de", Type: provider.Text, Change: provider.Fixed,
				Doc: "What the group is for. It is set when the group is created and can't be changed later: a difference is only remarked on.",
			},
			protectField(),
			keepField(),
			wasField(),
			adoptField(),
		},
		Operations: []provider.Operation{
			{Name: "create", Command: "createAffinityGroup", Doc: "create the group"},
			{Name: "delete", Command: "deleteAffinityGroup", Doc: "delete the group"},
		},
		Creation:   []string{"create"},
		Deletion:   []string{"delete"},
		UniqueName: true,
		JobTime:    provider.Duration(5 * time.Minute),
		Marker:     "its name, which is unique in the account, while its note is open on the anchor",
		CheckName:  checkPlainName("an affinity group"),
		Check: func(f provider.Fields) []provider.FieldError {
			return checkText(f, "description", 255)
		},
	}
}
