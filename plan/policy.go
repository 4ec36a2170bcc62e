package plan

import "fmt"

// What a stack's policy may be; "" is sync, which allows everything.
const (
	policyUpsert  = "upsert-only" // nothing is deleted or replaced
	policyCreate  = "create-only" // nothing that lives is touched
	policyObserve = "observe"     // nothing is done
)

// guardPolicy refuses what the stack's policy does not allow. Nothing is taken
// out of a plan silently: what would be left of it could mean anything.
func (p *planner) guardPolicy() {
	for _, r := range p.rows {
		if r.action == "" || p.policyAllows(r) {
			continue
		}
		p.refuse(Refused, r, "", fmt.Sprintf("its %s is not allowed: the stack's policy is %s", noun(r.action), p.stack.Policy),
			"change the policy, or leave it as it is with --exclude "+r.Address.String())
	}
}

func (p *planner) policyAllows(r *row) bool {
	switch p.stack.Policy {
	case policyObserve:
		return false
	case policyCreate:
		return r.action == Create
	case policyUpsert:
		return !r.goes() && !r.reinstalled() && !r.shrunk()
	default:
		return true
	}
}

// noun makes "deletion" of "delete".
func noun(a Action) string {
	switch a {
	case Create:
		return "creation"
	case Update:
		return "change"
	case Recreate:
		return "replacement"
	case Delete:
		return "deletion"
	case Adopt:
		return "adoption"
	case Rename:
		return "renaming"
	default:
		return "leaving"
	}
}
