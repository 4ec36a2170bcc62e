package apply

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/trueup/trueup/provider"
)

// fakeCloud is a cloud in memory whose answers a test scripts, by address or
// by address and operation ("vm/web-1 stop"). Every call takes latency.
type fakeCloud struct {
	latency time.Duration
	script  map[string]behaviour
	prepare func(provider.Op) (string, error) // nil: nothing to choose
	effect  func(provider.Op) (id string)     // nil, or what carrying out a command does; locked

	mu      sync.Mutex
	calls   []string // in the order in which the cloud carried them out
	anchors map[string]provider.Anchor
	tags    map[string]map[string]string // by type and id
	jobs    map[string]*fakeJob
	started []provider.Op
	lives   []provider.Live         // what reading shows beside what is tagged
	broken  func(call string) error // nil or what becomes of a call that was carried out
	refuses func(call string) error // nil or why a call is not carried out
}

// behaviour is how the cloud meets one command.
type behaviour struct {
	refuse error         // synchronously
	takes  time.Duration // 0 is synchronous
	fail   error         // of the job, or synchronously what Start's job ends with
	lost   bool          // carried out, but the answer is lost
	unsent bool          // not carried out, and the answer is lost
	once   bool          // only the first time
}

type fakeJob struct {
	ends   time.Time
	result provider.Result
	err    error
}

func newCloud() *fakeCloud {
	return &fakeCloud{
		latency: 100 * time.Millisecond,
		script:  map[string]behaviour{},
		anchors: map[string]provider.Anchor{},
		tags:    map[string]map[string]string{},
		jobs:    map[string]*fakeJob{},
	}
}

// call is the way of every request: half the latency there, half back.
func (c *fakeCloud) call(ctx context.Context, text string, do func() error) error {
	if !sleep(ctx, c.latency/2) {
		return ctx.Err()
	}
	c.mu.Lock()
	var err error
	if c.refuses != nil {
		err = c.refuses(text)
	}
	if err == nil {
		c.calls = append(c.calls, text)
		err = do()
	}
	if err == nil && c.broken != nil {
		err = c.broken(text)
	}
	c.mu.Unlock()
	if !sleep(ctx, c.latency/2) {
		return ctx.Err()
	}
	return err
}

func (c *fakeCloud) count(prefix string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, call := range c.calls {
		if strings.HasPrefix(call, prefix) {
			n++
		}
	}
	return n
}

// onAnchor is the value of a tag on the anchor of the stack shop.
func (c *fakeCloud) onAnchor(key string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.anchors["shop"].Tags[key]
}

// tagsOf is a copy of the tags of a resource.
func (c *fakeCloud) tagsOf(id string) map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.tagged("Thing", id))
}

// tag puts a tag on a resource, as somebody else might.
func (c *fakeCloud) tag(id, key, value string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tagged("Thing", id)[key] = value
}

// Read shows what carries tags, under every kind that is asked for.
func (c *fakeCloud) Read(ctx context.Context, scope provider.Scope) (*provider.Snapshot, error) {
	snapshot := &provider.Snapshot{}
	return snapshot, c.call(ctx, "read", func() error {
		snapshot.Resources = append(snapshot.Resources, c.lives...)
		for key, tags := range c.tags {
			_, id, _ := strings.Cut(key, " ")
			for _, kind := range scope.Kinds {
				snapshot.Resources = append(snapshot.Resources, provider.Live{Kind: kind, ID: id, Tags: maps.Clone(tags)})
			}
		}
		return nil
	})
}

func (c *fakeCloud) Catalogue(context.Context, provider.Wanted) (*provider.Catalogue, error) {
	panic("apply reads no catalogue")
}

func (c *fakeCloud) Prepare(ctx context.Context, op provider.Op) (string, error) {
	if c.prepare == nil {
		return "", ctx.Err()
	}
	return c.prepare(op)
}

func (c *fakeCloud) Start(ctx context.Context, op provider.Op) (provider.Job, error) {
	b := c.behaviourOf(op)
	job := provider.Job{ID: op.JobID, Op: op, Resource: op.ID}
	if job.Resource == "" {
		job.Resource = "id-of-" + op.Address.String()
	}
	err := c.call(ctx, "start "+op.Address.String()+" "+op.Name, func() error {
		if b.refuse != nil {
			return b.refuse
		}
		if b.unsent {
			return provider.ErrOutcomeUnknown
		}
		c.started = append(c.started, op)
		if c.effect != nil {
			job.Resource = c.effect(op)
		}
		c.jobs[op.JobID] = &fakeJob{ends: time.Now().Add(b.takes), result: provider.Result{ID: job.Resource}, err: b.fail}
		if b.lost {
			return provider.ErrOutcomeUnknown
		}
		return nil
	})
	if err != nil {
		return provider.Job{}, err
	}
	if b.takes == 0 && b.fail == nil {
		job.ID, job.Done = "", true
	}
	return job, nil
}

func (c *fakeCloud) behaviourOf(op provider.Op) behaviour {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := op.Address.String() + " " + op.Name
	b, ok := c.script[key]
	if !ok {
		key = op.Address.String()
		b = c.script[key]
	}
	if b.once {
		c.script[key] = behaviour{}
	}
	return b
}

func (c *fakeCloud) Wait(ctx context.Context, job provider.Job) (provider.Result, error) {
	c.mu.Lock()
	j := c.jobs[job.ID]
	c.mu.Unlock()
	if j == nil {
		return provider.Result{}, fmt.Errorf("job %s: %w", job.ID, provider.ErrNotFound)
	}
	if !sleep(ctx, time.Until(j.ends)) {
		return provider.Result{}, ctx.Err()
	}
	if j.err != nil {
		return provider.Result{}, j.err
	}
	return j.result, nil
}

// State tells how a job stands, where the cloud knows it.
func (c *fakeCloud) State(ctx context.Context, job provider.Job) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.jobs[job.ID] == nil {
		return "", provider.ErrNotFound
	}
	return "it hangs", ctx.Err()
}

// tagged returns the tags of a resource; those of an anchor are its own.
func (c *fakeCloud) tagged(tagType, id string) map[string]string {
	for _, a := range c.anchors {
		if a.ID == id {
			return a.Tags
		}
	}
	key := tagType + " " + id
	if c.tags[key] == nil {
		c.tags[key] = map[string]string{}
	}
	return c.tags[key]
}

func (c *fakeCloud) gone(id string) bool {
	for _, a := range c.anchors {
		if a.ID == id {
			return false
		}
	}
	return strings.HasPrefix(id, "anchor-")
}

func (c *fakeCloud) CreateTags(ctx context.Context, tagType string, ids []string, tags map[string]string) error {
	return c.call(ctx, fmt.Sprintf("createTags %s %v %v", tagType, ids, tags), func() error {
		for _, id := range ids {
			if c.gone(id) {
				return provider.ErrNotFound
			}
			for key := range tags {
				if _, there := c.tagged(tagType, id)[key]; there {
					return fmt.Errorf("tag %s on %s: %w", key, id, provider.ErrExists)
				}
			}
		}
		for _, id := range ids {
			maps.Copy(c.tagged(tagType, id), tags)
		}
		return nil
	})
}

func (c *fakeCloud) DeleteTags(ctx context.Context, tagType string, ids []string, tags map[string]string) error {
	return c.call(ctx, fmt.Sprintf("deleteTags %s %v %v", tagType, ids, tags), func() error {
		matched := 0
		for _, id := range ids {
			if c.gone(id) {
				return provider.ErrNotFound
			}
			for key, value := range tags {
				if stored := c.tagged(tagType, id); stored[key] == value {
					delete(stored, key)
					matched++
				}
			}
		}
		if matched == 0 {
			return provider.ErrConflict
		}
		return nil
	})
}

// PostTags is carried out before anybody can look. How it ends nobody is told.
func (c *fakeCloud) PostTags(ctx context.Context, anchor string, create, remove map[string]string) error {
	err := c.CreateTags(ctx, provider.AnchorTagType, []string{anchor}, create)
	if len(remove) > 0 && (err == nil || errors.Is(err, provider.ErrExists)) {
		err = c.DeleteTags(ctx, provider.AnchorTagType, []string{anchor}, remove)
	}
	if errors.Is(err, provider.ErrExists) || errors.Is(err, provider.ErrConflict) {
		return nil
	}
	return err
}

func (c *fakeCloud) Anchors(ctx context.Context) ([]provider.Anchor, error) {
	var anchors []provider.Anchor
	err := c.call(ctx, "anchors", func() error {
		for _, name := range slices.Sorted(maps.Keys(c.anchors)) {
			a := c.anchors[name]
			a.Tags = maps.Clone(a.Tags)
			anchors = append(anchors, a)
		}
		return nil
	})
	return anchors, err
}

func (c *fakeCloud) CreateAnchor(ctx context.Context, stack string) (provider.Anchor, error) {
	var a provider.Anchor
	err := c.call(ctx, "createAnchor "+stack, func() error {
		if _, there := c.anchors[stack]; there {
			return provider.ErrExists
		}
		c.anchors[stack] = provider.Anchor{Stack: stack, ID: fmt.Sprintf("anchor-%d", len(c.calls)), Tags: map[string]string{}}
		a = c.anchors[stack]
		a.Tags = map[string]string{}
		return nil
	})
	return a, err
}

func (c *fakeCloud) DeleteAnchor(ctx context.Context, id string) error {
	return c.call(ctx, "deleteAnchor", func() error {
		for name, a := range c.anchors {
			if a.ID == id {
				delete(c.anchors, name)
				return nil
			}
		}
		return provider.ErrNotFound
	})
}
