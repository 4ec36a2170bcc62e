package cloudstack_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/trueup/trueup/provider/cloudstack"
)

// TestOnceOnly holds what is not tried again, although it looks like a read that
// may work a moment later.
func TestOnceOnly(t *testing.T) {
	t.Run("a command that is named like a read and makes something", func(t *testing.T) {
		calls := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			calls++
			if r.Method != http.MethodPost {
				t.Errorf("sent by %s", r.Method)
			}
			w.WriteHeader(http.StatusServiceUnavailable)
		}))
		defer server.Close()
		_, err := once(t, server).Raw(t.Context(), "getUploadParamsForVolume", nil)
		if err == nil || calls != 1 {
			t.Errorf("sent %d times: %v", calls, err)
		}
	})
	t.Run("a server whose certificate is not to be trusted", func(t *testing.T) {
		server := httptest.NewUnstartedServer(http.NotFoundHandler())
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		defer server.Close()
		if _, err := once(t, server).Raw(t.Context(), "listZones", nil); err == nil {
			t.Error("it was trusted")
		}
	})
}

// once is a client that must not wait to try again.
func once(t *testing.T, server *httptest.Server) *cloudstack.Client {
	policy := cloudstack.DefaultRetry()
	policy.Backoff = func(int) time.Duration {
		t.Error("it is tried again")
		return 0
	}
	c, err := cloudstack.New(server.URL, cloudstack.Credentials{APIKey: "key", SecretKey: "secret"}, cloudstack.WithRetry(policy))
	if err != nil {
		t.Fatal(err)
	}
	return c
}
