package simulator

import "encoding/json"

// pretend finds out what would come of something, and takes it back.
func (w *world) pretend(do func() (object, *apiError)) (object, *apiError) {
	var content []byte
	saved, err := w.save()
	if err == nil {
		content, err = json.Marshal(saved)
	}
	if err != nil {
		return nil, refuse(codeInternal, csAPI, "the simulator cannot take this back: %v", err)
	}
	result, failure := do()
	before, err := readWorld(content, w.config, w.center)
	if err != nil {
		panic(err) // written above
	}
	before.limiter = w.limiter
	*w = *before
	return result, failure
}

// What becomes of things that a call has made when its job fails before its work: a machine stays and is in Error, everything
// else is unmade.

func undoDeploy(w *world, j *job) {
	if m := w.Machines.get(j.Resource); !m.gone() {
		w.setState(m, stateError)
	}
}

func undoAssociate(w *world, j *job) {
	if a := w.Addresses.get(j.Resource); a.State == addressAllocating || j.does(Ignore) {
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
