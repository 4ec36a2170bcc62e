package simulator

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"slices"
	"strings"
	"time"
)

// signature computes what a request must be signed with: every parameter but the signature, sorted by its
// name as it was sent (case-sensitively), joined as a query, lower-cased, HMAC-SHA1, base64.
// Values are encoded as Java's URLEncoder does, with %20 for the space; names are not encoded.
func signature(parameters map[string]string, secret string) string {
	names := make([]string, 0, len(parameters))
	for name := range parameters {
		if !strings.EqualFold(name, "signature") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var text []byte
	for i, name := range names {
		if i > 0 {
			text = append(text, '&')
		}
		text = append(append(text, name...), '=')
		text = appendJavaEncoded(text, parameters[name])
	}
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(strings.ToLower(string(text))))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func appendJavaEncoded(b []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == '*':
			b = append(b, c)
		default:
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return b
}

// authenticate finds the user who signed a request, or fails with the one text that CloudStack has for every way
// to get it wrong. The names of the parameters that sign are matched without regard to case.
//
// Whether a signature has expired is judged by the wall clock: Advance lets things fall due, and clients know nothing of it.
func (w *world) authenticate(parameters map[string]string) (*user, *apiError) {
	var key, given, version, expires string
	for name, value := range parameters {
		switch strings.ToLower(name) {
		case "apikey":
			key = value
		case "signature":
			given = value
		case "signatureversion":
			version = value
		case "expires":
			expires = value
		}
	}
	u := w.userByKey[key]
	if u == nil || given == "" || u.State != "enabled" {
		return nil, errCredentials
	}
	if version == "3" && !w.stillValid(expires) {
		return nil, errCredentials
	}
	if !hmac.Equal([]byte(given), []byte(signature(parameters, u.Secret))) {
		return nil, errCredentials
	}
	return u, nil
}

// stillValid tells whether a version 3 signature may still be used.
func (w *world) stillValid(expires string) bool {
	for _, layout := range []string{"2006-01-02T15:04:05-0700", "2006-01-02T15:04:05Z"} {
		if t, err := time.Parse(layout, expires); err == nil {
			return !w.config.Now().After(t)
		}
	}
	return false
}
