package cloudstack

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// UserData is what a machine reads at its first start, in the clear: a script,
// a cloud-config, or anything, gzipped or not. It is encoded to base64 once, on
// its way out, and decoded on its way in; nil is absent, empty and not nil
// clears it. The server takes 32,768 bytes of base64 by default
// (vm.userdata.max.length).
type UserData []byte

// maxUnzipped bounds what Text makes of a few kilobytes.
const maxUnzipped = 16 << 20

// Text is the user data, unpacked when it is gzipped.
func (u UserData) Text() (string, error) {
	if !bytes.HasPrefix(u, []byte{0x1f, 0x8b}) {
		return string(u), nil
	}
	r, err := gzip.NewReader(bytes.NewReader(u))
	if err != nil {
		return "", fmt.Errorf("user data begins like gzip and is not: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(r, maxUnzipped+1))
	if err != nil {
		return "", fmt.Errorf("user data begins like gzip and is not: %w", err)
	}
	if len(text) > maxUnzipped {
		return "", fmt.Errorf("user data unpacks to more than %d bytes", maxUnzipped)
	}
	return string(text), nil
}

// String tells the size only: user data often holds passwords.
func (u UserData) String() string { return fmt.Sprintf("user data of %d bytes", len(u)) }

// Format keeps every verb of fmt, %x and %s included, from showing the bytes.
func (u UserData) Format(f fmt.State, _ rune) { io.WriteString(f, u.String()) }

// LogValue tells slog the size only.
func (u UserData) LogValue() slog.Value { return slog.StringValue(u.String()) }

// MarshalJSON tells the size only.
func (u UserData) MarshalJSON() ([]byte, error) { return json.Marshal(u.String()) }

// base64 is the form on the wire.
func (u UserData) base64() string { return base64.StdEncoding.EncodeToString(u) }

// alreadyEncoded tells whether the bytes look like base64 of user data: that
// encoded twice the machine would not understand.
func (u UserData) alreadyEncoded() bool {
	text, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(u)))
	if err != nil || len(text) == 0 {
		return false
	}
	for _, start := range []string{"#!", "#cloud-config", "#include", "## template:", "Content-Type:", "MIME-Version:", "\x1f\x8b"} {
		if bytes.HasPrefix(text, []byte(start)) {
			return true
		}
	}
	return false
}

// parseUserData reads what a server sends: base64, or the clear text that some
// send instead.
func parseUserData(s string) UserData {
	if text, err := base64.StdEncoding.DecodeString(s); err == nil {
		return text
	}
	return UserData(s)
}
