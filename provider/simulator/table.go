package simulator

import (
	"slices"
	"strconv"
)

// A row is what every record has: the UUID that clients see and the number that CloudStack's database knows it by.
type row struct {
	ID  string
	Num int64
}

func (r *row) base() *row { return r }

type record interface{ base() *row }

// A table keeps the records of one kind in the order of their creation.
type table[T any, P interface {
	*T
	record
}] struct {
	Rows []P
	Last int64 // the number of the youngest record

	byID map[string]P
}

// add numbers a record and keeps it.
func (t *table[T, P]) add(p P) P {
	t.Last++
	p.base().Num = t.Last
	t.Rows = append(t.Rows, p)
	t.byID[p.base().ID] = p
	return p
}

// expect makes room in an empty table for so many records.
func (t *table[T, P]) expect(n int) {
	t.Rows, t.byID = make([]P, 0, n), make(map[string]P, n)
}

// get finds a record by its id; it is nil where there is none.
func (t *table[T, P]) get(id string) P { return t.byID[id] }

// some returns those of the named records that are there, each once, in the order of their creation.
func (t *table[T, P]) some(ids []string) []P {
	out := make([]P, 0, len(ids))
	for _, id := range ids {
		if p, ok := t.byID[id]; ok {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b P) int { return int(a.base().Num - b.base().Num) })
	return slices.Compact(out)
}

// find finds a record as CloudStack reads an id: by UUID or by number.
func (t *table[T, P]) find(ref string) P {
	if p, ok := t.byID[ref]; ok {
		return p
	}
	n, err := strconv.ParseInt(ref, 10, 64)
	if err != nil {
		return nil
	}
	if i, ok := t.position(n); ok {
		return t.Rows[i]
	}
	return nil
}

func (t *table[T, P]) position(num int64) (int, bool) {
	return slices.BinarySearchFunc(t.Rows, num, func(p P, n int64) int { return int(p.base().Num - n) })
}

func (t *table[T, P]) remove(id string) {
	p, ok := t.byID[id]
	if !ok {
		return
	}
	delete(t.byID, id)
	if i, ok := t.position(p.base().Num); ok {
		t.Rows = slices.Delete(t.Rows, i, i+1)
	}
}

// dropFirst removes the oldest records, so many of them.
func (t *table[T, P]) dropFirst(n int) {
	for _, p := range t.Rows[:n] {
		delete(t.byID, p.base().ID)
	}
	t.Rows = slices.Delete(t.Rows, 0, n)
}

// reindex rebuilds what is not saved with the rows.
func (t *table[T, P]) reindex() {
	t.byID = make(map[string]P, len(t.Rows))
	for _, p := range t.Rows {
		t.byID[p.base().ID] = p
	}
}
