//go:build !race

// What is here is sent in masses, or is about memory: with the race detector it takes too long, or is other than it is.
package cli_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestAListWithoutAnEndIsAnError(t *testing.T) {
	p := newPerson(t)
	n := lister(p, "/voice/list", func(a asked) (int, int) { return a.page * a.rows, a.page*a.rows + a.rows })
	_, errs := p.pipes(1, "api", "GET", "/voice/list", "--paginate", "--page-size", "1")
	if !strings.Contains(errs, "the list is not whole") || *n != 10000 {
		t.Errorf("%d requests: %s", *n, errs)
	}
}

func TestAnAnswerOfAnySizePassesByInLittleMemory(t *testing.T) {
	const long, size = 80 << 20, 24 << 20 // the first is more than is ever read whole
	p := newPerson(t)
	ends := map[string]string{"/voice/long": "]", "/voice/damaged": "]]", "/voice/unended": "", "/voice/two": "] []"}
	before(p, func(w http.ResponseWriter, r *http.Request) bool {
		end, ok := ends[r.URL.Path]
		switch {
		case r.URL.Path == "/voice/text":
			w.Header().Set("Content-Type", "text/csv")
			for range long / len(row) {
				_, _ = io.WriteString(w, row)
			}
			return true
		case ok:
			rowsOf(w, map[bool]int{true: size, false: 2 << 20}[r.URL.Path == "/voice/long"], end)
		}
		return ok
	})
	start := held()
	for path, size := range map[string]int64{"/voice/long": size, "/voice/text": long - int64(len(row))} {
		s := &scale{}
		code, errs := p.runs(s, false, "api", path)
		if code != 0 || s.n < size || errs != "" {
			t.Errorf("%s: exit code %d, %d bytes ending in %q, %q", path, code, s.n, s.last, errs)
		}
		if grown := int64(s.heap) - int64(start); grown > 8<<20 { //nolint:gosec // it fits
			t.Errorf("%s: %d MiB of memory for an answer of %d MiB", path, grown>>20, s.n>>20)
		}
	}
	for path := range ends {
		if path == "/voice/long" {
			continue
		}
		s := &scale{}
		if code, errs := p.runs(s, false, "api", path); code != 1 || s.n < 2<<20 || !strings.Contains(errs, "the answer is damaged") {
			t.Errorf("%s: exit code %d, %d bytes, %q", path, code, s.n, errs)
		}
	}
}
