package simulator

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"time"
)

// A world is the whole cloud as plain data: it is saved and read back as JSON, and everything that is to happen
// later is an [appointment] in it. It is guarded by the server's mutex.
type world struct {
	Now    time.Time     // the moment that is being worked on
	Offset time.Duration // how far Advance has moved the clock ahead of the wall
	Source *rand.PCG     `json:"-"` // what ids, keys and chances are drawn from
	Seq    int64         // numbers appointments

	Accounts       table[account, *account]
	Users          table[user, *user]
	Projects       table[project, *project]
	Machines       table[machine, *machine]
	NICs           table[nic, *nic]
	SecondaryIPs   table[secondaryIP, *secondaryIP]
	Volumes        table[volume, *volume]
	Groups         table[securityGroup, *securityGroup]
	Rules          table[securityRule, *securityRule]
	AffinityGroups table[affinityGroup, *affinityGroup]
	InstanceGroups table[instanceGroup, *instanceGroup]
	Keys           table[sshKey, *sshKey]
	Networks       table[network, *network]
	Addresses      table[address, *address]
	NetRules       table[netRule, *netRule]
	Tags           table[tag, *tag]
	Jobs           table[job, *job]
	Events         table[event, *event]
	Agenda         agenda
	HostIDs        map[string][]string // of the hosts, by zone
	LastHost       map[string]int      // by network id: where the search for a free address begins

	center  *datacentre // recorded, never changes
	config  *Config
	limiter *limiter

	// Derived from the tables.
	machines   machineIndex
	userByKey  map[string]*user
	tagsOf     map[string][]*tag     // by resource id
	hostNames  map[string]*machine   // by network id and name
	pendingOf  map[string][]*job     // jobs not yet ended, by resource id
	machinesOf map[string][]*machine // not yet expunged, by security group id
	usedIPs    map[string]bool       // by network id and address
	disksOf    map[string][]*volume  // by machine id
	boundTo    map[string]*address   // static NAT, by machine id
	pending    []*job                // in the order of their submission
}

func newWorld(config *Config, center *datacentre) *world {
	w := &world{Source: rand.NewPCG(config.Seed, 0x7472756575702121), center: center, config: config, LastHost: map[string]int{}}
	w.reindex()
	return w
}

// reindex rebuilds everything that is derived from the tables.
func (w *world) reindex() {
	w.machines = newMachineIndex()
	w.userByKey = map[string]*user{}
	w.tagsOf = map[string][]*tag{}
	w.hostNames = map[string]*machine{}
	w.pendingOf = map[string][]*job{}
	w.machinesOf = map[string][]*machine{}
	w.disksOf = map[string][]*volume{}
	w.usedIPs = map[string]bool{}
	w.boundTo = map[string]*address{}
	w.pending = nil
	for _, t := range []interface{ reindex() }{
		&w.Accounts, &w.Users, &w.Projects, &w.Machines, &w.NICs, &w.SecondaryIPs, &w.Volumes, &w.Groups, &w.Rules, &w.AffinityGroups,
		&w.InstanceGroups, &w.Keys, &w.Networks, &w.Addresses, &w.NetRules, &w.Tags, &w.Jobs, &w.Events,
	} {
		t.reindex()
	}
	for _, u := range w.Users.Rows {
		w.userByKey[u.Key] = u
	}
	for _, t := range w.Tags.Rows {
		w.tagsOf[t.Resource] = append(w.tagsOf[t.Resource], t)
	}
	for _, m := range w.Machines.Rows {
		if m.State != stateExpunged {
			w.indexMachine(m)
		}
	}
	for _, v := range w.Volumes.Rows {
		if v.Machine != "" {
			w.disksOf[v.Machine] = append(w.disksOf[v.Machine], v)
		}
	}
	for _, s := range w.SecondaryIPs.Rows {
		w.usedIPs[s.Network+" "+s.IP] = true
	}
	for _, a := range w.Addresses.Rows {
		if a.Machine != "" {
			w.boundTo[a.Machine] = a
		}
	}
	for _, j := range w.Jobs.Rows {
		if j.Status == jobPending {
			w.indexPending(j)
		}
	}
}

// draw returns a random number generator over the world's source. What is drawn depends only on the seed and on the
// order of what was done, so that one seed reproduces a run.
func (w *world) draw() *rand.Rand { return rand.New(w.Source) }

// newID draws a UUID of version 4.
func (w *world) newID() string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], w.Source.Uint64())
	binary.BigEndian.PutUint64(b[8:], w.Source.Uint64())
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	text := make([]byte, 0, 36)
	for i := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			text = append(text, '-')
		}
		text = hex.AppendEncode(text, b[i:i+1])
	}
	return string(text)
}

// wireTime is how CloudStack writes a moment.
func wireTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05-0700") }
