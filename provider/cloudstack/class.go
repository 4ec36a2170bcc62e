package cloudstack

import "strings"

// class is the class of what the server reports: first by its words where one
// code stands for several things, then by the exception, then by the code.
func (e *APIError) class() error {
	words := strings.ToLower(e.Text)
	for _, w := range wordings {
		if (w.code == 0 || w.code == e.Code) && strings.Contains(words, w.text) {
			return w.class
		}
	}
	if class, ok := exceptions[e.CSCode]; ok {
		return class
	}
	return e.Code.class()
}

// wordings are the texts that tell apart what shares a code: 431 is said of a
// name that is taken, of an id that is unknown and of a malformed value alike,
// 530 of all that a job can fail of. All are recorded from CloudStack 4.23;
// the first that fits counts.
var wordings = [...]struct {
	code  ErrorCode
	text  string // in lower case
	class error
}{
	{431, "already exists", ErrExists},
	{530, "already on", ErrExists}, // tag KEY already on TYPE with id …
	{530, "failed to authorize security group", ErrExists},
	{530, "is already mapped to load balancer", ErrExists},
	{431, "entity does not exist", ErrNotFound},
	{431, "does not exist", ErrNotFound},
	{431, "doesn't exist", ErrNotFound},
	{431, "unable to find", ErrNotFound},
	{431, "nonexistent group", ErrNotFound},
	{431, "not all specified keypairs exist", ErrNotFound},
	{530, "was unable to find an api by that name", ErrNotFound},
	{432, "is not available for the account", ErrForbidden},
	{531, "zone is currently disabled", ErrUnsupported},
	{530, "permission for expunging", ErrForbidden},
	{530, "can only be done by an admin", ErrForbidden},
	{431, "can be specified by admin only", ErrForbidden},
	{530, "failed to delete tags", ErrNotFound}, // none of that key and value
	{530, "no suitable host found", ErrCapacity},
	{530, "failed to delete network", ErrInUse},
	{530, "yet because it has", ErrInUse}, // a project with machines
	{431, "that is not attached to any vm", ErrInUse},
	{431, "is already running", ErrConflict},
	{431, "is not running", ErrConflict},
	{431, "is not attached to a vm", ErrConflict},
	{431, "is not associated with any vm", ErrConflict},
	{431, "has delete protection enabled", ErrConflict},
	{431, "already has", ErrConflict},
	{431, "is already associated with another", ErrConflict},
	{431, "is a sourcenat ip address", ErrConflict},
	{431, "unable to upgrade instance", ErrConflict},
	{431, "unable update affinity groups", ErrConflict},
	{530, "source nat purposes", ErrConflict},
	{530, "dynamically scaling instances is disabled", ErrConflict},
	{530, "data truncation: incorrect string value", ErrInvalid},
	{530, "invalid icmp type/code", ErrInvalid},
}

// exceptions are the classes of the exceptions that say more than the code.
var exceptions = map[CSErrorCode]error{
	4280: ErrQuota,
	4290: ErrAuth,
	4295: ErrAuth,
	4300: ErrConflict,
	4305: ErrConflict,
	4320: ErrCapacity,
	4325: ErrCapacity,
	4330: ErrCapacity,
	4331: ErrCapacity,
	4335: ErrCapacity,
	4340: ErrCapacity,
	4350: ErrInvalid,
	4360: ErrConflict,
	4365: ErrForbidden,
	4370: ErrQuota,
	4375: ErrInUse,
	4380: ErrCapacity,
	4385: ErrCapacity,
	4390: ErrUnsupported,
	4545: ErrThrottled,
	4550: ErrConflict,
	4555: ErrUnsupported,
}

// class is the class of a code alone; ErrInternal for 530 and for unknown codes,
// which say only that it failed.
func (c ErrorCode) class() error {
	switch c {
	case 401, 411, 511:
		return ErrAuth
	case 403, 531:
		return ErrForbidden
	case 404:
		return ErrNotFound
	case 429:
		return ErrThrottled
	case 430, 431:
		return ErrInvalid
	case 405, 422, 432:
		return ErrUnsupported
	case 503:
		return ErrUnavailable
	case 532, 535:
		return ErrQuota
	case 533, 534:
		return ErrCapacity
	case 536:
		return ErrInUse
	case 537:
		return ErrConflict
	}
	return ErrInternal
}
