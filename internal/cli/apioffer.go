package cli

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/trueup/trueup/provider/cloudstack"
)

// offer is what a server offers to a user: its own description of its commands
// (listApis), large and slow, of which a copy is kept.
type offer struct {
	client  *cloudstack.Client
	account account
	cache   cache
}

// check compares a request with the kept copy, and asks the server where there
// is none and where it tells of a mistake, which may be the copy's.
func (k offer) check(ctx context.Context, o apiOptions) (checkedRequest, error) {
	if kept := k.cache.apis(k.account); kept != nil {
		if checked, err := check(kept, o); err == nil {
			return checked, nil
		}
	}
	catalog, err := k.ask(ctx)
	if err != nil {
		return checkedRequest{}, err
	}
	return check(catalog, o)
}

// find describes one command. Without a description it is an error.
func (k offer) find(ctx context.Context, command string) (cloudstack.API, error) {
	if api, ok := k.cache.apis(k.account).API(command); ok {
		return api, nil
	}
	catalog, err := k.ask(ctx)
	if err != nil {
		return cloudstack.API{}, err
	}
	if catalog == nil {
		return cloudstack.API{}, errors.New("the server does not describe its commands: it offers no listApis to this user")
	}
	api, ok := catalog.API(command)
	if !ok {
		return api, noCommandNamed(catalog, command)
	}
	return api, nil
}

// ask asks the server and keeps its answer. The catalogue is nil where it
// refuses to describe itself: some lack listApis, some allow it to nobody.
func (k offer) ask(ctx context.Context) (*cloudstack.Catalog, error) {
	catalog, err := k.client.APIs(ctx)
	var refused *cloudstack.APIError
	if errors.As(err, &refused) && !errors.Is(err, cloudstack.ErrThrottled) && !errors.Is(err, cloudstack.ErrUnavailable) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	k.cache.keepAPIs(k.account, catalog)
	return catalog, nil
}

// goodAPIs is how long a catalogue is good.
const goodAPIs = 24 * time.Hour

// apis is the catalogue that is kept for an account, nil without anything good.
func (c cache) apis(a account) *cloudstack.Catalog {
	kept, ok := readKept[[]cloudstack.API](c, c.path("apis", a, ""), goodAPIs)
	if !ok || len(kept) == 0 {
		return nil
	}
	return cloudstack.NewCatalog(kept)
}

// keepAPIs keeps a catalogue, without what the commands' answers hold.
func (c cache) keepAPIs(a account, catalog *cloudstack.Catalog) {
	apis := slices.Collect(catalog.All())
	for i := range apis {
		apis[i].Response = nil
	}
	writeKept(c, c.path("apis", a, ""), apis)
}
