package cli

import (
	"os"
	"path/filepath"
	"testing"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestEveryWayToWriteARemoteIsOneOrigin(t *testing.T) {
	want := "git.example.org/team/shop"
	for _, remote := range []string{
		"https://git.example.org/team/shop",
		"https://git.example.org/team/shop.git",
		"https://git.example.org/team/shop/",
		"https://someone:ghp_secret@git.example.org/team/shop.git",
		"https://GIT.example.org:443/team/shop.git",
		"ssh://git@git.example.org:2222/team/shop.git",
		"git@git.example.org:team/shop.git",
		"git.example.org:team/shop",
	} {
		if got := sameURL(remote); got != want {
			t.Errorf("sameURL(%q) = %q, want %q", remote, got, want)
		}
	}
	for _, other := range []string{"https://git.example.org/team/other", "/srv/git/shop.git", ""} {
		if got := sameURL(other); got == want {
			t.Errorf("sameURL(%q) = %q", other, got)
		}
	}
}

func TestOriginIsThatOfTheRemoteAndThePath(t *testing.T) {
	const config = "[core]\n\tbare = false\n[remote \"fork\"]\n\turl = https://x/fork\n[remote \"origin\"]\n\turl = https://x/shop\n\tfetch = +refs\n"
	clone, second, bare := t.TempDir(), t.TempDir(), t.TempDir()
	write(t, filepath.Join(clone, ".git/config"), config)
	write(t, filepath.Join(second, ".git/config"), config)
	write(t, filepath.Join(bare, ".git/config"), "[core]\n")
	// A worktree of the first clone.
	tree := t.TempDir()
	write(t, filepath.Join(tree, ".git"), "gitdir: "+filepath.Join(clone, ".git/worktrees/tree")+"\n")
	write(t, filepath.Join(clone, ".git/worktrees/tree/commondir"), "../..\n")
	for _, root := range []string{clone, second, bare, tree} {
		write(t, filepath.Join(root, "stacks/shop/stack.yaml"), "")
		write(t, filepath.Join(root, "stacks/other/stack.yaml"), "")
	}
	of := func(path, declared string) string {
		t.Helper()
		place, err := locate(path)
		if err != nil {
			t.Fatal(err)
		}
		return origin(place, declared)
	}
	want := of(filepath.Join(clone, "stacks/shop"), "")
	if want == "" {
		t.Fatal("a clone with a remote has no origin")
	}
	for _, same := range []string{filepath.Join(second, "stacks/shop"), filepath.Join(tree, "stacks/shop")} {
		if got := of(same, ""); got != want {
			t.Errorf("%s has origin %q, want %q", same, got, want)
		}
	}
	if of(filepath.Join(clone, "stacks/other"), "") == want {
		t.Error("two stacks of one repository have the same origin")
	}
	if got := of(filepath.Join(bare, "stacks/shop"), ""); got != "" {
		t.Errorf("without a remote the origin is %q", got)
	}
	if got := of(filepath.Join(bare, "stacks/shop"), "shop of the platform team"); got == "" || got == want {
		t.Errorf("a declared origin gives %q", got)
	}
}

func TestTheBorderOfAStackIsItsRepository(t *testing.T) {
	repo, alone := t.TempDir(), t.TempDir()
	write(t, filepath.Join(repo, ".git/config"), "")
	write(t, filepath.Join(repo, "stacks/shop/stack.yaml"), "")
	write(t, filepath.Join(alone, "shop/stack.yaml"), "")
	for _, test := range []struct{ path, root, inside string }{
		{filepath.Join(repo, "stacks/shop"), repo, "stacks/shop"},
		{filepath.Join(repo, "stacks/shop/stack.yaml"), repo, "stacks/shop/stack.yaml"},
		{filepath.Join(alone, "shop"), filepath.Join(alone, "shop"), "."},
		{filepath.Join(alone, "shop/stack.yaml"), filepath.Join(alone, "shop"), "stack.yaml"},
	} {
		got, err := locate(test.path)
		if err != nil || got.root != test.root || got.inside != test.inside {
			t.Errorf("locate(%s) = %s, %s, %v; want %s, %s", test.path, got.root, got.inside, err, test.root, test.inside)
		}
	}
}
