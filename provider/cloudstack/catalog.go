package cloudstack

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
