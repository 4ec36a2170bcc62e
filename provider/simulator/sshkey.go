package simulator

import (
	"crypto/md5"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// An sshKey is a public key with a name.
type sshKey struct {
	row
	Account   string
	Name      string
	PublicKey string
}

func (w *world) keyNamed(accountID, name string) *sshKey {
	for _, k := range w.Keys.Rows {
		if k.Account == accountID && k.Name == name {
			return k
		}
	}
	return nil
}

func registerSSHKeyPair(c *call) (object, *apiError) {
	w := c.world
	a, err := c.owner()
	if err != nil {
		return nil, err
	}
	name, public := c.params["name"], strings.TrimSpace(c.params["publickey"])
	if keyMaterial(public) == nil {
		return nil, invalid("Public key is invalid")
	}
	if w.keyNamed(a.ID, name) != nil {
		return nil, invalid("A key pair with name '%s' already exists for this account.", name)
	}
	if slices.ContainsFunc(w.Keys.Rows, func(k *sshKey) bool { return k.Account == a.ID && k.PublicKey == public }) {
		return nil, invalid("A key pair with key '%s' already exists for this account.", public)
	}
	k := w.Keys.add(&sshKey{row: row{ID: w.newID()}, Account: a.ID, Name: name, PublicKey: public})
	return object{{"keypair", w.renderKey(k)}}, nil
}

func createSSHKeyPair(c *call) (object, *apiError) {
	w := c.world
	a, err := c.owner()
	if err != nil {
		return nil, err
	}
	name := c.params["name"]
	if w.keyNamed(a.ID, name) != nil {
		return nil, invalid("A key pair with name '%s' already exists.", name)
	}
	private, public := w.newKeyPair()
	k := w.Keys.add(&sshKey{row: row{ID: w.newID()}, Account: a.ID, Name: name, PublicKey: public})
	return object{{"keypair", append(object{{"privatekey", private}}, w.renderKey(k)...)}}, nil
}

func deleteSSHKeyPair(c *call) (object, *apiError) {
	w := c.world
	a, err := c.owner()
	if err != nil {
		return nil, err
	}
	k := w.keyNamed(a.ID, c.params["name"])
	if k == nil {
		e := invalid("A key pair with name '%s' does not exist for account %s in specified domain id", c.params["name"], a.Name)
		e.uuids = []object{{{"uuid", domainID}, {"description", "domainId"}}}
		return nil, e
	}
	w.Keys.remove(k.ID)
	return succeeded(), nil
}

func listSSHKeyPairs(c *call) (object, *apiError) {
	keep, err := c.listFilter()
	if err != nil {
		return nil, err
	}
	var found []*sshKey
	for _, k := range slices.Backward(c.world.Keys.Rows) {
		if keep(k.Account, k.ID, k.Name) && c.keyword(k.Name) && (c.params["fingerprint"] == "" || c.params["fingerprint"] == fingerprint(k.PublicKey)) {
			found = append(found, k)
		}
	}
	return page(c, "sshkeypair", found, c.world.renderKey)
}

func (w *world) renderKey(k *sshKey) object {
	o := append(object{{"id", k.ID}, {"name", k.Name}}, w.ownedBy(k.Account)...)
	return append(o, object{
		{"domainid", domainID}, {"domain", domainName}, {"fingerprint", fingerprint(k.PublicKey)}, {"hasannotations", false},
	}...)
}

// keyMaterial returns the bytes of a public key in OpenSSH's form, or nil where it is none.
func keyMaterial(public string) []byte {
	parts := strings.Fields(public)
	if len(parts) < 2 || !strings.HasPrefix(parts[0], "ssh-") && !strings.HasPrefix(parts[0], "ecdsa-") {
		return nil
	}
	material, err := base64.StdEncoding.DecodeString(parts[1])
	if err != nil || len(material) == 0 {
		return nil
	}
	return material
}

// fingerprint is MD5 over the key's bytes, in pairs of hex.
func fingerprint(public string) string {
	sum := md5.Sum(keyMaterial(public))
	parts := make([]string, len(sum))
	for i, b := range sum {
		parts[i] = fmt.Sprintf("%02x", b)
	}
	return strings.Join(parts, ":")
}

// newKeyPair draws a key pair. It has the form of RSA and is too small to protect anything: nothing here needs protecting, and a
// small key costs no time.
func (w *world) newKeyPair() (private, public string) {
	r := w.draw()
	prime := func() *big.Int {
		for {
			p := new(big.Int).SetUint64(r.Uint64() | 1<<63 | 1<<62 | 1)
			if p.ProbablyPrime(10) {
				return p
			}
		}
	}
	e, one := big.NewInt(65537), big.NewInt(1)
	for {
		p, q := prime(), prime()
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		d := new(big.Int).ModInverse(e, phi)
		if p.Cmp(q) == 0 || d == nil {
			continue
		}
		key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537}, D: d, Primes: []*big.Int{p, q}}
		block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
		return string(pem.EncodeToMemory(block)), "ssh-rsa " + base64.StdEncoding.EncodeToString(sshWire(e, key.N))
	}
}

// sshWire writes an RSA key as SSH does (RFC 4253, 6.6).
func sshWire(e, n *big.Int) []byte {
	var b []byte
	put := func(p []byte) { b = append(binary.BigEndian.AppendUint32(b, uint32(len(p))), p...) }
	put([]byte("ssh-rsa"))
	for _, x := range []*big.Int{e, n} {
		p := x.Bytes()
		if p[0]&0x80 != 0 {
			p = append([]byte{0}, p...)
		}
		put(p)
	}
	return b
}
