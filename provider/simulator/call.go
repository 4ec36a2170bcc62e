package simulator

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A call is one command at work: while it is answered, and again while its job is.
type call struct {
	world   *world
	cmd     *command
	params  params
	user    *user
	account *account   // the caller's
	job     *job       // nil until the command's job is at work
	fault   *jobFault  // what goes wrong with the job that the call makes
	stale   *watermark // where a list lags behind
	shifted bool       // a page of a list that has shifted
}

func (c *call) admin() bool { return c.account.Type == accountAdmin }

// mayUse tells whether the caller may touch what an account owns.
func (c *call) mayUse(owner string) bool {
	if c.admin() || owner == c.account.ID {
		return true
	}
	a := c.world.Accounts.get(owner)
	return a != nil && a.Project != "" && a.Ended == "" && c.world.Projects.get(a.Project).Owner == c.account.ID
}

var errNotOurs = refuse(codeAccount, csPermission, "Caller does not have permission to operate with provided resource.")

// owner returns the account that a new thing will belong to: the project's or the caller's, or another one an administrator named.
func (c *call) owner() (*account, *apiError) {
	if ref := c.params["projectid"]; ref != "" {
		p := c.world.Projects.find(ref)
		if p == nil || !c.mayUse(p.Account) {
			return nil, errNotOurs
		}
		return c.world.Accounts.get(p.Account), nil
	}
	if name := c.params["account"]; name != "" && name != c.account.Name {
		a := c.world.accountNamed(name)
		switch {
		case a == nil || a.Project != "":
			return nil, invalid("could not find account %s in domain %s", name, domainID)
		case !c.mayUse(a.ID):
			return nil, errNotOurs
		}
		return a, nil
	}
	return c.account, nil
}

// scope tells which accounts' things a list shows: the caller's own, a project's, or all of them.
func (c *call) scope() (func(owner string) bool, *apiError) {
	switch ref := c.params["projectid"]; {
	case ref == "-1":
		return func(owner string) bool {
			a := c.world.Accounts.get(owner)
			return a != nil && a.Project != "" && c.mayUse(owner)
		}, nil
	case ref == "" && c.admin() && c.params.bool("listall") && c.params["account"] == "":
		return func(owner string) bool {
			a := c.world.Accounts.get(owner)
			return a != nil && a.Project == ""
		}, nil
	}
	a, err := c.owner()
	if err != nil {
		return nil, err
	}
	return func(owner string) bool { return owner == a.ID }, nil
}

// listFilter makes the test that all lists have in common: whose things are shown, by id, exact name and tags.
func (c *call) listFilter() (func(owner, id, name string) bool, *apiError) {
	visible, err := c.scope()
	if err != nil {
		return nil, err
	}
	var ids []string
	if c.takes("ids") {
		ids = c.params.list("ids")
	}
	if id := c.params["id"]; id != "" {
		ids = append(ids, id)
	}
	byTag, err := c.tagFilter()
	if err != nil {
		return nil, err
	}
	exact, named := c.params["name"]
	named = named && c.takes("name")
	return func(owner, id, name string) bool {
		return visible(owner) && (len(ids) == 0 || slices.Contains(ids, id)) && (!named || strings.EqualFold(name, exact)) && (byTag == nil || byTag(id))
	}, nil
}

// takes tells whether the command knows a parameter. Others are ignored.
func (c *call) takes(param string) bool {
	return slices.ContainsFunc(c.world.center.apis[c.cmd.name].Params, func(p apiParam) bool { return p.Name == param })
}

// keyword tells whether any of a thing's texts holds what the call looks for.
func (c *call) keyword(texts ...string) bool {
	return slices.ContainsFunc(texts, func(t string) bool { return contains(t, c.params["keyword"]) })
}

// tagFilter reads tags[n] of a list: a thing is shown that has any one of them. It is nil where no tag was asked for.
func (c *call) tagFilter() (func(id string) bool, *apiError) {
	wanted := c.params.pairs("tags")
	if len(wanted) == 0 {
		return nil, nil
	}
	for _, t := range wanted {
		if !t.hasValue {
			return nil, invalid("No value is passed in for key %s", t.key)
		}
	}
	return func(id string) bool {
		for _, t := range c.world.tagsOf[id] {
			for _, x := range wanted {
				if strings.EqualFold(t.Key, x.key) && strings.EqualFold(t.Value, x.value) {
					return true
				}
			}
		}
		return false
	}, nil
}

// date reads a moment; the zero time where there is none.
func (c *call) date(name string) (time.Time, *apiError) {
	text := c.params[name]
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05-0700", "2006-01-02T15:04:05Z", "2006-01-02 15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, refuse(codeParameter, csAPI,
		"Unable to parse date %s for command %s, please pass dates in the format mentioned in the api documentation", text, c.cmd.shortName())
}

// page answers a list: all that was found, or the page asked for. It sees to CloudStack's rules for page and pagesize. What render
// returns is written before it is called again.
func page[T any](c *call, key string, found []T, render func(T) object) (object, *apiError) {
	found = lag(c.stale, found)
	if c.shifted && len(found) > 0 {
		found = found[1:]
	}
	from, to, err := c.pageBounds(len(found))
	if err != nil || len(found) == 0 {
		return object{}, err
	}
	o := object{{"count", len(found)}}
	if from < to && !(c.params.bool("retrieveonlyresourcecount") && c.takes("retrieveonlyresourcecount")) {
		o.add(key, &items{to - from, func(i int) object { return render(found[from+i]) }})
	}
	return o, nil
}

const maxPageSize = 500

func (c *call) pageBounds(total int) (from, to int, err *apiError) {
	pageText, paged := c.params["page"]
	sizeText, sized := c.params["pagesize"]
	number, size := c.params.int("page", 1), c.params.int("pagesize", maxPageSize)
	switch {
	case sized && size == -1 && paged:
		return 0, 0, invalid("Can't specify page parameter when pagesize is -1 (Unlimited)")
	case sized && size == -1:
		return 0, total, nil
	case sized && size > maxPageSize:
		return 0, 0, invalid("Page size can't exceed max allowed page size value: %d", maxPageSize)
	case paged && pageText != "" && !sized:
		return 0, 0, refuse(codeParameter, csAPI, `"pagesize" parameter is required when "page" is specified`)
	case sized && sizeText != "" && !paged:
		return 0, 0, refuse(codeParameter, csAPI, `"page" parameter is required when "pagesize" is specified`)
	}
	from = (max(number, 1) - 1) * max(size, 0)
	return min(from, total), min(from+max(size, 0), total), nil
}

func contains(text, keyword string) bool {
	return keyword == "" || strings.Contains(strings.ToLower(text), strings.ToLower(keyword))
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

var uuidPattern = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func isUUID(s string) bool { return uuidPattern.MatchString(s) }
