package kind

import (
	"context"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// associations tells of the choice of a free address, its reservation and its
// association; what is chosen is known only then.
func associations(ctx context.Context, c *cloud, op provider.Op) ([]cloudstack.Request, error) {
	op.ID = "" // nothing is reserved
	cmd, err := associate(ctx, c, op)
	if err != nil || cmd.NetworkID == "" {
		return []cloudstack.Request{cmd}, err
	}
	can, err := c.reserves(ctx)
	if err != nil || !can {
		return []cloudstack.Request{cmd}, err
	}
	cmd.IPAddress = "<that address>"
	return []cloudstack.Request{cloudstack.ReserveIPAddress{ID: "<id of a free address>"}, cmd}, nil
}

// anAddition, and aRemoval, are about an address and a nic of what may not live
// yet.
func anAddition(_ context.Context, _ *cloud, op provider.Op) ([]cloudstack.Request, error) {
	return []cloudstack.Request{cloudstack.AddIPToNic{
		NicID: cloudstack.ID("<id of the default nic of " + machineOf(op).ID + ">"), IPAddress: cloudstack.IP("<address of " + op.ID + ">"),
	}}, nil
}

func aRemoval(_ context.Context, _ *cloud, op provider.Op) ([]cloudstack.Request, error) {
	return []cloudstack.Request{cloudstack.RemoveIPFromNic{
		ID: cloudstack.ID("<id of " + op.ID + " on the default nic of " + machineOf(op).ID + ">"),
	}}, nil
}

// releases are the requests of a release: the machines let go first.
func releases(ctx context.Context, c *cloud, op provider.Op) ([]cloudstack.Request, error) {
	held, err := holds(ctx, c, op)
	var all []cloudstack.Request
	for _, hold := range held {
		all = append(all, hold)
	}
	return append(all, cloudstack.DisassociateIPAddress{ID: cloudstack.ID(op.ID)}), err
}
