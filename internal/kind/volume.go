package kind

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// volume is the kind of data disks. Names may repeat; the size of a disk whose
// offering has one of its own can be changed all the same, once it is made.
func volume() kind {
	return kind{
		Kind: volumeTable(),
		list: listVolumes,
		commands: map[string]command{
			"create": job(createVolume, madeVolume),
			"fit":    job(fit, madeVolume),
			"attach": job(plain(func(op provider.Op) cloudstack.AttachVolume {
				return cloudstack.AttachVolume{ID: cloudstack.ID(op.ID), VirtualMachineID: cloudstack.ID(machineOf(op).ID)}
			}), madeVolume).unless(volumeIsOn),
			"detach": job(plain(func(op provider.Op) cloudstack.DetachVolume {
				return cloudstack.DetachVolume{ID: cloudstack.ID(op.ID)}
			}), madeVolume).unless(volumeIsOnNone),
			"grow": job(plain(func(op provider.Op) cloudstack.ResizeVolume {
				return cloudstack.ResizeVolume{ID: cloudstack.ID(op.ID), Size: cloudstack.Some(gib(sizeOf(op)))}
			}), madeVolume),
			"shrink": job(plain(func(op provider.Op) cloudstack.ResizeVolume {
				return cloudstack.ResizeVolume{
					ID: cloudstack.ID(op.ID), Size: cloudstack.Some(gib(sizeOf(op))), ShrinkOk: cloudstack.Some(true),
				}
			}), madeVolume),
			"tag":   tag("Volume"),
			"untag": untag("Volume"),
			"delete": call(plain(func(op provider.Op) cloudstack.DeleteVolume {
				return cloudstack.DeleteVolume{ID: cloudstack.ID(op.ID)}
			}), nil).unless(notFound),
		},
	}
}

func sizeOf(op provider.Op) provider.Size {
	size, _ := op.Fields["size"].(provider.Size)
	return size
}

// createVolume gives the size only where the offering leaves it open: one with a
// size of its own has it first, and fit changes it then.
func createVolume(ctx context.Context, c *cloud, op provider.Op) (cloudstack.CreateVolume, error) {
	cmd := cloudstack.CreateVolume{
		Name: op.LiveName, ZoneID: choice(op.Fields, "zone"), DiskOfferingID: choice(op.Fields, "offering"),
	}
	fixed, err := c.fixedSize(ctx, cmd.DiskOfferingID)
	if size := sizeOf(op); fixed == 0 && size > 0 {
		cmd.Size = cloudstack.Some(gib(size))
	}
	return cmd, err
}

// fit brings a new disk to the declared size, where its offering gave it
// another.
func fit(ctx context.Context, c *cloud, op provider.Op) (cloudstack.ResizeVolume, error) {
	cmd := cloudstack.ResizeVolume{ID: cloudstack.ID(op.ID), Size: cloudstack.Some(gib(sizeOf(op)))}
	fixed, err := c.fixedSize(ctx, choice(op.Fields, "offering"))
	switch size := sizeOf(op); {
	case err != nil:
		return cmd, err
	case size == 0 || fixed == 0 || size == fixed:
		return cmd, errNothingToDo
	case size < fixed: // it is empty yet
		cmd.ShrinkOk = cloudstack.Some(true)
	}
	return cmd, nil
}

// fixedSize is the size that a disk offering has of its own, 0 where each disk
// says its own (iscustomized).
func (c *cloud) fixedSize(ctx context.Context, offering cloudstack.ID) (provider.Size, error) {
	sizes, err := c.diskSizes.get(ctx, func(ctx context.Context) (map[cloudstack.ID]provider.Size, error) {
		listed, err := collect(ctx, c.client, cloudstack.ListDiskOfferings{})
		sizes := make(map[cloudstack.ID]provider.Size, len(listed))
		for _, o := range listed {
			if !o.IsCustomized {
				sizes[o.ID] = provider.Size(o.DiskSize) * provider.GiB
			}
		}
		return sizes, err
	})
	return sizes[offering], err
}

func madeVolume(v cloudstack.Volume) (provider.Result, error) {
	return provider.Result{ID: string(v.ID), LiveName: v.Name}, nil
}

// volume reads one disk.
func (c *cloud) volume(ctx context.Context, id string) (cloudstack.Volume, error) {
	return cloudstack.One(ctx, c.client, cloudstack.ListVolumes{ID: cloudstack.ID(id)})
}

// volumeIsOn looks whether a disk that couldn't be attached is on that machine
// already (job error 431 says only that it is on one).
func volumeIsOn(ctx context.Context, c *cloud, op provider.Op, _ error) (bool, error) {
	v, err := c.volume(ctx, op.ID)
	return err == nil && string(v.VirtualMachineID) == machineOf(op).ID, err
}

// volumeIsOnNone looks whether a disk that couldn't be detached is on no machine
// (job error 431), or gone.
func volumeIsOnNone(ctx context.Context, c *cloud, op provider.Op, _ error) (bool, error) {
	v, err := c.volume(ctx, op.ID)
	if errors.Is(err, cloudstack.ErrNotFound) {
		return true, nil
	}
	return err == nil && v.VirtualMachineID == "", err
}

// listedVolumes are the volumes that the reading needs, in one listing: root
// disks of machines, other disks, or both.
func (s *survey) listedVolumes(ctx context.Context) ([]cloudstack.Volume, error) {
	return s.volumes.get(ctx, func(ctx context.Context) ([]cloudstack.Volume, error) {
		var list cloudstack.ListVolumes
		switch root, data := s.declares("vm", "rootDisk"), s.scope.Includes("volume"); {
		case !root:
			list.Type = dataDisk
		case !data:
			list.Type = rootDisk
		}
		return collect(ctx, s.client, list)
	})
}

// The types of a volume (listVolumes).
const (
	rootDisk = "ROOT"
	dataDisk = "DATADISK"
)

// dataDisks are all disks of the account but the root disks of machines, and
// those that are being deleted.
func (s *survey) dataDisks(ctx context.Context) ([]cloudstack.Volume, error) {
	listed, err := s.listedVolumes(ctx)
	return slices.DeleteFunc(slices.Clone(listed), func(v cloudstack.Volume) bool {
		return v.Type != dataDisk || slices.Contains([]string{"Destroy", "Destroying", "Destroyed", "Expunging", "Expunged"}, v.State)
	}), err
}

func listVolumes(ctx context.Context, s *survey) ([]provider.Live, error) {
	volumes, err := s.dataDisks(ctx)
	if err != nil {
		return nil, err
	}
	live := make([]provider.Live, len(volumes))
	for i, v := range volumes {
		live[i] = liveVolume(v)
	}
	return live, nil
}

func liveVolume(v cloudstack.Volume) provider.Live {
	tags, zone := tagMap(v.Tags), named(v.ZoneName, v.ZoneID)
	attach := []provider.Ref{}
	if v.VirtualMachineID != "" {
		attach = append(attach, ref("vm", v.VirtualMachineID, v.VMName))
	}
	return provider.Live{
		Kind: "volume", ID: string(v.ID), Name: v.Name, Zone: zone, Tags: tags,
		Fields: provider.Fields{
			"zone":     zone,
			"offering": named(v.DiskOfferingName, v.DiskOfferingID),
			"size":     provider.Size(v.Size),
			"attach":   attach,
			"tags":     userTags(tags),
		},
	}
}

func volumeTable() *provider.Kind {
	zone := zoneField("The zone that the disk is in; without it, that of the machine in `attach`, else the stack's. It can't be changed.")
	zone.Inherit = "attach.zone"
	fields := []provider.Field{
		zone,
		{
			Name: "offering", Code: "of", Type: provider.Choice, Catalogue: "diskOffering", Required: true, Change: provider.Refuse,
			Doc: "The disk offering, by name or id: the kind of storage. Another one means another disk, empty.",
		},
		{
			Name: "size", Code: "si", Type: provider.Bytes, Set: "grow", Change: provider.GrowOnly, Modes: []string{"shrink", "replace"}, Holds: "data",
			Doc: "The size, in whole GiB; without it, that of the offering, which must have one. It grows in place. `onChange: {size: shrink}` " +
				"lets it become smaller: what lies beyond the new end is lost, so the file system has to be made smaller before.",
		},
		{
			Name: "attach", Code: "at", Type: provider.Links, Kind: "vm", Add: "attach", Remove: "detach",
			Doc: "The machine that has the disk, at most one. An empty list means none. A disk under `disks` of a machine is attached to that one.",
		},
		{
			Name: "onDelete", Code: "od", Type: provider.Text, Enum: []string{"keep", "delete"}, Default: "keep", Setting: true,
			Doc: "What becomes of the disk once the file no longer names it, or the stack is destroyed: `keep` detaches it and leaves it, with " +
				"its data and without an owner; `delete` loses both. The cloud remembers what was applied last.",
		},
		tagsField(),
		protectField(),
		keepField(),
		wasField(),
		adoptField(),
		onChangeField("What to do where a field differs that can't be changed in place, by field: `size: shrink` loses what lies beyond " +
			"the new end, `replace` deletes the disk with its data and makes an empty one. Without an entry trueup refuses and explains."),
	}
	return &provider.Kind{
		Name:   "volume",
		Plural: "volumes",
		Doc: "A data disk, with a name of its own or written under its machine as `disks`. Its data is lost only where the file says so: " +
			"a disk that the file no longer names is detached and left, unless its `onDelete` said `delete`; it outlives its machine, " +
			"and a machine that is replaced gets it back.",
		Fields: fields,
		Operations: []provider.Operation{
			{Name: "create", Command: "createVolume", Doc: "create the disk"},
			{Name: "fit", Command: "resizeVolume", Doc: "bring it to the declared size, where its offering has another", If: "size"},
			{Name: "attach", Command: "attachVolume", Doc: "attach it to the machine", Serial: true, Slow: true, Steady: true},
			{Name: "detach", Command: "detachVolume", Doc: "detach it from the machine", Serial: true, Slow: true, Steady: true, If: "attach", Frees: []string{"attach"}},
			{Name: "grow", Command: "resizeVolume", Doc: "grow the disk", Serial: true, Slow: true, Steady: true},
			{Name: "shrink", Command: "resizeVolume", Doc: "shrink the disk", Serial: true, Slow: true, Steady: true},
			tagOperation(),
			untagOperation(),
			{Name: "delete", Command: "deleteVolume", Doc: "delete the disk with its data"},
		},
		Creation:  []string{"create", "fit"},
		Deletion:  []string{"detach", "delete"},
		TagType:   "Volume",
		Lasting:   true,
		Attach:    "attach",
		JobTime:   provider.Duration(time.Hour),
		Marker:    "the job that creates it, whose id the note tells (`customjobid`)",
		Zoned:     true,
		Limit:     "volume",
		CheckName: checkPlainName("a disk"),
		Check: func(f provider.Fields) []provider.FieldError {
			return join(checkSize(f, "size"), checkAttachedOnce(f), checkTags(f), checkOnChange(f, fields, "replace"))
		},
	}
}

// checkAttachedOnce refuses a disk on several machines.
func checkAttachedOnce(f provider.Fields) []provider.FieldError {
	if machines, _ := f["attach"].([]provider.Ref); len(machines) > 1 {
		return complain("attach", "a disk is on one machine at most; write it under disks of a count to have one for each")
	}
	return nil
}

// checkSize refuses sizes that CloudStack, which counts disks in GiB, can't keep.
func checkSize(f provider.Fields, field string) []provider.FieldError {
	if size, declared := f[field].(provider.Size); declared && (size <= 0 || size%provider.GiB != 0) {
		return complain(field, "%s is not a whole number of GiB, the unit of CloudStack's disks", size)
	}
	return nil
}

// diskOfferings tells which offerings a data disk can be made of.
func diskOfferings(ctx context.Context, client *cloudstack.Client) ([]provider.Entry, error) {
	listed, err := collect(ctx, client, cloudstack.ListDiskOfferings{})
	entries := make([]provider.Entry, len(listed))
	for i, o := range listed {
		entries[i] = provider.Entry{Named: named(o.Name, o.ID)}
		if o.State != "" && o.State != "Active" {
			entries[i].Unusable = fmt.Sprintf("its state is %s", o.State)
		}
	}
	return entries, err
}
