package simulator

import "slices"

// A machineIndex keeps the machines of every account in the order of their creation, so that a list costs what it shows and not
// what there is.
type machineIndex struct {
	present shelf // what their owners see
	leaving shelf // destroyed and not yet expunged: administrators see them too
}

func newMachineIndex() machineIndex { return machineIndex{shelf{}, shelf{}} }

// A shelf holds machines by account.
type shelf map[string][]*machine

// of returns where machines in a state stand; nil for expunged ones, which nobody sees.
func (ix machineIndex) of(state string) shelf {
	switch state {
	case stateExpunged:
		return nil
	case stateDestroyed, stateExpunging:
		return ix.leaving
	default:
		return ix.present
	}
}

// enter takes a machine in.
func (ix machineIndex) enter(m *machine) {
	if s := ix.of(m.State); s != nil {
		at, _ := s.position(m)
		s[m.Account] = slices.Insert(s[m.Account], at, m)
	}
}

// leave takes a machine out. It must be called before the machine's state changes.
func (ix machineIndex) leave(m *machine) {
	s := ix.of(m.State)
	if at, ok := s.position(m); ok {
		if s[m.Account] = slices.Delete(s[m.Account], at, at+1); len(s[m.Account]) == 0 {
			delete(s, m.Account)
		}
	}
}

func (s shelf) position(m *machine) (int, bool) {
	return slices.BinarySearchFunc(s[m.Account], m.Num, func(o *machine, n int64) int { return int(o.Num - n) })
}

// list returns the machines of some accounts, with those that are leaving or without, in the order of their creation. It is not to be changed.
func (ix machineIndex) list(accounts []string, leaving bool) []*machine {
	var parts [][]*machine
	for _, a := range accounts {
		parts = append(parts, ix.present[a])
		if leaving {
			parts = append(parts, ix.leaving[a])
		}
	}
	parts = slices.DeleteFunc(parts, func(p []*machine) bool { return len(p) == 0 })
	if len(parts) == 1 {
		return parts[0]
	}
	all := slices.Concat(parts...)
	slices.SortFunc(all, func(a, b *machine) int { return int(a.Num - b.Num) })
	return all
}

// addMachine enters a new machine.
func (w *world) addMachine(m *machine) {
	w.Machines.add(m)
	w.machines.enter(m)
}

// setState changes the state and the moment of the last change.
func (w *world) setState(m *machine, state string) {
	moves := m.gone() || goneIn(state)
	if moves {
		w.machines.leave(m)
	}
	m.State, m.Updated = state, w.Now
	if moves {
		w.machines.enter(m)
	}
}
