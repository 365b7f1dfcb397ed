// Package testkeeper keeps in memory what a sandbox has had kept, so that a test of anything else is also one of that. Only
// tests import it.
package testkeeper

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ringcx-go/ringcx/sandbox"
)

// Records are what a sandbox has had kept outside namespaces, by kind and key. They are a [sandbox.Keeper] that begins empty.
type Records map[string]map[string]json.RawMessage

// Namespaces are none.
func (Records) Namespaces() ([]string, error) { return nil, nil }

// Load has nothing to give.
func (Records) Load(string, func(sandbox.Record) error) error { return nil }

// Save keeps the records, but for those of a namespace.
func (k Records) Save(namespace string, replace bool, records []sandbox.Record) error {
	if namespace != "" {
		return nil
	}
	if replace {
		clear(k)
	}
	for _, r := range records {
		if k[r.Kind] == nil {
			k[r.Kind] = map[string]json.RawMessage{}
		}
		if k[r.Kind][r.Key] = r.Value; r.Value == nil {
			delete(k[r.Kind], r.Key)
		}
		if len(k[r.Kind]) == 0 {
			delete(k, r.Kind)
		}
	}
	return nil
}

// WantAll fails the test unless the records are what the server knows: what is in its snapshot. The password is that of
// its console, or "".
func (k Records) WantAll(t testing.TB, server http.Handler, password string) {
	t.Helper()
	r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "https://127.0.0.1/_sandbox/snapshot", nil)
	if password != "" {
		r.SetBasicAuth("", password)
	}
	w := httptest.NewRecorder()
	server.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("there is no snapshot: %d: %s", w.Code, w.Body)
	}
	var now struct {
		Records Records `json:"records"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &now); err != nil {
		t.Fatal(err)
	}
	same := maps.EqualFunc(now.Records, k, func(a, b map[string]json.RawMessage) bool {
		return maps.EqualFunc(a, b, func(a, b json.RawMessage) bool { return bytes.Equal(a, b) })
	})
	if same {
		return
	}
	if diff := cmp.Diff(decoded(t, now.Records), decoded(t, k)); diff != "" {
		t.Errorf("what was kept is not what the server knows (- server, + kept):\n%s", diff)
	}
}

// decoded are records as values, of which it does not matter how they are written.
func decoded(t testing.TB, k Records) (all map[string]map[string]any) {
	t.Helper()
	raw, err := json.Marshal(k)
	if err == nil {
		err = json.Unmarshal(raw, &all)
	}
	if err != nil {
		t.Fatal(err)
	}
	return all
}
