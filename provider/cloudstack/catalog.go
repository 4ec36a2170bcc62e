package cloudstack

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
)

// API is a command as a server describes it (listApis).
type API struct {
	Name        string     `cs:"name"`
	Description string     `cs:"description"`
	Since       string     `cs:"since"`   // the release that has it first; often empty
	Related     string     `cs:"related"` // commands with the same answer, separated by commas
	Async       bool       `cs:"isasync"`
	HTTPMethod  string     `cs:"httprequesttype"` // GET where the server lets GET do; since 4.23
	Params      []APIParam `cs:"params"`
	Response    []APIField `cs:"response"`
}

// APIParam is a parameter of a command.
type APIParam struct {
	Name        string `cs:"name"`
	Description string `cs:"description"`
	Type        string `cs:"type"` // boolean, date, integer, list, long, map, string, uuid …
	Length      int    `cs:"length"`
	Required    bool   `cs:"required"`
	Since       string `cs:"since"`
	Related     string `cs:"related"` // commands that give such an id
}

// APIField is a field of a command's answer, which may have fields of its own.
type APIField struct {
	Name        string     `cs:"name"`
	Description string     `cs:"description"`
	Type        string     `cs:"type"`
	Response    []APIField `cs:"response"`
}

// Catalog is what one server offers its user: commands and their parameters. A
// nil Catalog is that of a server that doesn't say (without the API discovery
// plugin): it has nothing to list and nothing against any command.
type Catalog struct {
	apis   []API
	byName map[string]API // in lower case
}

// APIs asks the server for its catalogue, one large answer (2 MB from 4.23);
// keep it, or what All gives, and make it again by [NewCatalog].
func (c *Client) APIs(ctx context.Context) (*Catalog, error) {
	apis, err := Collect(All(ctx, c, ListAPIs{}))
	if err != nil {
		return nil, err
	}
	return NewCatalog(apis), nil
}

// NewCatalog makes a catalogue of descriptions that were listed before.
func NewCatalog(apis []API) *Catalog {
	c := &Catalog{byName: make(map[string]API, len(apis))}
	for _, a := range apis {
		c.byName[strings.ToLower(a.Name)] = a
	}
	c.apis = slices.SortedFunc(maps.Values(c.byName), func(a, b API) int { return strings.Compare(a.Name, b.Name) })
	return c
}

// All yields the commands by name.
func (c *Catalog) All() iter.Seq[API] {
	if c == nil {
		return slices.Values([]API(nil))
	}
	return slices.Values(c.apis)
}

// API is the description of a command.
func (c *Catalog) API(command string) (API, bool) {
	if c == nil {
		return API{}, false
	}
	a, ok := c.byName[strings.ToLower(command)]
	return a, ok
}

// Has tells whether the user may call the command.
func (c *Catalog) Has(command string) bool {
	if c == nil {
		return true
	}
	_, ok := c.API(command)
	return ok
}

// Supports tells whether the command takes the parameter. Commands take more
// than servers list: customjobid, for one.
func (c *Catalog) Supports(command, param string) bool {
	if c == nil {
		return true
	}
	a, ok := c.API(command)
	return ok && slices.ContainsFunc(a.Params, func(p APIParam) bool { return strings.EqualFold(p.Name, param) })
}
