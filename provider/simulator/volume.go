package simulator

import (
	"fmt"
	"slices"
	"time"
)

// A volume is a disk: a machine's root, or one of its own that may be attached to a machine.
type volume struct {
	row
	Account  string
	Name     string
	Zone     string
	Root     bool
	Offering string // disk offering; a root volume has the service offering with which its machine was made
	Size     int64  // bytes
	Machine  string
	Device   int64
	State    string // Allocated until it is first used, then Ready
	Created  time.Time
	Attached time.Time
	Removed  bool
}

const (
	volumeAllocated = "Allocated"
	volumeReady     = "Ready"
	templateSize    = 2147483648 // bytes of the one template
	maxDiskSize     = 1024       // GB; see listCapabilities
)

// rootSize is the size in bytes of a new root volume of so many GB, or of the template's size.
func rootSize(gigabytes int64) int64 {
	if gigabytes == 0 {
		return templateSize
	}
	return gigabytes << 30
}

// addRootVolume gives a new machine its root volume, of the template's size or of so many GB.
func (w *world) addRootVolume(m *machine, gigabytes int64) {
	v := w.Volumes.add(&volume{
		row: row{ID: w.newID()}, Account: m.Account, Name: fmt.Sprintf("ROOT-%d", m.Num), Zone: m.Zone, Root: true, Size: rootSize(gigabytes),
		Offering: m.Offering,
		State:    volumeAllocated, Created: w.Now,
	})
	w.plug(v, m.ID)
}

// plug connects a volume to a machine, or to none.
func (w *world) plug(v *volume, machineID string) {
	if v.Machine != "" {
		w.disksOf[v.Machine] = slices.DeleteFunc(w.disksOf[v.Machine], func(o *volume) bool { return o == v })
		if len(w.disksOf[v.Machine]) == 0 {
			delete(w.disksOf, v.Machine)
		}
	}
	v.Machine = machineID
	if machineID != "" {
		w.disksOf[machineID] = append(w.disksOf[machineID], v)
	}
}

func (w *world) readyVolumes(m *machine) {
	for _, v := range w.disksOf[m.ID] {
		v.State = volumeReady
	}
}

func (w *world) removeVolume(v *volume) {
	w.dropTags(v.ID)
	w.plug(v, "")
	v.Removed, v.State = true, "Expunged"
}

// volume finds the volume that a parameter names, if the caller may use it.
func (c *call) volume(param string) (*volume, *apiError) {
	v := c.world.Volumes.find(c.params[param])
	if v == nil || v.Removed {
		num := c.params[param]
		if v != nil {
			num = decimal(v.Num)
		}
		return nil, invalid("Unable to find volume with ID: %s", num)
	}
	if !c.mayUse(v.Account) {
		return nil, errNotOurs
	}
	return v, nil
}

func startCreateVolume(c *call) (*started, *apiError) {
	w, p := c.world, c.params
	a, err := c.owner()
	if err != nil {
		return nil, err
	}
	offering := withID(w.center.diskOfferings, p["diskofferingid"])
	switch {
	case offering == nil:
		return nil, invalid("Missing parameter(s),either a positive volume size or a valid disk offering id must be specified.")
	case p["zoneid"] == "":
		return nil, invalid("Please specify a zone")
	}
	size, err := diskSize(offering, p)
	if err != nil {
		return nil, err
	}
	if err := w.reserve(a, need{"volume", 1}, need{"primary_storage", size >> 30}); err != nil {
		return nil, err
	}
	v := w.Volumes.add(&volume{
		row: row{ID: w.newID()}, Account: a.ID, Name: p["name"], Zone: p["zoneid"], Offering: offering.text("id"), Size: size,
		State: volumeAllocated, Created: w.Now,
	})
	if v.Name == "" {
		v.Name = "DATA-" + decimal(v.Num)
	}
	return &started{resource: v.ID, creates: true}, nil
}

// diskSize is the size in bytes of a disk of an offering, whose own size or else the asked one in GB it takes.
func diskSize(offering object, p params) (int64, *apiError) {
	if offering.text("iscustomized") != "true" {
		fixed := params{"size": offering.text("disksize")}
		return int64(fixed.int("size", 0)) << 30, nil
	}
	size := int64(p.int("size", 0))
	switch {
	case size <= 0:
		return 0, invalid("This disk offering requires a custom size specified")
	case size > maxDiskSize:
		return 0, invalid("Volume size: %d GB is out of allowed range. Min: 1. Max: %d", size, maxDiskSize)
	}
	return size << 30, nil
}

// startDetach accepts the detaching of a volume that is named by its id, or by its place in a machine.
func startDetach(c *call) (*started, *apiError) {
	p := c.params
	if byPlace := p["virtualmachineid"] != "" && p["deviceid"] != ""; p["id"] == "" && byPlace {
		m, err := c.machine("virtualmachineid")
		if err != nil {
			return nil, err
		}
		for _, v := range c.world.disksOf[m.ID] {
			if decimal(v.Device) == p["deviceid"] {
				return &started{resource: v.ID}, nil
			}
		}
		return nil, invalid("Unable to find volume with device ID: %s", p["deviceid"])
	} else if p["id"] == "" {
		return nil, invalid("Please provide either a volume id, or a tuple(device id, instance id)")
	}
	return startVolume(c)
}

// startVolume accepts a command about one volume.
func startVolume(c *call) (*started, *apiError) {
	v, err := c.volume("id")
	if err != nil {
		return nil, err
	}
	return &started{resource: v.ID}, nil
}

// volumeJob makes the work of a command about one volume.
func volumeJob(do func(*call, *volume) *apiError) func(*call) (object, *apiError) {
	return func(c *call) (object, *apiError) {
		v := c.world.Volumes.get(c.job.Resource)
		if v.Removed {
			return nil, failJob(codeParameter, "Unable to find volume with ID: %d", v.Num)
		}
		if err := do(c, v); err != nil {
			return nil, err
		}
		return object{{"volume", c.world.renderVolume(v)}}, nil
	}
}

func createdVolume(*call, *volume) *apiError { return nil }

func attachVolume(c *call, v *volume) *apiError {
	m := c.world.Machines.find(c.params["virtualmachineid"])
	switch {
	case v.Machine != "" || v.Root:
		return failJob(codeParameter, "Please specify a volume that is not attached to any VM.")
	case m == nil || m.gone() || !c.mayUse(m.Account):
		return failJob(codeParameter, "Please specify a valid User VM.")
	case m.State != stateRunning && m.State != stateStopped:
		return failJob(codeParameter, "Please specify a VM that is either running or stopped.")
	case m.Zone != v.Zone:
		return failJob(codeParameter, "Please specify a VM that is in the same zone as the volume.")
	}
	device := int64(c.params.int("deviceid", 0))
	if device == 0 {
		taken := map[int64]bool{0: true, 3: true} // the root volume's and the CD drive's
		for _, o := range c.world.disksOf[m.ID] {
			taken[o.Device] = true
		}
		for taken[device] {
			device++
		}
	}
	c.world.plug(v, m.ID)
	v.Device, v.Attached, v.State = device, c.world.Now, volumeReady
	return nil
}

func detachVolume(c *call, v *volume) *apiError {
	switch {
	case v.Machine == "":
		return failJob(codeParameter, "The specified volume is not attached to a VM.")
	case v.Root:
		return failJob(codeParameter, "Please specify a data volume or a VM that is stopped.")
	}
	c.world.plug(v, "")
	v.Device, v.Attached = 0, time.Time{}
	return nil
}

func resizeVolume(c *call, v *volume) *apiError {
	size, offering := int64(c.params.int("size", 0))<<30, v.Offering
	if o := withID(c.world.center.diskOfferings, c.params["diskofferingid"]); o != nil {
		offering = o.text("id")
		if o.text("iscustomized") != "true" {
			fixed := params{"size": o.text("disksize")}
			size = int64(fixed.int("size", 0)) << 30
		}
	}
	if size <= 0 {
		return failJob(codeParameter, "The new size of the volume must be specified")
	}
	if size < v.Size && !c.params.bool("shrinkok") {
		return failJob(codeUnsupported, "Going from existing size of %d to size of %d would shrink the volume."+
			"Need to sign off by supplying the shrinkok parameter with value of true.", v.Size, size)
	}
	if err := c.world.reserveInJob(c.world.Accounts.get(v.Account), need{"primary_storage", (size - v.Size) >> 30}); err != nil {
		return err
	}
	v.Size, v.Offering = size, offering
	return nil
}

func deleteVolume(c *call) (object, *apiError) {
	v, err := c.volume("id")
	if err != nil {
		return nil, err
	}
	if v.Machine != "" {
		return nil, invalid("Please specify a volume that is not attached to any VM.")
	}
	c.world.removeVolume(v)
	return succeeded(), nil
}

func listVolumes(c *call) (object, *apiError) {
	w, p := c.world, c.params
	keep, err := c.listFilter()
	if err != nil {
		return nil, err
	}
	machineID := p["virtualmachineid"]
	if m := w.Machines.find(machineID); machineID != "" && m != nil {
		machineID = m.ID
	}
	kind := func(v *volume) string {
		if v.Root {
			return "ROOT"
		}
		return "DATADISK"
	}
	var found []*volume
	for _, v := range w.Volumes.Rows {
		if !v.Removed && keep(v.Account, v.ID, v.Name) && c.keyword(v.Name) && (machineID == "" || v.Machine == machineID) &&
			(p["zoneid"] == "" || p["zoneid"] == v.Zone) && (p["type"] == "" || equalNames(p["type"], kind(v))) &&
			(p["diskofferingid"] == "" || p["diskofferingid"] == v.Offering) && (p["state"] == "" || equalNames(p["state"], v.State)) {
			found = append(found, v)
		}
	}
	slices.SortStableFunc(found, func(a, b *volume) int { return order(a.Root, b.Root) })
	return page(c, "volume", found, w.renderVolume)
}

// order puts false before true.
func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

func (w *world) renderVolume(v *volume) object {
	kind := "DATADISK"
	if v.Root {
		kind = "ROOT"
	}
	o := object{{"id", v.ID}, {"name", v.Name}, {"zoneid", v.Zone}, {"zonename", w.center.zoneName(v.Zone)}, {"type", kind}}
	m := w.Machines.get(v.Machine)
	if m != nil {
		o.add("deviceid", v.Device)
		o.add("virtualmachineid", m.ID)
		if v.Root {
			t := withID(w.center.templates, m.Template)
			o = append(o, object{{"templateid", m.Template}, {"templatename", t.text("name")}, {"templatedisplaytext", t.text("displaytext")}}...)
		}
		o = append(o, object{{"vmname", m.Name}, {"vmdisplayname", m.DisplayName}, {"vmstate", m.State}, {"vmtype", "User"}}...)
	}
	o = append(o, object{{"provisioningtype", "thin"}, {"size", v.Size}, {"created", wireTime(v.Created)}, {"state", v.State}}...)
	o = append(o, w.fullyOwnedBy(v.Account)...)
	if m != nil && v.State == volumeReady {
		o = append(o, object{{"diskkbsread", 0}, {"diskkbswrite", 0}, {"diskioread", 0}, {"diskiowrite", 0}}...)
	}
	if d := withID(w.center.diskOfferings, v.Offering); d != nil {
		o = append(o, object{{"diskofferingid", v.Offering}, {"diskofferingname", d.text("name")}, {"diskofferingdisplaytext", d.text("displaytext")}}...)
	}
	if !v.Attached.IsZero() {
		o.add("attached", wireTime(v.Attached))
	}
	o.add("destroyed", false)
	if v.Root && m != nil {
		s := withID(w.center.serviceOfferings, v.Offering)
		o = append(o, object{
			// The recorded server sends a number of its database here, as text.
			{"serviceofferingid", decimal(int64(slices.IndexFunc(w.center.serviceOfferings, func(x object) bool { return x.text("id") == v.Offering })) + 11)},
			{"serviceofferingname", s.text("name")}, {"serviceofferingdisplaytext", s.text("displaytext")},
		}...)
	}
	o = append(o, object{
		{"isextractable", !v.Root}, {"quiescevm", false}, {"supportsstoragesnapshot", false}, {"deleteprotection", false},
		{"tags", w.machineTags(v.ID)}, {"hasannotations", false},
	}...)
	w.showPendingJob(&o, v.ID)
	return o
}
