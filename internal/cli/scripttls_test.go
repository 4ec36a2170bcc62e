package cli

import (
	"encoding/pem"
	"io"
	"log"
	"net/http/httptest"
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// startTLS serves a script's cloud behind a certificate that nobody trusts yet.
func startTLS(ts *testscript.TestScript, _ bool, _ []string) {
	server := httptest.NewUnstartedServer(cloudOf(ts).server)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of clients that hang up
	server.StartTLS()
	ts.Defer(server.Close)
	ts.Setenv("CLOUDSTACK_ENDPOINT", server.URL+"/client/api")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	ts.Check(os.WriteFile(ts.MkAbs("ca.pem"), certificate, 0o644))
}
