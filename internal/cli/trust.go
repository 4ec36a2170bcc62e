package cli

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"

	"github.com/trueup/trueup/provider/cloudstack"
)

// trust says whose certificates a client believes: the flags go before what the
// profile's file says. Not to verify is said aloud.
func trust(p *process, o cloudOptions, profile *cloudstack.Profile) ([]cloudstack.Option, error) {
	const danger = "anybody in between can read and change everything"
	switch {
	case o.caFile != "":
		profile.Insecure = false
		transport, err := trusting(o.caFile)
		if err != nil {
			return nil, err
		}
		return []cloudstack.Option{cloudstack.WithHTTPClient(&http.Client{Transport: transport})}, nil
	case o.insecure:
		profile.Insecure = true
		p.say("Warning: --insecure: the server's certificate is not verified: %s\n", danger)
	case profile.Insecure:
		p.say("Warning: %s says not to verify the server's certificate: %s\n", profile.Source, danger)
	}
	return nil, nil
}

// trusting is a transport that believes the certificates in a PEM file and no
// others.
func trusting(file string) (*http.Transport, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, usagef("--ca-file: %w", err)
	}
	authorities := x509.NewCertPool()
	if !authorities.AppendCertsFromPEM(pem) {
		return nil, usagef("--ca-file %s: there is no certificate in it; expected PEM, beginning with -----BEGIN CERTIFICATE-----", file)
	}
	base, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return nil, fmt.Errorf("--ca-file: this program's transport is a %T, which has no certificates", http.DefaultTransport)
	}
	transport := base.Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: authorities}
	transport.MaxIdleConnsPerHost = 64 // calls in parallel keep their connections
	return transport, nil
}
