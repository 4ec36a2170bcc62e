package simulator

import (
	"embed"
	"fmt"
	"slices"
	"sync"
)

// What the recorded server had from its installation on.
const (
	domainID           = "bd393275-e6a1-11f1-9e8c-02fc00000001"
	domainName         = "ROOT"
	managementServerID = "55245bf7-7523-4a15-890a-d462ff251767"
	publicNetworkID    = "f1ce7f94-2615-47ee-808b-bdf8711c193f"
	physicalNetworkID  = "d76978cf-6c35-4357-9dc9-316a9142c549" // of the zone with isolated networks
	sharedNetworkID    = "1518131d-90e4-4e45-8353-3246ff483f71"
	securityZoneID     = "c686a3e0-e14f-4ea3-abae-c1795b67e0f1" // sg1: one shared network with security groups
	isolatedZoneID     = "aafbd983-0028-4c07-90f1-b424b729ca34" // adv1: isolated networks behind virtual routers
	osTypeID           = "bd2fed19-e6a1-11f1-9e8c-02fc00000001"
	osTypeName         = "CentOS 5.6 (64-bit)"
	serverVersion      = "4.23.0.0-SNAPSHOT"
	hypervisor         = "Simulator"
)

//go:embed recorded/*.json
var recorded embed.FS

// A datacentre is what no ordinary user can change. It is read from recorded answers of the server.
type datacentre struct {
	zones            []object
	serviceOfferings []object
	diskOfferings    []object
	networkOfferings []object
	templates        []object
	eventTypes       []object
	osCategories     []object
	capabilities     object
	sharedNetwork    object // the one network of sg1
	isolatedNetwork  object // the model of every isolated network
	apis             map[string]api
	known            map[string]bool     // commands of the recorded server that are not built
	commands         map[string]*command // those of the flavour
}

// recordedDatacentre is read once; nothing changes what is in it.
var recordedDatacentre = sync.OnceValues(readDatacentre)

// loadDatacentre returns the data centre with the commands of a flavour.
func loadDatacentre(flavour Flavour) (*datacentre, error) {
	shared, err := recordedDatacentre()
	if err != nil {
		return nil, err
	}
	d := *shared
	d.commands = map[string]*command{}
	for _, c := range commands() {
		if c.upstream && flavour == Exoscale {
			continue
		}
		if _, ok := d.apis[c.name]; !ok {
			return nil, fmt.Errorf("recorded apis: no %s", c.name)
		}
		d.commands[c.name] = &c
	}
	return &d, nil
}

func readDatacentre() (*datacentre, error) {
	d := &datacentre{}
	for name, list := range map[string]*[]object{
		"zones": &d.zones, "serviceofferings": &d.serviceOfferings, "diskofferings": &d.diskOfferings,
		"networkofferings": &d.networkOfferings, "templates": &d.templates, "eventtypes": &d.eventTypes, "oscategories": &d.osCategories,
	} {
		var err error
		if *list, err = recordedList(name); err != nil {
			return nil, err
		}
	}
	networks, err := recordedList("networks")
	if err != nil {
		return nil, err
	}
	d.sharedNetwork, d.isolatedNetwork = networks[0], networks[1]
	v, err := recordedValue("capabilities")
	if err != nil {
		return nil, err
	}
	d.capabilities = v.(object)
	if d.apis, err = loadAPIs(); err != nil {
		return nil, err
	}
	unbuilt, err := recordedValue("unbuilt")
	if err != nil {
		return nil, err
	}
	d.known = map[string]bool{}
	for _, name := range unbuilt.([]any) {
		d.known[name.(string)] = true
	}
	return d, nil
}

func recordedValue(name string) (any, error) {
	data, err := recorded.ReadFile("recorded/" + name + ".json")
	if err != nil {
		return nil, fmt.Errorf("read recorded %s: %w", name, err)
	}
	return parseJSON(data)
}

func recordedList(name string) ([]object, error) {
	v, err := recordedValue(name)
	if err != nil {
		return nil, err
	}
	list := v.([]any)
	out := make([]object, len(list))
	for i, x := range list {
		out[i] = x.(object)
	}
	return out, nil
}

// withID finds a recorded thing; it is nil where there is none.
func withID(list []object, id string) object {
	i := slices.IndexFunc(list, func(o object) bool { return o.text("id") == id })
	if i < 0 {
		return nil
	}
	return list[i]
}

func (d *datacentre) zoneName(id string) string { return withID(d.zones, id).text("name") }

// listRecorded answers a list of things that never change: by id, exact name, keyword, tags (they have none) and whatever
// else keep tells.
func listRecorded(c *call, key string, list []object, keep func(object) bool) (object, *apiError) {
	tagged, err := c.tagFilter()
	if err != nil {
		return nil, err
	}
	name, named := c.params["name"]
	var found []object
	for _, o := range list {
		if id := c.params["id"]; id != "" && o.text("id") != id || named && !equalNames(o.text("name"), name) ||
			!contains(o.text("name"), c.params["keyword"]) || tagged != nil || keep != nil && !keep(o) {
			continue
		}
		found = append(found, o)
	}
	return page(c, key, found, func(o object) object { return o })
}
