package cli

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// findGit looks for a repository in dir and above. git is its .git: a directory,
// or a file in a worktree.
func findGit(dir string) (root, git string, ok bool) {
	for {
		git := filepath.Join(dir, ".git")
		if _, err := os.Stat(git); err == nil {
			return dir, git, true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", "", false
		}
		dir = parent
	}
}

// origin tells whose stack it is: a hash of what the file declares, else of the
// repository's remote and of the stack's path in it. It is "" where neither is
// known.
func origin(p place, declared string) string {
	id := declared
	if id == "" {
		remote := gitRemote(p.git)
		if remote == "" {
			return ""
		}
		id = remote + "\n" + p.inside
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:16])
}

// gitRemote returns the URL of the remote "origin", "" where there is none, in
// one form for every way to write it: "git@host:shop.git" and
// "https://user:token@host/shop" are the same repository.
func gitRemote(git string) string {
	if git == "" {
		return ""
	}
	config, err := os.ReadFile(filepath.Join(commonDir(git), "config"))
	if err != nil {
		return ""
	}
	return sameURL(configURL(config))
}

// commonDir is where a repository's configuration lies; in a worktree .git is a
// file that names the way there.
func commonDir(git string) string {
	text, err := os.ReadFile(git)
	if err != nil { // a directory
		return git
	}
	dir := strings.TrimSpace(strings.TrimPrefix(string(text), "gitdir:"))
	dir = from(filepath.Dir(git), dir)
	if common, err := os.ReadFile(filepath.Join(dir, "commondir")); err == nil {
		return from(dir, strings.TrimSpace(string(common)))
	}
	return dir
}

func from(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// configURL finds the url of [remote "origin"] in a git configuration.
func configURL(config []byte) string {
	section := ""
	for lines := bufio.NewScanner(bytes.NewReader(config)); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "[") {
			section = line
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if ok && section == `[remote "origin"]` && strings.TrimSpace(key) == "url" {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return ""
}

// sameURL leaves host and path of a remote: no scheme, user, password, port or
// ".git".
func sameURL(remote string) string {
	if remote == "" {
		return ""
	}
	host, path := "", remote
	if u, err := url.Parse(remote); err == nil && u.Host != "" {
		host, path = u.Hostname(), u.Path
	} else if before, after, ok := strings.Cut(remote, ":"); ok && !strings.Contains(before, "/") {
		host, path = before[strings.LastIndex(before, "@")+1:], after
	}
	return strings.ToLower(host) + "/" + strings.TrimSuffix(strings.Trim(path, "/"), ".git")
}
