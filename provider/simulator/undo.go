package simulator

// What becomes of things that a call has made when its job fails before its work: a machine stays and is in Error, everything
// else is unmade.

func undoDeploy(w *world, j *job) {
	if m := w.Machines.get(j.Resource); !m.gone() {
		w.setState(m, stateError)
	}
}

func undoAssociate(w *world, j *job) {
	if a := w.Addresses.get(j.Resource); a.State == addressAllocating {
		w.release(a)
	}
}

func undoAddIP(w *world, j *job) {
	if s := w.SecondaryIPs.get(j.Resource); s != nil {
		w.dropSecondaryIP(s)
	}
}

func undoVolume(w *world, j *job) {
	if v := w.Volumes.get(j.Resource); !v.Removed {
		w.removeVolume(v)
	}
}

func undoRule(w *world, j *job) { w.removeRule(w.NetRules.get(j.Resource)) }

func undoAffinityGroup(w *world, j *job) { w.AffinityGroups.remove(j.Resource) }

func undoProject(w *world, j *job) {
	if p := w.Projects.get(j.Resource); p != nil {
		w.endProject(p)
	}
}
