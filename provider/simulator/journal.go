package simulator

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A journal is the file behind a simulator. Its lines are a header, the whole world as it once was, and every change
// since then as the request that made it: a world depends on nothing but its seed and what was done to it and when.
// Each line begins with its checksum. A change is written before it is made, and made before it is answered, so that
// whatever was acknowledged is with the operating system however the process ends. Changes are not synced to the disk one by one:
// when the system itself goes down the file may end earlier, but what is there is whole, and the world it begins with is synced.
type journal struct {
	path  string
	file  *os.File
	lock  *os.File
	lines int   // changes in the file
	err   error // why nothing can be written any more
}

// journalFormat changes when older programs could not read the file.
const journalFormat = 1

// A journalHeader keeps what the changes depend on beside the world.
type journalHeader struct {
	Format       int
	Flavour      Flavour
	Seed         uint64
	ExpungeDelay time.Duration
	Latency      Latency
	Host         Host
	Limits       map[string]int64
	Reinstall    bool
}

// A change is a request that may have changed the world, or a movement of the clock.
type change struct {
	At      time.Time
	User    string            `json:",omitempty"`
	Params  map[string]string `json:",omitempty"`
	Advance time.Duration     `json:",omitempty"`
	Fault   *jobFault         `json:",omitempty"`
}

func headerOf(c *Config) journalHeader {
	return journalHeader{journalFormat, c.Flavour, c.Seed, c.ExpungeDelay, c.Latency, c.Host, c.Limits, c.Reinstall}
}

// apply makes a config what it was when the changes were made.
func (h journalHeader) apply(c Config) Config {
	c.Flavour, c.Seed, c.ExpungeDelay, c.Latency, c.Host, c.Limits, c.Reinstall =
		h.Flavour, h.Seed, h.ExpungeDelay, h.Latency, h.Host, h.Limits, h.Reinstall
	return c
}

// openJournal locks a state file and reads it. The world is nil where the file is new. Torn says how many bytes of a change that
// was being written when a process died were dropped; such a change was never acknowledged.
func openJournal(path string, config Config, center *datacentre) (*journal, *world, int, error) {
	if dir := filepath.Dir(path); !isDir(dir) {
		return nil, nil, 0, fmt.Errorf("open state %s: there is no directory %s; make it first, or name a file in another one", path, dir)
	}
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, nil, 0, fmt.Errorf("open state %s: %w", path, err)
	}
	j := &journal{path: path, lock: lock}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return j, nil, 0, nil
	}
	if err != nil {
		return nil, nil, 0, errors.Join(fmt.Errorf("open state %s: %w", path, err), j.close())
	}
	w, torn, err := replay(data, config, center)
	if err != nil {
		err = fmt.Errorf("open state %s: %w; move the file away to start with a new cloud", path, err)
		return nil, nil, 0, errors.Join(err, j.close())
	}
	return j, w, torn, nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// replay reads a state file's lines and makes its world.
func replay(data []byte, config Config, center *datacentre) (w *world, torn int, err error) {
	lines := bufio.NewReader(bytes.NewReader(data))
	var past *Config
	for number := 1; ; number++ {
		line, readErr := lines.ReadBytes('\n')
		if readErr == io.EOF && len(line) == 0 {
			break
		}
		if readErr == io.EOF && number > 2 {
			return w, len(line), nil
		}
		content, ok := checked(line)
		if !ok {
			return nil, 0, fmt.Errorf("line %d is damaged", number)
		}
		switch number {
		case 1:
			var h journalHeader
			if err := json.Unmarshal(content, &h); err != nil {
				return nil, 0, fmt.Errorf("line 1: %w", err)
			}
			if h.Format != journalFormat {
				return nil, 0, fmt.Errorf("it has format %d and this program reads format %d", h.Format, journalFormat)
			}
			if h.Flavour != config.Flavour {
				return nil, 0, fmt.Errorf("it is of a cloud of flavour %q, not %q", h.Flavour, config.Flavour)
			}
			c := h.apply(config)
			past = &c
		case 2:
			if w, err = readWorld(content, past, center); err != nil {
				return nil, 0, fmt.Errorf("line 2: %w", err)
			}
		default:
			var c change
			if err := json.Unmarshal(content, &c); err != nil {
				return nil, 0, fmt.Errorf("line %d: %w", number, err)
			}
			w.repeat(c)
		}
	}
	if w == nil {
		return nil, 0, errors.New("it is empty")
	}
	return w, 0, nil
}

// checked takes the checksum off a line; ok is false where it does not fit or the line has no end.
func checked(line []byte) (content []byte, ok bool) {
	sum, content, found := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(" "))
	if !found || !bytes.HasSuffix(line, []byte("\n")) {
		return nil, false
	}
	return content, string(sum) == checksum(content)
}

func checksum(content []byte) string { return fmt.Sprintf("%08x", crc32.ChecksumIEEE(content)) }

func appendLine(b []byte, v any) ([]byte, error) {
	content, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	b = append(append(b, checksum(content)...), ' ')
	return append(append(b, content...), '\n'), nil
}

// write adds a change. After a failure nothing more is written: the file must not have gaps.
func (j *journal) write(c change) error {
	if j.err != nil {
		return j.err
	}
	line, err := appendLine(nil, c)
	if err == nil {
		_, err = j.file.Write(line)
	}
	if err != nil {
		j.err = fmt.Errorf("write state %s: %w", j.path, err)
		return j.err
	}
	j.lines++
	return nil
}

// rewrite replaces the file by one that holds the world as it is and no changes.
func (j *journal) rewrite(config *Config, w *world) error {
	content, err := appendLine(nil, headerOf(config))
	if err == nil {
		var saved savedWorld
		if saved, err = w.save(); err == nil {
			content, err = appendLine(content, saved)
		}
	}
	if err != nil {
		return fmt.Errorf("write state %s: %w", j.path, err)
	}
	next, err := os.OpenFile(j.path+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	if _, err = next.Write(content); err == nil {
		err = next.Sync()
	}
	if err == nil {
		err = os.Rename(next.Name(), j.path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(j.path))
	}
	if err != nil {
		next.Close()
		return fmt.Errorf("write state %s: %w", j.path, err)
	}
	if j.file != nil {
		j.file.Close() // every write to it was checked
	}
	j.file, j.lines = next, 0
	return nil
}

// syncDir makes the names in a directory last. Systems whose directories can't be opened for that need no help.
func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

func (j *journal) close() error {
	var err error
	if j.file != nil {
		err = j.file.Close()
	}
	return errors.Join(err, unlockFile(j.lock))
}

// savedWorld is a world as the state file holds it.
type savedWorld struct {
	World  *world
	Source []byte // of chance
}

func (w *world) save() (savedWorld, error) {
	source, err := w.Source.MarshalBinary()
	return savedWorld{w, source}, err
}

func readWorld(content []byte, config *Config, center *datacentre) (*world, error) {
	w := newWorld(config, center)
	saved := savedWorld{World: w}
	if err := json.Unmarshal(content, &saved); err != nil {
		return nil, err
	}
	if err := w.Source.UnmarshalBinary(saved.Source); err != nil {
		return nil, err
	}
	w.reindex()
	return w, nil
}

// repeat makes a change once more, as it was made before.
func (w *world) repeat(c change) {
	w.settle(c.At)
	if c.Advance != 0 {
		w.Offset += c.Advance
		return
	}
	u := w.Users.get(c.User)
	cmd := w.center.commands[c.Params["command"]]
	if u == nil || cmd == nil {
		return // of a program that knew more
	}
	again := &call{world: w, cmd: cmd, params: lowered(c.Params), user: u, account: w.Accounts.get(u.Account), fault: c.Fault}
	again.run() // the answer was given then
}
