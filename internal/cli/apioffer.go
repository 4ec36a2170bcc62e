package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/trueup/trueup/provider/cloudstack"
)

// offer is what a server offers to a user: its own description of its commands
// (listApis), large and slow, of which a copy is kept.
type offer struct {
	client  *cloudstack.Client
	account account
	cache   apiCache
}

// check compares a request with the kept copy, and asks the server where there
// is none and where it tells of a mistake, which may be the copy's.
func (k offer) check(ctx context.Context, o apiOptions) (checkedRequest, error) {
	if kept := k.cache.read(k.account); kept != nil {
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
	if api, ok := k.cache.read(k.account).API(command); ok {
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
	k.cache.write(k.account, catalog)
	return catalog, nil
}

// apiCache keeps catalogues in a directory, a file an account. It is only a
// help: what can't be read or written is as if it were not there.
type apiCache struct {
	dir string // "" keeps nothing
	now func() time.Time
}

// keepAPIs is how long a catalogue is good.
const keepAPIs = 24 * time.Hour

// cachedAPIs is the content of a file.
type cachedAPIs struct {
	Asked time.Time        `json:"asked"`
	APIs  []cloudstack.API `json:"apis"` // without what their answers hold
}

// userCache is the cache of the user who runs the process.
func userCache(now func() time.Time) apiCache {
	dir, err := os.UserCacheDir()
	if err != nil {
		return apiCache{now: now}
	}
	return apiCache{dir: filepath.Join(dir, "trueup"), now: now}
}

// path is where an account's catalogue is kept. The name tells nothing of it.
func (c apiCache) path(a account) string {
	sum := sha256.Sum256([]byte(a))
	return filepath.Join(c.dir, "apis-"+hex.EncodeToString(sum[:12])+".json")
}

// read gives what is kept for an account, nil without anything good.
func (c apiCache) read(a account) *cloudstack.Catalog {
	if c.dir == "" {
		return nil
	}
	data, err := os.ReadFile(c.path(a))
	if err != nil {
		return nil
	}
	var kept cachedAPIs
	if json.Unmarshal(data, &kept) != nil || len(kept.APIs) == 0 {
		return nil
	}
	if age := c.now().Sub(kept.Asked); age < 0 || age > keepAPIs {
		return nil
	}
	return cloudstack.NewCatalog(kept.APIs)
}

// write keeps a catalogue, whole or not at all.
func (c apiCache) write(a account, catalog *cloudstack.Catalog) {
	if c.dir == "" || os.MkdirAll(c.dir, 0o700) != nil {
		return
	}
	kept := cachedAPIs{Asked: c.now(), APIs: slices.Collect(catalog.All())}
	for i := range kept.APIs {
		kept.APIs[i].Response = nil
	}
	data, err := json.Marshal(kept)
	if err != nil {
		return
	}
	file, err := os.CreateTemp(c.dir, "apis-*.new") // of mode 0600
	if err != nil {
		return
	}
	defer os.Remove(file.Name()) // gone already where all went well
	_, err = file.Write(data)
	if err = errors.Join(err, file.Close()); err == nil {
		_ = os.Rename(file.Name(), c.path(a))
	}
}
