package kind

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

// recordedKey is a key that was registered with a real server, and the
// fingerprint that the server gave it.
func recordedKey(t *testing.T) (key, sum string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "testdata", "golden", "registerSSHKeyPair.json"))
	if err != nil {
		t.Fatal(err)
	}
	var recorded struct {
		Request struct{ PublicKey string }
		Body    struct {
			Answer struct {
				KeyPair struct{ Fingerprint string }
			} `json:"registersshkeypairresponse"`
		}
	}
	if err := json.Unmarshal(raw, &recorded); err != nil {
		t.Fatal(err)
	}
	return recorded.Request.PublicKey, recorded.Body.Answer.KeyPair.Fingerprint
}

func opsKey(t *testing.T) provider.Blob {
	t.Helper()
	key, _ := recordedKey(t)
	sum, err := fingerprint([]byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return provider.Blob{Sum: sum, Data: []byte(key + "\n")}
}

func TestFingerprintIsTheServers(t *testing.T) {
	key, want := recordedKey(t)
	for _, spelling := range []string{key, key + "\n", "  " + key + "\r\n"} {
		if got, err := fingerprint([]byte(spelling)); got != want || err != nil {
			t.Errorf("%q: got %s, %v, want %s", spelling, got, err, want)
		}
	}
}

func TestNoFingerprint(t *testing.T) {
	for _, content := range []string{
		"", "garbage", "ssh-rsa", "ssh-rsa !!!", "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAA",
		"-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n",
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 a\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5 b\n",
	} {
		if got, err := fingerprint([]byte(content)); err == nil {
			t.Errorf("%q: got %s", content, got)
		}
	}
}

// FuzzFingerprint: whatever somebody gives as a key, it has a fingerprint or a
// reason why not.
func FuzzFingerprint(f *testing.F) {
	f.Add([]byte("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5w1r0VbQ0kq2w6v0V2X1r7yJ3b6Qq5n2w1o8Zl1m9X user@host"))
	f.Add([]byte("ssh-rsa \x00"))
	f.Fuzz(func(t *testing.T, content []byte) {
		sum, err := fingerprint(content)
		if (err == nil) != (len(sum) == 47) {
			t.Errorf("got %q, %v", sum, err)
		}
	})
}

func TestKeyLives(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		made := b.create("sshKey", "ops", provider.Fields{"publicKey": opsKey(t)})
		b.shows(made.ID, map[string]string{"publicKey": "sum " + opsKey(t).Sum})

		// Another key under the name, by hand, shows.
		hand(b, cloudstack.DeleteSSHKeyPair{Name: "ops"})
		other := hand(b, cloudstack.CreateSSHKeyPair{Name: "ops"})
		if got := provider.Format(b.live(string(other.ID)).Fields["publicKey"]); got == "sum "+opsKey(t).Sum {
			t.Errorf("got %s", got)
		}
		remove := provider.Op{Kind: "sshKey", Name: "delete", ID: string(other.ID), LiveName: "ops"}
		b.do(remove)
		b.do(remove) // gone already
		if b.live(string(other.ID)) != nil {
			t.Error("it is still there")
		}
	})
}

func TestAffinityGroupLives(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		made := b.create("affinityGroup", "apart", provider.Fields{"type": "host anti-affinity", "description": "one host each"})
		b.shows(made.ID, map[string]string{"type": "host anti-affinity", "description": "one host each"})
		remove := provider.Op{Kind: "affinityGroup", Name: "delete", ID: made.ID, LiveName: "apart"}
		b.do(remove)
		b.do(remove) // gone already
		if b.live(made.ID) != nil {
			t.Error("it is still there")
		}
	})
}

// TestAMachineWithAnEarlierKeyShowsIt: the key was registered anew under its name,
// and the machine still lets in who has the old one.
func TestAMachineWithAnEarlierKeyShowsIt(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		b.create("sshKey", "ops", provider.Fields{"publicKey": opsKey(b.t)})
		made := b.create("vm", "web-1", machineIn(b, "sg1", provider.Fields{"sshKeys": links1("sshKey", "", "ops")}))
		b.shows(made.ID, map[string]string{"sshKeys": "[external ops]"})
		hand(b, cloudstack.DeleteSSHKeyPair{Name: "ops"})
		hand(b, cloudstack.CreateSSHKeyPair{Name: "ops"})
		b.shows(made.ID, map[string]string{"sshKeys": "[external ops as it was before]"})
		b.do(provider.Op{Kind: "vm", Name: "stop", ID: made.ID})
		b.do(provider.Op{Kind: "vm", Name: "setKeys", ID: made.ID, Fields: provider.Fields{"sshKeys": links1("sshKey", "", "ops")}})
		b.shows(made.ID, map[string]string{"sshKeys": "[external ops]"})
	})
}
