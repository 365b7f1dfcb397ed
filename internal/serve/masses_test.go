//go:build !race

// What is here is sent in masses, or is about memory: with the race detector it takes too long, or is other than it is.
package serve_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

func TestAConnectionThatIsCutMakesRoomForAnother(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tls")
	for name, url := range map[string]string{"plain": startSandbox(t, ""), "TLS": startSandbox(t, dir)} {
		client := http.DefaultClient
		if name == "TLS" {
			client = trusting(t, dir, false)
		}
		resp, err := client.Post(url+"/_sandbox/faults", "application/json", strings.NewReader(`{"path":"/restapi","kind":"reset","times":2000}`))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		for range 1_100 {
			if resp, err := client.Get(url + "/restapi"); err == nil {
				_ = resp.Body.Close()
				t.Fatalf("%s: it was answered %d", name, resp.StatusCode)
			}
		}
		if resp, err = client.Get(url + "/_sandbox/state"); err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
}
