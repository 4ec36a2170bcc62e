package kind

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// A machine that carries the tag trueup.protect is protected by the server too,
// where that can (deleteprotection, since 4.20): then nobody destroys it by
// mistake, with whatever tool. The tag is set after that and removed after it was
// lifted, so that a run which was killed in between does both again.

// protectedMachineField is the setting protect of machines.
func protectedMachineField() provider.Field {
	f := protectField()
	f.Doc += " Where the server has a protection of its own (`deleteprotection`), it comes and goes with this one, and keeps others " +
		"from destroying the machine, too."
	return f
}

// protections are the calls that make the server's protection what the tags of
// machines are going to say. A machine that is only given up keeps its own.
func (c *cloud) protections(ctx context.Context, tagType string, ids []string, gone, made map[string]string) ([]cloudstack.UpdateVirtualMachine, error) {
	_, lifted := gone[provider.TagProtect]
	_, set := made[provider.TagProtect]
	_, left := gone[provider.TagStack]
	if tagType != vmTable().TagType || lifted == set || left {
		return nil, nil
	}
	can, err := c.protects(ctx)
	if err != nil || !can {
		return nil, err
	}
	var calls []cloudstack.UpdateVirtualMachine
	for _, id := range ids {
		calls = append(calls, cloudstack.UpdateVirtualMachine{ID: cloudstack.ID(id), DeleteProtection: cloudstack.Some(set)})
	}
	return calls, nil
}

// protect sends what protections has found. A machine that is gone needs none.
func (c *cloud) protect(ctx context.Context, tagType string, ids []string, gone, made map[string]string) error {
	calls, err := c.protections(ctx, tagType, ids, gone, made)
	if err != nil {
		return err
	}
	for _, call := range calls {
		if _, err := cloudstack.Call(ctx, c.client, call); err != nil && !errors.Is(err, cloudstack.ErrNotFound) {
			return err
		}
	}
	return nil
}

// protects asks whether the server can protect a machine from being destroyed.
func (c *cloud) protects(ctx context.Context) (bool, error) {
	return c.canProtect.get(ctx, func(ctx context.Context) (bool, error) {
		apis, err := collect(ctx, c.client, cloudstack.ListAPIs{Name: "updateVirtualMachine"})
		if refused(err) || errors.Is(err, cloudstack.ErrForbidden) {
			return false, nil // the server does not tell
		}
		return slices.ContainsFunc(apis, func(a cloudstack.API) bool {
			return slices.ContainsFunc(a.Params, func(p cloudstack.APIParam) bool { return strings.EqualFold(p.Name, "deleteprotection") })
		}), err
	})
}
