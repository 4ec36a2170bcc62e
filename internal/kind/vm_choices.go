package kind

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/trueup/trueup/provider"
)

// machineTakes is what a machine takes from the account's limits.
func machineTakes(f provider.Fields, chosen map[string]provider.Entry) map[string]int64 {
	offering := chosen["offering"].Numbers
	return map[string]int64{
		"user_vm":         1,
		"volume":          1,
		"cpu":             cmp.Or(offering["cpunumber"], detail(f, "cpuNumber")),
		"memory":          cmp.Or(offering["memory"], detail(f, "memory")),
		"primary_storage": rootDiskOf(f, chosen),
	}
}

// rootDiskOf is the size of a machine's root disk in bytes: its own, or that of
// its offering, or else of its template. It is 0 where nothing tells.
func rootDiskOf(f provider.Fields, chosen map[string]provider.Entry) int64 {
	declared, _ := f["rootDisk"].(provider.Size)
	return cmp.Or(int64(declared), chosen["offering"].Numbers["rootdisksize"]*int64(provider.GiB), chosen["template"].Numbers["size"])
}

// detail is a number among a machine's details, 0 where there is none.
func detail(f provider.Fields, key string) int64 {
	details, _ := f["details"].(map[string]string)
	for name, value := range details {
		if strings.EqualFold(name, key) {
			n, _ := strconv.ParseInt(value, 10, 64) // what is no number counts as none
			return n
		}
	}
	return 0
}

// checkMachineChoices finds what deployVirtualMachine would refuse of a machine
// for what it chooses.
func checkMachineChoices(f provider.Fields, chosen map[string]provider.Entry) []provider.FieldError {
	return join(checkDiskFits(f, chosen), checkCustomOffering(f, chosen["offering"]), checkZoneHasGroups(f, chosen))
}

// checkDiskFits refuses a root disk that is smaller than what is on it at first
// (431).
func checkDiskFits(f provider.Fields, chosen map[string]provider.Entry) []provider.FieldError {
	disk, declared := f["rootDisk"].(provider.Size)
	template := chosen["template"]
	if needed := provider.Size(template.Numbers["size"]); declared && disk < needed {
		return complain("rootDisk", "%s is smaller than the template %s, which needs %s", disk, template.Named, gibs(needed))
	}
	return nil
}

// gibs is a size in whole GiB, rounded up, as a disk has it.
func gibs(size provider.Size) provider.Size { return provider.Size(gib(size)) * provider.GiB }

// customDetails are what a machine of a custom offering chooses, by the keys of
// its details, and under which names the offering tells its bounds.
var customDetails = [...]struct{ key, fixed, least, most string }{
	{"cpuNumber", "cpunumber", "mincpunumber", "maxcpunumber"},
	{"cpuSpeed", "cpuspeed", "", ""},
	{"memory", "memory", "minmemory", "maxmemory"},
}

// checkCustomOffering refuses a machine that leaves open what its offering
// leaves to it (431), or that goes beyond the offering's bounds.
func checkCustomOffering(f provider.Fields, offering provider.Entry) []provider.FieldError {
	if offering.Numbers["custom"] == 0 {
		return nil
	}
	var missing, beyond []string
	for _, d := range customDetails {
		n, least, most := detail(f, d.key), offering.Numbers[d.least], offering.Numbers[d.most]
		switch {
		case offering.Numbers[d.fixed] > 0:
		case n <= 0:
			missing = append(missing, d.key)
		case n < least:
			beyond = append(beyond, fmt.Sprintf("%s %d is less than %d", d.key, n, least))
		case most > 0 && n > most:
			beyond = append(beyond, fmt.Sprintf("%s %d is more than %d", d.key, n, most))
		}
	}
	var errs []provider.FieldError
	if len(missing) > 0 {
		errs = append(errs, complain("offering", "the offering %s leaves it to the machine how much of these it has: give %s in details",
			offering.Named, strings.Join(missing, ", "))...)
	}
	if len(beyond) > 0 {
		errs = append(errs, complain("details", "beyond the bounds of the offering %s: %s", offering.Named, strings.Join(beyond, ", "))...)
	}
	return errs
}

// checkZoneHasGroups refuses security groups in a zone without them.
func checkZoneHasGroups(f provider.Fields, chosen map[string]provider.Entry) []provider.FieldError {
	if zone := chosen["zone"]; zone.Numbers["withoutgroups"] != 0 && !provider.Empty(f["securityGroups"]) {
		return complain("securityGroups", "the zone %s has no security groups: name networks instead, or another zone", zone.Named)
	}
	return nil
}
