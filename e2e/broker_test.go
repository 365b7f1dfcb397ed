package e2e_test

import (
	"net/http/httptest"
	"os"
	"testing"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// brokerFor is a broker, and what other people's clients need to use it: nothing but its address, and a key.
func brokerFor(t *testing.T) (env map[string]string, vendor *ringcxtest.Server) {
	t.Helper()
	vendor = ringcxtest.NewServer(t, nil)
	b, err := broker.New(&broker.Options{
		Profiles: []broker.Profile{{Name: "main", Session: vendor.Session(nil), Endpoint: vendor.Config().Endpoint}}, Store: new(ringcx.Memory),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	key, err := b.CreateKey(t.Context(), "worker", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewUnstartedServer(nil)
	web.Config = b.Server()
	web.Start()
	t.Cleanup(web.Close)
	return map[string]string{
		"BROKER": web.URL, "CALLER": "worker", "KEY": key, "PATH": os.Getenv("PATH"), "HOME": t.TempDir(), "NO_PROXY": "127.0.0.1",
		"AUTHLIB_INSECURE_TRANSPORT": "1",
	}, vendor
}

func TestOpenIDClientUsesABrokerAsItIs(t *testing.T) {
	env, vendor := brokerFor(t)
	wantSame(t, node(t, env, "openid-client-broker.mjs"), map[string]any{
		"status": 200, "accounts": 3, "active": []any{true, false}, "refresh": []any{nil, nil}, "own": true, "refused": "OAUTH_WWW_AUTHENTICATE_CHALLENGE",
	})
	wantOneLogin(t, vendor)
}

func TestAuthlibUsesABrokerAsItIs(t *testing.T) {
	env, vendor := brokerFor(t)
	wantSame(t, python(t, env, "authlib, requests", "authlib_broker.py"), map[string]any{
		"status": []any{200, 200}, "accounts": 3, "renewed": true, "posted": true, "active": true, "refused": "invalid_client",
	})
	wantOneLogin(t, vendor)
}

// wantOneLogin wants the vendor to have been asked for one login, whoever logged in at the broker.
func wantOneLogin(t *testing.T, vendor *ringcxtest.Server) {
	t.Helper()
	logins := 0
	for _, path := range vendor.Paths() {
		if path == "POST /restapi/oauth/token" {
			logins++
		}
	}
	if logins != 1 {
		t.Errorf("%d logins at the vendor: %q", logins, vendor.Paths())
	}
}
