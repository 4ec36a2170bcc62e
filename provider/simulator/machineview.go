package simulator

import (
	"slices"
	"strings"
)

// views are the values of details= at listVirtualMachines, in the order in which CloudStack lists them.
var views = []string{"all", "group", "nics", "stats", "secgrp", "tmpl", "servoff", "diskoff", "backoff", "iso", "volume", "min", "affgrp", "vnfnics"}

// A view tells which parts of a machine an answer shows.
type view struct {
	nics, groups, group, template, offering, stats, iso, volume, userData bool

	admin bool // what ordinary users don't see
}

var fullView = view{nics: true, groups: true, group: true, template: true, offering: true, stats: true, iso: true, volume: true}

func (c *call) view() (view, *apiError) {
	names := c.params.list("details")
	for _, n := range names {
		if !slices.Contains(views, n) {
			return view{}, invalid("The details parameter contains a non permitted value. The allowed values are [%s]", strings.Join(views, ", "))
		}
	}
	v := fullView
	if len(names) > 0 && !slices.Contains(names, "all") {
		has := func(n string) bool { return slices.Contains(names, n) }
		v = view{nics: has("nics"), groups: has("secgrp"), group: has("group"), template: has("tmpl"), offering: has("servoff"), stats: has("stats"), iso: has("iso"), volume: has("volume")}
	}
	v.userData, v.admin = c.params.bool("userdata"), c.admin()
	return v, nil
}

// shown is the answer that shows one machine.
func (c *call) shown(m *machine, v view) object {
	v.admin = c.admin()
	return object{{"virtualmachine", c.world.renderMachine(nil, m, v)}}
}

// renderMachine shows a machine; its fields are appended to o.
func (w *world) renderMachine(o object, m *machine, v view) object {
	o = append(o, object{{"id", m.ID}, {"name", m.Name}, {"displayname", m.DisplayName}}...)
	o = append(o, w.ownedBy(m.Account)...)
	o = append(o, object{{"userid", m.User}, {"username", w.Users.get(m.User).Name}}...)
	o = append(o, domainFields()...)
	o.add("created", wireTime(m.Created))
	if !m.Updated.IsZero() {
		o.add("lastupdated", wireTime(m.Updated))
	}
	o.add("state", m.State)
	o.add("haenable", false)
	if g := w.InstanceGroups.get(m.Group); g != nil && v.group {
		o.add("groupid", g.ID)
		o.add("group", g.Name)
	}
	o.add("zoneid", m.Zone)
	o.add("zonename", w.center.zoneName(m.Zone))
	if v.admin && m.Host > 0 {
		id := w.HostIDs[m.Zone][m.Host-1]
		o.add("hostid", id)
		o.add("hostname", "SimulatedAgent."+id)
	}
	if m.State == stateRunning || m.State == stateStopping {
		o.add("hostcontrolstate", "Enabled")
	}
	if v.template {
		t := withID(w.center.templates, m.Template)
		o = append(o, object{
			{"templateid", m.Template}, {"templatename", t.text("name")}, {"templatetype", t.text("templatetype")},
			{"templateformat", t.text("format")}, {"templatedisplaytext", t.text("displaytext")}, {"passwordenabled", false},
		}...)
	}
	if v.iso {
		o.add("isos", []object{})
		o.add("isomaxcount", 1)
	}
	if v.offering {
		o.add("serviceofferingid", m.Offering)
		o.add("serviceofferingname", withID(w.center.serviceOfferings, m.Offering).text("name"))
	}
	if v.offering || v.stats {
		o = append(o, object{{"cpunumber", m.CPU}, {"cpuspeed", m.Speed}, {"memory", m.Memory}}...)
	}
	o.add("guestosid", osTypeID)
	if v.volume {
		o.add("rootdeviceid", 0)
		o.add("rootdevicetype", "ROOT")
	}
	w.addConnections(&o, m, v)
	details := object{}
	for _, d := range m.Details {
		details.add(d.Key, d.Value)
	}
	if v.admin {
		o.add("instancename", w.instanceName(m))
		details.add("memoryOvercommitRatio", "10.0")
		details.add("cpuOvercommitRatio", "10.0")
	}
	o.add("details", details)
	if v.admin {
		o.add("displayvm", true)
	} else {
		o.add("readonlydetails", "dataDiskController, rootDiskController, backupValidationCommandTimeout, backupValidationScreenshotWait, backupValidationBootTimeout")
	}
	o.addIf("keypairs", strings.Join(m.Keys, ","))
	o.add("affinitygroup", w.renderAffinityOf(m))
	o = append(o, object{
		{"isdynamicallyscalable", false}, {"deleteprotection", m.Protected}, {"ostypeid", osTypeID}, {"osdisplayname", osTypeName},
	}...)
	if m.EverRan {
		o.add("pooltype", "NetworkFilesystem")
	}
	o.add("receivedbytes", 0)
	o.add("sentbytes", 0)
	if v.admin {
		o.add("arch", "x86_64")
	}
	if v.userData {
		o.addIf("userdata", m.UserData)
	}
	o.add("tags", w.machineTags(m.ID))
	o.add("hasannotations", false)
	w.showPendingJob(&o, m.ID)
	if w.config.Flavour == Exoscale {
		return exoscaleMachine(o, m)
	}
	return o
}

// addConnections shows security groups, nics and addresses. A machine with several groups shows its nics whether they were
// asked for or not: the recorded server reads a row of its database for every group and looks at details= for the first only.
func (w *world) addConnections(o *object, m *machine, v view) {
	v.nics = v.nics || v.groups && len(m.Groups) > 1
	groups, nics := make([]object, 0, len(m.Groups)), make([]object, 0, len(m.NICs))
	if v.groups {
		for _, id := range m.Groups {
			groups = append(groups, w.renderGroup(w.Groups.get(id), groupOfMachine))
		}
	}
	if v.nics {
		for _, id := range m.NICs {
			nics = append(nics, w.renderNIC(w.NICs.get(id), nicOfMachine))
		}
	}
	*o = append(*o, object{{"securitygroup", groups}, {"nic", nics}, {"hypervisor", hypervisor}}...)
	if !v.nics || len(m.NICs) == 0 {
		return
	}
	o.add("ipaddress", w.NICs.get(m.NICs[0]).IP)
	if a := w.staticNATOf(m.ID); a != nil {
		o.add("publicipid", a.ID)
		o.add("publicip", a.IP)
	}
}

func (w *world) renderAffinityOf(m *machine) []object {
	out := []object{}
	for _, id := range m.AffinityGroups {
		g := w.AffinityGroups.get(id)
		o := object{{"id", g.ID}, {"name", g.Name}}
		o.addIf("description", g.Description)
		out = append(out, append(o, w.ownedBy(g.Account)...))
	}
	return out
}
