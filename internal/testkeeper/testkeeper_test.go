package testkeeper_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ringcx-go/ringcx/internal/testkeeper"
	"github.com/ringcx-go/ringcx/sandbox"
)

// told is a test that is told of failures.
type told struct {
	testing.TB
	failed bool
}

func (*told) Helper() {}

func (t *told) Errorf(string, ...any) { t.failed = true }

func TestWhatWasNotKeptOrKeptForTooLongIsFound(t *testing.T) {
	kept := testkeeper.Records{}
	s, err := sandbox.New(&sandbox.Options{Keeper: kept, Hosts: []string{"example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/restapi", nil)
	s.ServeHTTP(httptest.NewRecorder(), r)
	found := func() bool {
		seen := &told{TB: t}
		kept.WantAll(seen, s, "")
		return seen.failed
	}
	if len(kept) == 0 || found() {
		t.Errorf("a difference is found in %d kinds that are as they are", len(kept))
	}
	for kind, all := range kept {
		for key, value := range all {
			all[key] = append(json.RawMessage(" "), value...)
			if found() {
				t.Errorf("a blank is a difference in %s %s", kind, key)
			}
			all[key] = json.RawMessage(`"else"`)
			if !found() {
				t.Errorf("another value of %s %s is not found", kind, key)
			}
			delete(all, key)
			if !found() {
				t.Errorf("that %s %s was not kept is not found", kind, key)
			}
			all[key] = value
		}
	}
	kept["more"] = map[string]json.RawMessage{"": json.RawMessage("1")}
	if !found() {
		t.Error("what is kept for too long is not found")
	}
}
