package kind

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// fingerprint returns what CloudStack shows of a public key: the MD5 sum of
// its binary form (RFC 4716, section 4), as 16 bytes of hex joined by colons.
// The key is a line of an authorized_keys file: type, base64, comment.
func fingerprint(key []byte) (string, error) {
	if bytes.Contains(key, []byte("PRIVATE KEY")) {
		return "", errors.New("this is a private key; the cloud gets only the public one, from the file that ends in .pub")
	}
	words := strings.Fields(string(key))
	if len(words) < 2 || strings.Contains(strings.TrimSpace(string(key)), "\n") {
		return "", errors.New("a public key is one line: a type such as ssh-ed25519, the key in base64, and a comment if you like")
	}
	blob, err := base64.StdEncoding.DecodeString(words[1])
	if err != nil {
		return "", fmt.Errorf("the second word of a public key is the key in base64: %w", err)
	}
	if !bytes.HasPrefix(blob, sshString(words[0])) {
		return "", fmt.Errorf("the key in base64 isn't of the type %q that its first word names", words[0])
	}
	sum := md5.Sum(blob)
	pairs := make([]string, len(sum))
	for i, b := range sum {
		pairs[i] = fmt.Sprintf("%02x", b)
	}
	return strings.Join(pairs, ":"), nil
}

// sshString is text as the SSH protocol writes it: its length in four bytes,
// then the text.
func sshString(text string) []byte {
	n := len(text)
	return append([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}, text...)
}
