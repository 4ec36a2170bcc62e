package kind

import (
	"testing"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

func diskIn(b *bench, offering string, more provider.Fields) provider.Fields {
	b.t.Helper()
	f := provider.Fields{"zone": b.choose("zone", "sg1", ""), "offering": b.choose("diskOffering", offering, "")}
	for name, value := range more {
		f[name] = value
	}
	return f
}

func TestVolumeLives(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		vm := b.create("vm", "db", machineIn(b, "sg1", nil)).ID
		id := b.create("volume", "data", diskIn(b, "Custom", provider.Fields{"size": 3 * provider.GiB})).ID
		b.shows(id, map[string]string{"zone": "sg1", "offering": "Custom", "size": "3 GiB", "attach": "[]", "tags": "{}"})
		op := func(name string, f provider.Fields) provider.Op {
			return provider.Op{Kind: "volume", Name: name, ID: id, LiveName: "data", Fields: f}
		}
		b.do(op("attach", provider.Fields{"attach": links1("vm", vm, "db")}))
		b.do(op("attach", provider.Fields{"attach": links1("vm", vm, "db")})) // it is there already
		b.shows(id, map[string]string{"attach": "[external db]"})
		b.shows(vm, map[string]string{"disks": "[external data]"})
		b.do(op("grow", provider.Fields{"size": 5 * provider.GiB}))
		b.do(op("shrink", provider.Fields{"size": 4 * provider.GiB}))
		b.shows(id, map[string]string{"size": "4 GiB"})
		b.do(op("tag", provider.Fields{"tags": map[string]string{"team": "db"}}))
		b.shows(id, map[string]string{"tags": "{team=db}"})
		b.do(op("untag", provider.Fields{"tags": map[string]string{"team": "db"}}))
		if _, err := b.try(op("delete", nil)); err == nil {
			t.Error("deleted while it is attached")
		}
		b.do(op("detach", nil))
		b.do(op("detach", nil)) // gone already
		b.shows(id, map[string]string{"attach": "[]"})
		b.do(op("delete", nil))
		b.do(op("delete", nil)) // gone already
		if b.live(id) != nil {
			t.Error("it is still there")
		}
	})
}

// TestNewVolumeHasTheDeclaredSize also where its offering has a size of its own,
// which createVolume prefers.
func TestNewVolumeHasTheDeclaredSize(t *testing.T) {
	for _, size := range []provider.Size{2 * provider.GiB, 5 * provider.GiB, 9 * provider.GiB} {
		t.Run(size.String(), func(t *testing.T) {
			inCloud(t, simulator.Config{}, func(b *bench) {
				id := b.create("volume", "data", diskIn(b, "Small", provider.Fields{"size": size})).ID
				b.shows(id, map[string]string{"offering": "Small", "size": size.String()})
			})
		})
	}
}

// TestDiskOfOthersIsDetached from a machine that is to be deleted.
func TestDiskOfOthersIsDetached(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		vm := b.create("vm", "db", machineIn(b, "sg1", nil)).ID
		id := b.create("volume", "data", diskIn(b, "Small", nil)).ID
		hand(b, cloudstack.AttachVolume{ID: cloudstack.ID(id), VirtualMachineID: cloudstack.ID(vm)})
		detach := provider.Op{Kind: "vm", Name: "detachDisk", ID: vm, Fields: provider.Fields{"disks": links1("volume", id, "data")}}
		b.do(detach)
		b.do(detach) // gone already
		b.shows(id, map[string]string{"attach": "[]"})
	})
}

func TestRootDisksAreNoVolumes(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		b.create("vm", "db", machineIn(b, "sg1", nil))
		for _, l := range b.read().Resources {
			if l.Kind == "volume" {
				t.Errorf("listed %+v", l)
			}
		}
	})
}
