package simulator

import (
	"slices"
	"time"
)

// A watermark tells how far the tables that are listed had come at a moment.
type watermark struct {
	at   time.Time
	last map[string]int64 // by kind of record
}

func (w *world) watermark() watermark {
	return watermark{w.Now, map[string]int64{
		"machine": w.Machines.Last, "group": w.Groups.Last, "network": w.Networks.Last, "key": w.Keys.Last,
		"affinity": w.AffinityGroups.Last, "volume": w.Volumes.Last, "rule": w.NetRules.Last, "tag": w.Tags.Last,
	}}
}

// recordKind names the kinds whose lists may lag behind; it is empty for others.
func recordKind(x any) string {
	switch x.(type) {
	case *machine:
		return "machine"
	case *securityGroup:
		return "group"
	case *network:
		return "network"
	case *sshKey:
		return "key"
	case *affinityGroup:
		return "affinity"
	case *volume:
		return "volume"
	case *netRule:
		return "rule"
	case *tag:
		return "tag"
	default:
		return ""
	}
}

// lag leaves out of a list what is younger than a watermark.
func lag[T any](mark *watermark, found []T) []T {
	if mark == nil {
		return found
	}
	return slices.DeleteFunc(slices.Clone(found), func(x T) bool {
		k := recordKind(x)
		return k != "" && any(x).(record).base().Num > mark.last[k]
	})
}

// A history keeps watermarks for as long as a fault may look back.
type history struct {
	span  time.Duration
	marks []watermark
}

// newHistory looks back as far as any fault does. What is there at the start always was.
func newHistory(f *Faults, w *world) history {
	var h history
	if f == nil {
		return h
	}
	for _, x := range f.Faults {
		if x.Do == StaleRead {
			h.span = max(h.span, x.For)
		}
	}
	start := w.watermark()
	start.at = time.Time{}
	h.marks = []watermark{start}
	return h
}

// add keeps the present. There is nothing to keep where no list ever lags.
func (h *history) add(w *world) {
	if h.span == 0 {
		return
	}
	for len(h.marks) > 1 && !h.marks[1].at.After(w.Now.Add(-h.span)) {
		h.marks = h.marks[1:]
	}
	h.marks = append(h.marks, w.watermark())
}

// before returns the tables as they were so long ago.
func (h *history) before(now time.Time, ago time.Duration) *watermark {
	found := &h.marks[0]
	for i := range h.marks {
		if h.marks[i].at.After(now.Add(-ago)) {
			break
		}
		found = &h.marks[i]
	}
	return found
}
