package simulator

import "time"

const (
	accountUser    = 0
	accountAdmin   = 1
	accountProject = 5
)

// An account owns things. A project owns its things through an account of its own.
type account struct {
	row
	Name    string
	Type    int
	Project string           `json:",omitempty"` // id of the project whose account this is
	Ended   string           `json:",omitempty"` // name of the project that it was the account of
	Limits  map[string]int64 `json:",omitempty"` // by resource type name; absent means the default
	Created time.Time
}

// A user signs calls.
type user struct {
	row
	Account     string // id
	Name        string
	Key, Secret string
	State       string // enabled or disabled
	Created     time.Time
}

// The recorded server's accounts: two ordinary users and the administrator.
const (
	userAccount  = "plain"
	otherAccount = "plain2"
	adminAccount = "admin"
)

// addAccounts makes the accounts that the cloud starts with. Their keys depend on the seed alone.
func (w *world) addAccounts() {
	for _, a := range []struct {
		name, id, user string
		kind           int
		num            int64
	}{
		{adminAccount, "bd3a1c50-e6a1-11f1-9e8c-02fc00000001", "bd3a5f0a-e6a1-11f1-9e8c-02fc00000001", accountAdmin, 2},
		{userAccount, "b63df7c3-b2c5-48b8-a9d5-ede23add8767", "9cb36157-6344-4379-9bef-55a59cd7f4f4", accountUser, 4},
		{otherAccount, "fda3b804-8cbb-4d6e-91ee-b18bbeac4f1b", "53362540-7ff9-493a-b9b6-abab90efaee2", accountUser, 5},
	} {
		w.Accounts.Last = a.num - 1
		owner := w.Accounts.add(&account{row: row{ID: a.id}, Name: a.name, Type: a.kind, Created: w.Now})
		w.Users.Last = a.num - 1
		u := w.Users.add(&user{
			row: row{ID: a.user}, Account: owner.ID, Name: a.name, State: "enabled", Created: w.Now,
			Key: w.newKey(), Secret: w.newKey(),
		})
		w.userByKey[u.Key] = u
		w.addDefaultGroup(owner)
	}
}

// newKey draws an API key of the length and alphabet that CloudStack's have.
func (w *world) newKey() string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	b := make([]byte, 86)
	for i := range b {
		b[i] = alphabet[w.Source.Uint64()%uint64(len(alphabet))]
	}
	return string(b)
}

func (w *world) accountNamed(name string) *account {
	for _, a := range w.Accounts.Rows {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// ownedBy returns the fields that tell whose a thing is: an account's or a project's.
func (w *world) ownedBy(id string) object {
	a := w.Accounts.get(id)
	switch {
	case a.Ended != "":
		return object{{"projectid", a.Project}, {"project", a.Ended}}
	case a.Project != "":
		return object{{"projectid", a.Project}, {"project", w.Projects.get(a.Project).Name}}
	}
	return object{{"account", a.Name}}
}

// domainFields tell of the one domain there is.
func domainFields() object {
	return object{{"domainid", domainID}, {"domain", domainName}, {"domainpath", domainName}}
}

// fullyOwnedBy returns whose a thing is, and the domain.
func (w *world) fullyOwnedBy(id string) object { return append(w.ownedBy(id), domainFields()...) }

func listAccounts(c *call) (object, *apiError) {
	w := c.world
	var found []*account
	for _, a := range w.Accounts.Rows {
		if a.Project != "" || a.ID != c.account.ID && !(c.admin() && c.params.bool("listall")) {
			continue
		}
		if name, ok := c.params["name"]; ok && a.Name != name || c.params["id"] != "" && a.ID != c.params["id"] {
			continue
		}
		found = append(found, a)
	}
	return page(c, "account", found, w.renderAccount)
}

func (w *world) renderAccount(a *account) object {
	roleID, role := "bf05a976-e6a1-11f1-9e8c-02fc00000001", "User"
	if a.Type == accountAdmin {
		roleID, role = "bf05709c-e6a1-11f1-9e8c-02fc00000001", "Root Admin"
	}
	roleType := map[int]string{accountUser: "User", accountAdmin: "Admin"}[a.Type]
	o := object{{"id", a.ID}, {"name", a.Name}, {"accounttype", a.Type}, {"roleid", roleID}, {"roletype", roleType}, {"rolename", role}}
	o = append(o, domainFields()...)
	o.add("receivedbytes", 0)
	o.add("sentbytes", 0)
	o = append(o, w.renderUsage(a)...)
	o.add("state", "enabled")
	o.add("created", wireTime(a.Created))
	var users []object
	for _, u := range w.Users.Rows {
		if u.Account == a.ID {
			users = append(users, w.renderUser(u))
		}
	}
	o.add("user", users)
	o.add("isdefault", a.Type == accountAdmin)
	o.add("groups", []string{})
	return o
}

func (w *world) renderUser(u *user) object {
	a := w.Accounts.get(u.Account)
	roleID, role, roleType := "bf05a976-e6a1-11f1-9e8c-02fc00000001", "User", "User"
	if a.Type == accountAdmin {
		roleID, role, roleType = "bf05709c-e6a1-11f1-9e8c-02fc00000001", "Root Admin", "Admin"
	}
	return object{
		{"id", u.ID}, {"username", u.Name}, {"firstname", u.Name}, {"lastname", "User"}, {"email", u.Name + "@example.com"},
		{"created", wireTime(u.Created)}, {"state", u.State}, {"account", a.Name}, {"accounttype", a.Type}, {"usersource", "native"},
		{"roleid", roleID}, {"roletype", roleType}, {"rolename", role}, {"domainid", domainID}, {"domain", domainName},
		{"apikey", u.Key}, {"accountid", a.ID}, {"iscallerchilddomain", false}, {"isdefault", a.Type == accountAdmin},
		{"is2faenabled", false}, {"is2famandated", false},
	}
}

func listUsers(c *call) (object, *apiError) {
	var found []*user
	for _, u := range c.world.Users.Rows {
		if (u.Account == c.account.ID || c.admin()) && (c.params["id"] == "" || c.params["id"] == u.ID) &&
			(c.params["username"] == "" || c.params["username"] == u.Name) {
			found = append(found, u)
		}
	}
	return page(c, "user", found, c.world.renderUser)
}

// setUserState answers enableUser and disableUser.
func setUserState(state string) func(*call) (object, *apiError) {
	return func(c *call) (object, *apiError) {
		u := c.world.Users.find(c.params["id"])
		if u == nil {
			return nil, invalid("unable to find user by id")
		}
		u.State = state
		return object{{"user", c.world.renderUser(u)}}, nil
	}
}
