package report

import (
	"fmt"
	"strconv"
	"strings"
)

// ranges shortens sorted addresses of which runs differ only in the number at
// their end: "vm/web-1 … vm/web-9".
func ranges(addresses []string) []string {
	var short []string
	for i := 0; i < len(addresses); {
		stem, first, ok := numbered(addresses[i])
		last := i
		for ok && last+1 < len(addresses) {
			next, n, isNumber := numbered(addresses[last+1])
			if !isNumber || next != stem || n != first+last+1-i {
				break
			}
			last++
		}
		if last-i < 2 {
			short = append(short, addresses[i])
			i++
			continue
		}
		short = append(short, fmt.Sprintf("%s … %s", addresses[i], addresses[last]))
		i = last + 1
	}
	return short
}

// numbered takes the number off the end of a name.
func numbered(name string) (stem string, n int, ok bool) {
	stem = strings.TrimRight(name, "0123456789")
	digits := name[len(stem):]
	n, err := strconv.Atoi(digits)
	if err != nil || strconv.Itoa(n) != digits {
		return name, 0, false
	}
	return stem, n, true
}
