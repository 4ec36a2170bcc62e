package simulator

import (
	"container/heap"
	"time"
)

// An appointment is something that will happen in the world by itself.
type appointment struct {
	Due  time.Time
	Seq  int64 // orders what is due at the same moment
	What appointmentKind
	ID   string // of the job or machine
}

type appointmentKind string

const (
	jobStarts     appointmentKind = "start"
	jobBegins     appointmentKind = "begin" // what the job is about shows that it is worked on
	jobEnds       appointmentKind = "end"
	machineLeaves appointmentKind = "expunge"
)

// agenda holds appointments, the next one first.
type agenda []appointment

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	if !a[i].Due.Equal(a[j].Due) {
		return a[i].Due.Before(a[j].Due)
	}
	return a[i].Seq < a[j].Seq
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(appointment)) }
func (a *agenda) Pop() any {
	last := len(*a) - 1
	x := (*a)[last]
	*a = (*a)[:last]
	return x
}

func (w *world) schedule(due time.Time, what appointmentKind, id string) {
	w.Seq++
	heap.Push(&w.Agenda, appointment{due, w.Seq, what, id})
}

// settle lets everything happen that is due by now, each thing at its own moment, and moves the world's clock to now.
// It never moves the clock back.
func (w *world) settle(now time.Time) {
	for len(w.Agenda) > 0 && !w.Agenda[0].Due.After(now) {
		next := heap.Pop(&w.Agenda).(appointment)
		if next.Due.After(w.Now) {
			w.Now = next.Due
		}
		switch next.What {
		case jobStarts:
			w.tellStarted(next.ID)
		case jobBegins:
			w.beginJob(next.ID)
		case jobEnds:
			w.endJob(next.ID)
		case machineLeaves:
			w.leave(next.ID)
		}
	}
	if now.After(w.Now) {
		w.Now = now
	}
}
