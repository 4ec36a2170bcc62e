package simulator

// What an ordinary user can only read: zones, offerings, templates, capabilities.

func listZones(c *call) (object, *apiError) {
	return listRecorded(c, "zone", c.world.center.zones, func(z object) bool {
		return c.params["networktype"] == "" || equalNames(c.params["networktype"], z.text("networktype"))
	})
}

func listServiceOfferings(c *call) (object, *apiError) {
	return listRecorded(c, "serviceoffering", c.world.center.serviceOfferings, nil)
}

func listDiskOfferings(c *call) (object, *apiError) {
	return listRecorded(c, "diskoffering", c.world.center.diskOfferings, nil)
}

func listNetworkOfferings(c *call) (object, *apiError) {
	return listRecorded(c, "networkoffering", c.world.center.networkOfferings, func(o object) bool {
		for _, name := range []string{"state", "guestiptype", "forvpc", "traffictype", "isdefault", "availability", "specifyvlan"} {
			if v := c.params[name]; v != "" && !equalNames(v, o.text(name)) {
				return false
			}
		}
		return true
	})
}

// templateFilters tell which of the filters show the one public, featured template there is.
var templateFilters = map[string]bool{
	"featured": true, "executable": true, "community": false, "self": false, "selfexecutable": false, "sharedexecutable": false, "all": true,
}

func listTemplates(c *call) (object, *apiError) {
	filter := c.params["templatefilter"]
	shown, known := templateFilters[filter]
	switch {
	case !known:
		return nil, refuse(codeParameter, csAPI, "No enum constant com.cloud.template.VirtualMachineTemplate.TemplateFilter.%s", filter)
	case filter == "all" && !c.admin():
		return nil, invalid("Filter all can be specified by admin only")
	case !shown:
		return object{}, nil
	}
	return listRecorded(c, "template", c.world.center.templates, func(t object) bool {
		return (c.params["zoneid"] == "" || c.params["zoneid"] == t.text("zoneid")) &&
			(c.params["hypervisor"] == "" || equalNames(c.params["hypervisor"], t.text("hypervisor")))
	})
}

func listOSCategories(c *call) (object, *apiError) {
	return listRecorded(c, "oscategory", c.world.center.osCategories, nil)
}

func listHypervisors(c *call) (object, *apiError) {
	names := []string{"KVM", "VMware", "XenServer", "Hyperv", "BareMetal", "Ovm", "LXC", "Ovm3", "External"}
	return page(c, "hypervisor", names, func(n string) object { return object{{"name", n}} })
}

func listCapabilities(c *call) (object, *apiError) {
	o := c.world.center.capabilities
	if c.admin() {
		o = o.with(field{"allowuserexpungerecovervm", true}, field{"allowuserviewdestroyedvm", true})
	}
	return object{{"capability", o}}, nil
}
