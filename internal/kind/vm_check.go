package kind

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"

	"github.com/trueup/trueup/provider"
)

// checkMachine finds what is wrong between the fields of one machine.
func checkMachine(f provider.Fields, fields []provider.Field) []provider.FieldError {
	found := join(checkShownText(f, "displayName", 255), checkSize(f, "rootDisk"), checkTags(f), checkOnChange(f, fields, "replace"))
	if !provider.Empty(f["securityGroups"]) && !provider.Empty(f["networks"]) {
		found = append(found, complain("networks", "a machine has either security groups or networks; "+
			"remove the one that its zone has no use for")...)
	}
	if groups, declared := f["securityGroups"]; declared && provider.Empty(groups) {
		found = append(found, complain("securityGroups", "an empty list can't be had: CloudStack puts a machine without groups into default; "+
			"name a group without rules, or leave the field out")...)
	}
	if networks, declared := f["networks"]; declared && provider.Empty(networks) {
		found = append(found, complain("networks", "a machine can't be without a network; name one, or leave the field out")...)
	}
	if keys, declared := f["sshKeys"]; declared && provider.Empty(keys) {
		found = append(found, complain("sshKeys", "CloudStack can't take the last key from a machine; name one, or leave the field out")...)
	}
	if details, _ := f["details"].(map[string]string); details[markerDetail] != "" {
		found = append(found, complain("details", "%s is kept for trueup's own marker", markerDetail)...)
	}
	return found
}

// markerDetail is the key of the detail that carries a machine's marker.
const markerDetail = "trueup"

var machineName = regexp.MustCompile(`^[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$`)

// checkMachineName holds names to what deployVirtualMachine accepts, and away
// from those that machines are given before they are destroyed.
func checkMachineName(name string) string {
	switch {
	case !machineName.MatchString(name):
		return "a machine's name has 1 to 63 letters, digits and hyphens, begins with a letter and doesn't end with a hyphen"
	case goneForm.MatchString(name):
		return "names that end in -gone- and six hexadecimal digits are those of machines being deleted"
	}
	return ""
}

// goneForm is the form of the last name of a machine: see [goneName].
var goneForm = regexp.MustCompile(`^.{1,51}-gone-[0-9a-f]{6}$`)

// goneName is the name that a machine is given before it is destroyed, so that
// its own can be had again: the first 51 characters of its name and six digits
// that its id decides, so that trying again changes nothing.
func goneName(name, id string) string {
	if goneForm.MatchString(name) {
		return name
	}
	sum := sha256.Sum256([]byte(id))
	return name[:min(len(name), 51)] + "-gone-" + hex.EncodeToString(sum[:3])
}

// maxUserData is how much base64 CloudStack takes (vm.userdata.max.length).
const maxUserData = 32768

// userDataSum stands for user data in comparisons.
func userDataSum(content []byte) (string, error) {
	if n := base64.StdEncoding.EncodedLen(len(content)); n > maxUserData {
		return "", fmt.Errorf("user data of %d bytes becomes %d bytes of base64; CloudStack takes %d", len(content), n, maxUserData)
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:]), nil
}
