package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/trueup/trueup/internal/render"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// told is what was said of a stack's drift so far. It lies beside the stack, so
// that the next look says only what is new, and holds no values of the stack.
type told struct {
	Version int `json:"version"`
	// Failing is set where the stack could not be looked at.
	Failing bool `json:"failing,omitempty"`
	// Drift has a fingerprint of what differs, by address.
	Drift map[string]string `json:"drift,omitempty"`

	path string // of its file
}

// toldOf reads what was told of a look's stack. A stack that could not be read
// has no name: it is known by its path.
func toldOf(l look) (told, error) {
	t := told{}
	place, err := locate(l.path)
	if err != nil {
		return t, err
	}
	name := "unread-" + filepath.Base(place.inside)
	if l.stack != nil {
		name = l.stack.Name
	}
	t.path = filepath.Join(place.dir, stateDir, "drift", name+".json")
	data, err := os.ReadFile(t.path)
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &t)
	}
	if err != nil {
		return t, fmt.Errorf("read what was told of the drift of %s: %s: %w; delete the file to be told everything again", l.path, t.path, err)
	}
	return t, nil
}

// news is what a look tells that the ones before did not. What is to be kept of
// it is returned as well.
func (t told) news(l look, drifted []plan.Change) (render.DriftNews, told) {
	news := render.DriftNews{Stack: l.path}
	if l.stack != nil {
		news.Stack = l.stack.Name
	}
	next := told{Version: 1, Failing: l.err != nil, Drift: t.Drift, path: t.path}
	if l.err != nil {
		if !t.Failing {
			news.Failure = l.err
		}
		return news, next
	}
	news.Works = t.Failing
	next.Drift = map[string]string{}
	for _, c := range drifted {
		address := c.Address.String()
		next.Drift[address] = fingerprint(c)
		if t.Drift[address] == next.Drift[address] {
			news.Known = append(news.Known, c)
		} else {
			news.New = append(news.New, c)
		}
	}
	for _, address := range slices.Sorted(maps.Keys(t.Drift)) {
		if next.Drift[address] == "" {
			news.Fixed = append(news.Fixed, address)
		}
	}
	return news, next
}

// fingerprint tells one difference from another of the same resource, and
// nothing of what differs.
func fingerprint(c plan.Change) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%q %q", c.Address, c.Action)
	for _, f := range c.Fields {
		fmt.Fprintf(sum, " %q %q %q", f.Name, provider.Format(f.Old), provider.Format(f.New))
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// keep writes the file, whole or not at all.
func (t told) keep() error {
	write := func() error {
		if err := makeStateDir(filepath.Dir(filepath.Dir(t.path))); err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(t.path), 0o700); err != nil {
			return err
		}
		data, err := json.Marshal(t)
		if err != nil {
			return err
		}
		unfinished := t.path + ".new"
		if err := os.WriteFile(unfinished, append(data, '\n'), 0o600); err != nil {
			return err
		}
		return os.Rename(unfinished, t.path)
	}
	if err := write(); err != nil {
		return fmt.Errorf("keep what was told, so that the next look does not tell it again: %w", err)
	}
	return nil
}

// tell sends the news to every receiver and keeps what was told. Where one of
// them can't be reached nothing is kept: the next look tries again.
func tell(ctx context.Context, receivers []receiver, news []render.DriftNews, next []told) error {
	if text := render.NewsText(news); text != "" {
		var failed error
		for _, r := range receivers {
			failed = errors.Join(failed, r.send(ctx, text))
		}
		if failed != nil {
			return failed
		}
	}
	var failed error
	for _, t := range next {
		failed = errors.Join(failed, t.keep())
	}
	return failed
}
