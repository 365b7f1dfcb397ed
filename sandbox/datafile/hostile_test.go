package datafile_test

import (
	"bytes"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
	"github.com/ringcx-go/ringcx/sandbox/datafile"
)

func TestAHostileDayKeepsTheSeedOfTheFirstStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "box.db")
	day := func(seed uint64, do func(*sandbox.Server)) string {
		t.Helper()
		file, err := datafile.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		s, err := sandbox.New(&sandbox.Options{Hosts: []string{"example.com"}, Keeper: file, Seed: seed, Hostile: 0.15})
		if err != nil {
			t.Fatal(err)
		}
		do(s)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("GET", "/_sandbox/faults", nil))
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		return w.Body.String()
	}
	some := func(s *sandbox.Server) {
		for range 20 {
			s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/restapi", nil))
		}
	}
	same := func(*sandbox.Server) {}
	first := day(7, some)
	if !strings.Contains(first, `"seed":7`) || !strings.Contains(first, `"requests":20`) {
		t.Fatalf("the day is %s", first)
	}
	if got := day(0, same); got != first {
		t.Errorf("started again without a seed it is %s, want %s", got, first)
	}
	own := func(s *sandbox.Server) {
		var b bytes.Buffer
		if err := s.Snapshot(&b); err != nil {
			t.Fatal(err)
		}
		if err := s.Restore(&b); err != nil {
			t.Fatal(err)
		}
	}
	if got := day(0, own); got != first {
		t.Errorf("after its own snapshot it is %s, want %s", got, first)
	}
}
