package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"
)

// cache keeps what servers answered in a directory, a file for each account and
// question. It is only a help: what can't be read or written is as if it were not
// there. Nothing secret goes into it.
type cache struct {
	dir string // "" keeps nothing
	now func() time.Time
}

// kept is the content of a file.
type kept[T any] struct {
	Asked  time.Time `json:"asked"`
	Answer T         `json:"answer"`
}

// userCache is the cache of the user who runs the process.
func userCache(now func() time.Time) cache {
	dir, err := os.UserCacheDir()
	if err != nil {
		return cache{now: now}
	}
	return cache{dir: filepath.Join(dir, "trueup"), now: now}
}

// path is where the answer to a question of an account is kept. The name begins
// with the sort of question, and tells nothing of the account.
func (c cache) path(sort string, a account, question string) string {
	sum := sha256.Sum256([]byte(string(a) + "\n" + question))
	return filepath.Join(c.dir, sort+"-"+hex.EncodeToString(sum[:12])+".json")
}

// readKept gives what is kept in a file; ok is false where it is older than good, or
// not there.
func readKept[T any](c cache, path string, good time.Duration) (answer T, ok bool) {
	if c.dir == "" {
		return answer, false
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return answer, false
	}
	var k kept[T]
	if json.Unmarshal(data, &k) != nil {
		return answer, false
	}
	if age := c.now().Sub(k.Asked); age < 0 || age > good {
		return answer, false
	}
	return k.Answer, true
}

// writeKept keeps an answer, whole or not at all.
func writeKept[T any](c cache, path string, answer T) {
	if c.dir == "" || os.MkdirAll(c.dir, 0o700) != nil {
		return
	}
	data, err := json.Marshal(kept[T]{c.now(), answer})
	if err != nil {
		return
	}
	file, err := os.CreateTemp(c.dir, "*.new") // of mode 0600
	if err != nil {
		return
	}
	defer os.Remove(file.Name()) // gone already where all went well
	_, err = file.Write(data)
	if err = errors.Join(err, file.Close()); err == nil {
		_ = os.Rename(file.Name(), path)
	}
}

// sweep removes what is kept of a sort and older than good.
func (c cache) sweep(sort string, good time.Duration) {
	files, _ := filepath.Glob(filepath.Join(c.dir, sort+"-*.json")) // the pattern is one
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && c.now().Sub(info.ModTime()) > good {
			_ = os.Remove(file)
		}
	}
}
