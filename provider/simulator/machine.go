package simulator

import (
	"fmt"
	"slices"
	"time"
)

// States of a machine. An expunged one leaves a record that nobody sees.
const (
	stateStarting  = "Starting"
	stateRunning   = "Running"
	stateStopping  = "Stopping"
	stateStopped   = "Stopped"
	stateError     = "Error"
	stateDestroyed = "Destroyed"
	stateExpunging = "Expunging"
	stateExpunged  = "Expunged"
)

// A machine is a virtual machine.
type machine struct {
	row
	Account        string
	State          string
	User           string
	Name           string // the host name
	DisplayName    string
	Zone           string
	Template       string
	Offering       string
	CPU            int64    // cores
	Speed          int64    // MHz
	Memory         int64    // MB
	Networks       []string // where the name is taken
	NICs           []string `json:",omitempty"`
	Groups         []string `json:",omitempty"` // security groups
	AffinityGroups []string `json:",omitempty"`
	Group          string   `json:",omitempty"` // id of the instance group
	Keys           []string `json:",omitempty"` // names
	Details        []detail `json:",omitempty"` // in the order in which they were given
	UserData       string   `json:",omitempty"` // base64
	Host           int      // where it runs, from 1
	Protected      bool     // against deletion
	EverRan        bool
	Created        time.Time
	Updated        time.Time
	Leaves         time.Time // when it will be expunged, once it is destroyed
}

type detail struct{ Key, Value string }

// gone tells whether a machine was destroyed; ordinary users see nothing of it any more.
func (m *machine) gone() bool { return goneIn(m.State) }

func goneIn(state string) bool {
	return state == stateDestroyed || state == stateExpunging || state == stateExpunged
}

// instanceName is what the hypervisor calls the machine.
func (w *world) instanceName(m *machine) string {
	return fmt.Sprintf("i-%d-%d-VM", w.Accounts.get(m.Account).Num, m.Num)
}

// describe names a machine as CloudStack's errors do.
func (w *world) describe(m *machine) string {
	return fmt.Sprintf("VM instance {%q:%d,%q:%q,%q:%q,%q:%q,%q:%q}", "id", m.Num, "instanceName", w.instanceName(m),
		"state", m.State, "type", "User", "uuid", m.ID)
}

func (m *machine) setDetail(key, value string) {
	if i := slices.IndexFunc(m.Details, func(d detail) bool { return d.Key == key }); i >= 0 {
		m.Details[i].Value = value
		return
	}
	m.Details = append(m.Details, detail{key, value})
}

func (m *machine) dropDetail(key string) {
	m.Details = slices.DeleteFunc(m.Details, func(d detail) bool { return d.Key == key })
}

// indexMachine enters a machine in what is derived from the tables.
func (w *world) indexMachine(m *machine) {
	w.machines.enter(m)
	for _, id := range m.Networks {
		w.hostNames[id+" "+m.Name] = m
	}
	for _, id := range m.NICs {
		n := w.NICs.get(id)
		w.usedIPs[n.Network+" "+n.IP] = true
	}
	for _, id := range m.Groups {
		w.machinesOf[id] = append(w.machinesOf[id], m)
	}
}

// rename gives a machine another host name, which frees the old one.
func (w *world) rename(m *machine, name string) {
	for _, id := range m.Networks {
		delete(w.hostNames, id+" "+m.Name)
		w.hostNames[id+" "+name] = m
	}
	m.Name = name
}

// joinGroups puts a machine into exactly these security groups.
func (w *world) joinGroups(m *machine, groups []string) {
	for _, id := range m.Groups {
		rest := slices.DeleteFunc(w.machinesOf[id], func(o *machine) bool { return o == m })
		if len(rest) == 0 {
			delete(w.machinesOf, id)
		} else {
			w.machinesOf[id] = rest
		}
	}
	slices.SortFunc(groups, func(a, b string) int { return int(w.Groups.get(a).Num - w.Groups.get(b).Num) })
	m.Groups = groups
	for _, id := range groups {
		w.machinesOf[id] = append(w.machinesOf[id], m)
	}
}

// leave expunges a machine when its time has come; it may have been recovered in the meantime.
func (w *world) leave(id string) {
	if m := w.Machines.get(id); m.gone() && !m.Leaves.After(w.Now) {
		w.expunge(m)
	}
}

// expunge lets go of everything that a destroyed machine still holds: its names, addresses, groups, static NAT and volumes.
func (w *world) expunge(m *machine) {
	if m.State == stateExpunged {
		return
	}
	w.joinGroups(m, nil)
	if a := w.staticNATOf(m.ID); a != nil {
		w.bind(a, nil)
	}
	w.forgetRulesOf(m)
	for _, id := range m.Networks {
		delete(w.hostNames, id+" "+m.Name)
	}
	for _, id := range m.NICs {
		w.dropNIC(w.NICs.get(id))
	}
	for _, v := range slices.Clone(w.disksOf[m.ID]) {
		if v.Root {
			w.removeVolume(v)
		} else {
			w.plug(v, "")
		}
	}
	w.dropTags(m.ID)
	m.Networks, m.NICs, m.AffinityGroups = nil, nil, nil
	w.setState(m, stateExpunged)
}

// addHosts gives every zone its hosts.
func (w *world) addHosts() {
	w.HostIDs = map[string][]string{}
	for _, z := range w.center.zones {
		for range w.config.Host.Count {
			w.HostIDs[z.text("id")] = append(w.HostIDs[z.text("id")], w.newID())
		}
	}
}

// canHost tells on which host a machine finds room; 0 where on none. Offerings that no host can carry, or that ask
// for a host tag that none has, never do.
func (w *world) canHost(m *machine) (int, *apiError) {
	if tag := withID(w.center.serviceOfferings, m.Offering).text("hosttags"); tag != "" {
		return 0, failJob(codeInternal, "No suitable host found.")
	}
	capacity := w.config.Host
	if m.CPU > capacity.Cores || m.Memory > capacity.MemoryMB {
		return 0, failJob(codeCapacity, "No destination found for a deployment for %s", w.describe(m))
	}
	taken := map[int]bool{}
	for _, id := range m.AffinityGroups {
		if w.AffinityGroups.get(id).Type != antiAffinity {
			continue
		}
		for _, o := range w.Machines.Rows {
			if o != m && o.Host > 0 && slices.Contains(o.AffinityGroups, id) {
				taken[o.Host] = true
			}
		}
	}
	hosts := len(w.HostIDs[m.Zone])
	for i := range hosts {
		host := (int(m.Num)+i)%hosts + 1
		if !taken[host] {
			return host, nil
		}
	}
	return 0, failJob(codeCapacity, "No destination found for a deployment for %s, Please check the affinity groups provided, "+
		"there may not be sufficient capacity to follow them", w.describe(m))
}
