package cloudstack

import (
	"reflect"
	"strings"
)

// Validate tells, without asking it, what every server would refuse in a
// request: a required parameter that is missing, two that exclude each other,
// half of a page. Every call validates first; the error is a [ValidationError].
func Validate(r Request) error {
	p, err := encode(r)
	if err != nil {
		return err
	}
	command := p["command"]
	v := reflect.Indirect(reflect.ValueOf(r))
	for i := range v.NumField() {
		name, option, _ := strings.Cut(v.Type().Field(i).Tag.Get("cs"), ",")
		if option == "required" && !p.has(name) {
			return &ValidationError{Command: command, Field: name, Reason: "required"}
		}
	}
	for _, pair := range exclusive {
		if p.has(pair[0]) && p.has(pair[1]) {
			return &ValidationError{Command: command, Field: pair[0], Reason: "excludes " + pair[1] + ": give one of them"}
		}
	}
	if all := p["pagesize"] == "-1"; !all && p.has("page") != p.has("pagesize") || all && p.has("page") {
		return &ValidationError{Command: command, Field: "page", Reason: "page and pagesize go together, and neither with pagesize -1"}
	}
	if c, ok := v.Interface().(interface{ check() error }); ok {
		return c.check()
	}
	return nil
}

// exclusive are the pairs of which a server takes one at most.
var exclusive = [...][2]string{
	{"affinitygroupids", "affinitygroupnames"},
	{"id", "ids"},
	{"networkids", "iptonetworklist"},
	{"securitygroupid", "securitygroupname"},
	{"securitygroupids", "securitygroupnames"},
}

// has tells whether the parameter, or a field of it, would be sent with a value.
func (p params) has(name string) bool {
	if p[name] != "" {
		return true
	}
	for k := range p {
		if strings.HasPrefix(k, name+"[") {
			return true
		}
	}
	return false
}

// check refuses a DeleteTags that names no tag: the server would take that for
// all tags of the resources.
func (d DeleteTags) check() error {
	for _, t := range d.Tags {
		if t.Key == "" {
			return &ValidationError{Command: d.Info().Name, Field: "tags", Reason: "a tag without a key"}
		}
	}
	if len(d.Tags) == 0 {
		return &ValidationError{Command: d.Info().Name, Field: "tags", Reason: "no tag is named, and the server would delete all tags of the resources"}
	}
	return nil
}

func (d DeployVirtualMachine) check() error { return d.UserData.check(d.Info().Name) }
func (d UpdateVirtualMachine) check() error { return d.UserData.check(d.Info().Name) }

// check refuses user data that is base64 already: the client encodes it.
func (u UserData) check(command string) error {
	if u.alreadyEncoded() {
		return &ValidationError{Command: command, Field: "userdata", Reason: "it is base64 already; give it in the clear, the client encodes it"}
	}
	return nil
}
