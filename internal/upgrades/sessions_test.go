package upgrades_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/ringcxtest"
	"github.com/ringcx-go/ringcx/store/file"
	"github.com/ringcx-go/ringcx/store/keyring"
)

// said is an error with its hint.
func said(err error) string { return fmt.Sprint(err, "\nHint: ", usage.Hint(err)) }

// secrets are those of a profile, and nobody's.
var secrets = profile.Secrets{ClientID: "app", RingCentral: "https://a.example", User: "1", ClientSecret: "made-up", JWT: "eyJ.made.up"}

func accounts(t *testing.T) *profile.Accounts {
	return &profile.Accounts{Env: &env.Env{Context: t.Context()}}
}

// session is that of a lineage in a store, before a vendor of the same seed, in a bubble, where it is always the same time.
func session(t *testing.T, store ringcx.Store, do func(vendor *ringcxtest.Server, s *ringcx.Session)) {
	synctest.Test(t, func(t *testing.T) {
		vendor := ringcxtest.NewServer(t, &ringcxtest.Options{NoSockets: true})
		do(vendor, vendor.Session(&ringcx.SessionOptions{Store: store, Key: "main", Inline: true}))
	})
}

func fill(t *testing.T, store ringcx.Store) {
	session(t, store, func(_ *ringcxtest.Server, s *ringcx.Session) {
		if _, err := s.Token(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
}

// readSession reads a session and the ledgers of its app, of which nothing is sent while its token lives.
func readSession(t *testing.T, store ringcx.Store) (err error) {
	session(t, store, func(vendor *ringcxtest.Server, s *ringcx.Session) {
		ctx := context.Background()
		token, failed := s.Token(ctx)
		if err = failed; err != nil {
			return
		}
		if _, err = s.Status(ctx); err != nil {
			return
		}
		if sent := vendor.Paths(); len(sent) > 0 || token.AccessToken == "" {
			err = fmt.Errorf("the session was not in the store: %q were sent", sent)
		}
	})
	return err
}

func makeStore(t *testing.T, dir string) {
	store := &file.Store{Dir: dir}
	fill(t, store)
	if err := accounts(t).WriteSecrets(t.Context(), store, "main", &secrets); err != nil {
		t.Fatal(err)
	}
}

func readStore(t *testing.T, dir string) error {
	store := &file.Store{Dir: dir}
	got, damage, err := accounts(t).ReadSecrets(store, "main")
	switch {
	case err != nil:
		return err
	case damage != nil:
		return &profile.DamagedCredentials{Profile: "main", Cause: damage}
	case *got != secrets:
		return errors.New("the credentials are others")
	}
	return readSession(t, store)
}

// ring is a keyring in a file.
type ring struct{ path string }

func (r ring) entries() map[string]string {
	all := map[string]string{}
	text, err := os.ReadFile(r.path)
	if err == nil {
		_ = json.Unmarshal(text, &all)
	}
	return all
}

func (r ring) Get(service, user string) (string, error) { return r.entries()[service+"/"+user], nil }

func (r ring) Set(service, user, secret string) error {
	all := r.entries()
	all[service+"/"+user] = secret
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return os.WriteFile(r.path, text, 0o600)
}

func keyringIn(dir string) *keyring.Store {
	return &keyring.Store{Dir: dir, Ring: ring{filepath.Join(dir, "ring.txt")}}
}

const kept = "what is sealed"

func makeKeyring(t *testing.T, dir string) {
	err := keyringIn(dir).Update(t.Context(), "main", func(_ []byte, save func([]byte) error) error { return save([]byte(kept)) })
	if err != nil {
		t.Fatal(err)
	}
}

// readKeyring reads what is sealed, and would change it.
func readKeyring(t *testing.T, dir string) error {
	store := keyringIn(dir)
	value, err := store.Load(t.Context(), "main")
	if err == nil && string(value) != kept {
		return fmt.Errorf("it is %q", value)
	}
	saved := store.Update(t.Context(), "main", func(_ []byte, save func([]byte) error) error { return save([]byte("changed")) })
	return cmp.Or(err, saved)
}

// madeAt is the moment of a broker's fixture.
var madeAt = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

// at is a broker whose store is a directory, and what its log says.
func at(t *testing.T, dir string) (b *broker.Broker, log *strings.Builder) {
	t.Helper()
	vendor, log := ringcxtest.NewServer(t, nil), new(strings.Builder)
	// What is stored of limits is called by the vendor's address, which has to be the same each time.
	there, config := strings.TrimPrefix(vendor.URL, "http://"), vendor.Config()
	way := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, there)
	}}
	config.Endpoint = ringcx.Endpoint{RingCentral: "http://localhost:8787", RingCX: "http://localhost:8787"}
	config.HTTPClient = &http.Client{Transport: way}
	b, err := broker.New(&broker.Options{
		Profiles: []broker.Profile{{Name: "main", Session: config.NewSession(config.JWT(vendor.Demo().JWT), nil), Endpoint: config.Endpoint}},
		Store:    &file.Store{Dir: dir}, Now: func() time.Time { return madeAt }, MaxWait: time.Second, Log: slog.New(slog.NewTextHandler(log, nil)),
		Transport: way,
	})
	if err != nil {
		t.Fatal(err)
	}
	return b, log
}

func ask(t *testing.T, b *broker.Broker, method, path, body, key string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Host = "localhost"
	r.Header.Set("Authorization", "Bearer "+key)
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w
}

const users = "/voice/api/v1/admin/accounts"

func makeBroker(t *testing.T, dir string) {
	b, _ := at(t, dir)
	key, err := b.CreateKey(t.Context(), "worker", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	w := ask(t, b, http.MethodPost, "/oauth2/token", "grant_type=client_credentials&scope=broker", key)
	var short struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &short); err != nil || short.Token == "" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := ask(t, b, http.MethodGet, users, "", key); w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	// Before it is closed: that gives back what is held of the vendor's limits.
	copied := contents(t, dir)
	b.Close()
	for name, content := range copied {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "tokens.txt"), []byte(key+"\n"+short.Token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// readBroker asks a broker with the key and the token of the fixture.
func readBroker(t *testing.T, dir string) error {
	tokens, err := os.ReadFile(filepath.Join(dir, "tokens.txt")) //nolint:gosec // a file of the test
	if err != nil {
		t.Fatal(err)
	}
	b, log := at(t, dir)
	for _, token := range strings.Fields(string(tokens)) {
		if w := ask(t, b, http.MethodGet, users, "", token); w.Code != http.StatusOK {
			err = fmt.Errorf("%d %s", w.Code, w.Body)
			break
		}
	}
	b.Close()
	if _, failed := (&broker.Keys{Store: &file.Store{Dir: dir}}).Revoke(t.Context(), "nobody"); failed != nil {
		err = errors.Join(err, failed)
	}
	if err != nil {
		return fmt.Errorf("%w\n%s", err, log)
	}
	return nil
}

func TestABrokerWhoseKeysAreOfANewerVersionSaysSoWhereItIsWatched(t *testing.T) {
	for text, want := range map[string]string{
		`{"version":1,"keys":[]}`: `"status":"ready"`, // the control
		`{"version":2,"keys":{}}`: "of a newer version: they have version 2, this program knows version 1; update this program",
	} {
		dir := t.TempDir()
		if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // the owner's alone
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "ringcx-broker%2Fkeys.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		b, _ := at(t, dir)
		w := ask(t, b, http.MethodGet, "/readyz", "", "")
		if !strings.Contains(w.Body.String(), want) || strings.Contains(w.Body.String(), "does not answer") {
			t.Errorf("%s: %d %s, want %q", text, w.Code, w.Body, want)
		}
		b.Close()
	}
}
