package cloudstack

import (
	"net/url"
	"strings"
)

// AllRequests are the zero values of all requests of the package, for tests that
// range over them.
func AllRequests() []Request {
	return append(generatedRequests(),
		ActivateIP6{}, CreateUser{}, DeleteReverseDNSFromPublicIPAddress{}, DeleteReverseDNSFromVirtualMachine{}, DeleteUser{},
		DisableAccount{}, EnableAccount{}, ListHosts{}, MigrateVirtualMachine{}, PrepareTemplate{}, QueryReverseDNSForPublicIPAddress{},
		QueryReverseDNSForVirtualMachine{}, ResetUserDataForVirtualMachine{}, UpdateHost{}, UpdateNetworkOffering{}, UpdateResourceLimit{},
		UpdateReverseDNSForPublicIPAddress{}, UpdateReverseDNSForVirtualMachine{}, UpdateSecurityGroup{},
	)
}

// OpenEnvelope, Parse and Decode are what fuzz targets and decoding tests need
// of the inside of the package.
func OpenEnvelope(command string, body []byte) (map[string]any, error) {
	o, _, err := openEnvelope(command, body)
	return o, err
}

func Parse(raw []byte) (any, error) { return parse(raw) }

func Decode(v, dst any) error { return decode(v, dst) }

// ItemsOf and ResourceOf are what a list and a result consist of.
func ItemsOf(inside map[string]any) ([]any, error) {
	items, _, err := object(inside).list()
	return items, err
}

func ResourceOf(inside map[string]any) any { return object(inside).resource() }

// FailureOf is the error that an answer describes, nil when it describes none.
func FailureOf(command string, status int, inside map[string]any) *APIError {
	e := object(inside).failure()
	if e != nil {
		e.Command, e.HTTPStatus = command, status
	}
	return e
}

// StringToSign is what signatures are made of.
func StringToSign(p map[string]string) string { return stringToSign(p) }

// Wire is what is sent of parameters, signed.
func Wire(values url.Values, key Secret) string {
	p := params{}
	for k := range values {
		p[k] = values.Get(k)
	}
	p["signature"] = sign(p, key)
	return p.wire()
}

// ValidText is a text as it goes over the wire: valid UTF-8.
func ValidText(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
