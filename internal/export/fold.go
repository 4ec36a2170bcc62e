package export

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/trueup/trueup/provider"
)

// fold writes resources that are equal but for the number at the end of their
// names, from 1 without a gap, as one block with a count. Blocks that say more
// about one of them stay.
func (d *draft) fold() {
	stems := map[key]map[int]*Block{}
	names := map[key]bool{}
	for _, b := range d.file.Blocks {
		names[key{b.Kind.Name, strings.ToLower(b.Name)}] = true
		stem, n := numbered(b.Name)
		if n == 0 {
			continue
		}
		at := key{b.Kind.Name, stem}
		if stems[at] == nil {
			stems[at] = map[int]*Block{}
		}
		stems[at][n] = b
	}
	gone := map[*Block]bool{}
	for at, members := range stems {
		if names[key{at.kind, strings.ToLower(at.id)}] || !alike(members) {
			continue
		}
		for n, b := range members {
			gone[b] = n > 1
		}
		members[1].Name, members[1].Count = at.id, len(members)
	}
	d.file.Blocks = slices.DeleteFunc(d.file.Blocks, func(b *Block) bool { return gone[b] })
}

// numbered splits web-12 into web and 12; the number is 0 where there is none.
func numbered(name string) (stem string, n int) {
	at := strings.LastIndexByte(name, '-')
	if at <= 0 {
		return name, 0
	}
	n, err := strconv.Atoi(name[at+1:])
	if err != nil || n < 1 || strconv.Itoa(n) != name[at+1:] {
		return name, 0
	}
	return name[:at], n
}

// alike reports whether blocks are numbered from 1 without a gap, are at least
// two, and say the same.
func alike(members map[int]*Block) bool {
	first := members[1]
	if first == nil || len(members) < 2 {
		return false
	}
	for n := 1; n <= len(members); n++ {
		b := members[n]
		if b == nil || len(b.Head) > 0 || b.Fields[settingAdopt] != nil || !maps.Equal(b.Comments, first.Comments) || !equal(b.Fields, first.Fields) {
			return false
		}
	}
	return true
}

func equal(a, b provider.Fields) bool { return reflect.DeepEqual(a, b) }
