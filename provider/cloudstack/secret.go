package cloudstack

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// redacted is what stands in the place of a secret in everything that is
// printed, logged or traced.
const redacted = "REDACTED"

// Secret is text that no way of printing shows: a secret key, a password, a
// private key. [Secret.Reveal] gives it.
type Secret string

// Reveal is the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String hides the secret; an empty one prints as nothing.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// Format hides the secret from every verb of fmt, wrong ones included.
func (s Secret) Format(f fmt.State, verb rune) {
	if verb == 'q' || f.Flag('#') {
		fmt.Fprintf(f, "%q", s.String())
		return
	}
	io.WriteString(f, s.String())
}

// LogValue hides the secret from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON hides the secret from JSON.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// Credentials are the keys of a user. Printed in any way they show neither.
type Credentials struct {
	APIKey    Secret
	SecretKey Secret
}
