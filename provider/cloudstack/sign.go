package cloudstack

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

// Sign gives the signature of parameters, signature itself excluded: names
// sorted by bytes, values encoded as Java's URLEncoder does with a space as
// %20, names not encoded, everything lower-cased, HMAC-SHA1, base64. Of a
// repeated parameter the last value counts, as on the server.
func Sign(p url.Values, key Secret) string {
	single := params{}
	for name, values := range p {
		if len(values) > 0 {
			single[name] = values[len(values)-1]
		}
	}
	return sign(single, key)
}

func sign(p params, key Secret) string {
	mac := hmac.New(sha1.New, []byte(key.Reveal()))
	mac.Write([]byte(stringToSign(p)))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// stringToSign is the text that the server computes from a request, too.
func stringToSign(p params) string {
	var b strings.Builder
	for _, name := range p.sortedNames() {
		if name == "signature" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(name + "=")
		javaEncode(&b, p[name])
	}
	return strings.ToLower(b.String())
}

// javaEncode writes s as java.net.URLEncoder does for UTF-8, with a space as
// %20: letters, digits and - _ . * stay, every other byte is escaped. Go's
// url.QueryEscape differs in the asterisk and in the tilde. Invalid UTF-8
// becomes U+FFFD, as it does on its way through a Java server.
func javaEncode(b *strings.Builder, s string) {
	const hex = "0123456789ABCDEF"
	for _, c := range []byte(strings.ToValidUTF8(s, "\uFFFD")) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == '*':
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
}

// wire is the query or form that is sent: names and values encoded, in the
// order that was signed, the signature last.
func (p params) wire() string {
	names := slices.DeleteFunc(p.sortedNames(), func(n string) bool { return n == "signature" })
	var b strings.Builder
	for _, name := range append(names, "signature") {
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		javaEncode(&b, name)
		b.WriteByte('=')
		javaEncode(&b, p[name])
	}
	return b.String()
}
