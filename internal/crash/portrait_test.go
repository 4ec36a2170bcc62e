package crash

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider/cloudstack"
)

// listings are all lists of what an account can hold, as an administrator
// reads them for all accounts.
var listings = []struct {
	command string
	params  url.Values
}{
	{"listVirtualMachines", url.Values{"details": {"all"}}},
	{"listSecurityGroups", nil},
	{"listPublicIpAddresses", nil},
	{"listPublicIpAddresses", url.Values{"allocatedonly": {"false"}, "state": {"Reserved"}}},
	{"listSSHKeyPairs", nil},
	{"listAffinityGroups", nil},
	{"listNetworks", nil},
	{"listVolumes", nil},
	{"listInstanceGroups", nil},
	{"listTags", nil},
	{"listPortForwardingRules", nil},
	{"listFirewallRules", nil},
	{"listEgressFirewallRules", nil},
	{"listLoadBalancerRules", nil},
	{"listProjects", nil},
}

// thing is one item of a list.
type thing struct {
	list   string
	fields map[string]any
}

// things reads everything that the cloud holds.
func things(ctx context.Context, admin *cloudstack.Client) ([]thing, error) {
	var found []thing
	for _, l := range listings {
		params := url.Values{"listall": {"true"}}
		for key, value := range l.params {
			params[key] = value
		}
		raw, err := admin.Raw(ctx, l.command, params)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.command, err)
		}
		var lists map[string]json.RawMessage
		if err := json.Unmarshal(raw, &lists); err != nil {
			return nil, fmt.Errorf("%s: %w", l.command, err)
		}
		for key, list := range lists {
			if key == "count" {
				continue
			}
			var items []map[string]any
			if err := json.Unmarshal(list, &items); err != nil {
				return nil, fmt.Errorf("%s: %w", l.command, err)
			}
			for _, item := range items {
				found = append(found, thing{l.command, item})
			}
		}
	}
	return found, nil
}

// volatile are fields whose values differ between two runs that did the same:
// times, counters, and addresses that the cloud picks.
var volatile = regexp.MustCompile(`^(created|allocated|lastupdated|attached|removed|instancename|ipaddress|ip6address|macaddress|` +
	`publicip|publicipid|vmguestip|hostid|hostname|password|deviceid|broadcasturi|isolationuri|vlan|cpuused|updatecount|updateincounter|nicid|.*ipaddress|` +
	`reserved|dedicated|secret|associatednetworkip|physicalnetworkid)$`)

var (
	uuidText   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	volumeName = regexp.MustCompile(`ROOT-[0-9]+`)
	keyedHash  = regexp.MustCompile(`\.ud[a-z2-7]{5}`)
	goneName   = regexp.MustCompile(`-gone-[0-9a-f]{6}`)
)

// portrait is everything that the cloud holds, a line each and sorted, but for
// ids, times and what the cloud picks: ids are replaced by names.
func portrait(found []thing) []string {
	names := map[string]string{}
	for _, t := range found {
		id, _ := t.fields["id"].(string)
		name, _ := t.fields["name"].(string)
		if id != "" {
			names[id] = "<" + t.list + " " + name + ">"
		}
	}
	var lines []string
	for _, t := range found {
		lines = append(lines, t.list+" "+jsonText(smooth(t.fields, names)))
	}
	slices.Sort(lines)
	return lines
}

// smooth leaves out what is volatile, replaces ids by names and sorts what is a
// set.
func smooth(v any, names map[string]string) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, value := range v {
			if !volatile.MatchString(key) {
				out[key] = smooth(value, names)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = smooth(item, names)
		}
		slices.SortFunc(out, func(a, b any) int { return strings.Compare(jsonText(a), jsonText(b)) })
		return out
	case string:
		v = uuidText.ReplaceAllStringFunc(v, func(id string) string {
			if name, ok := names[id]; ok {
				return name
			}
			return "<id>"
		})
		v = volumeName.ReplaceAllString(v, "ROOT-n")
		v = goneName.ReplaceAllString(v, "-gone-x")
		return keyedHash.ReplaceAllString(v, ".ud?")
	default:
		return v
	}
}

func jsonText(v any) string {
	var text strings.Builder
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // it came from JSON
	}
	return strings.TrimSuffix(text.String(), "\n")
}
