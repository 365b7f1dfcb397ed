package serve_test

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
)

func TestANamespaceThatHadAnAddressIsLetGoOf(t *testing.T) {
	url := startSandbox(t, "")
	do := func(method, path, body string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, url+"/_sandbox/"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close() //nolint:errcheck // it was read
		if said, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s %s: %d %s, %v", method, path, resp.StatusCode, said, err)
		}
	}
	inUse := func() int {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc) //nolint:gosec // far from the limit
	}
	do(http.MethodPost, "namespaces", `{"name":"stays"}`)
	before := inUse()
	const times = 200
	for i := range times {
		do(http.MethodPost, "namespaces", fmt.Sprintf(`{"name":"n%d"}`, i))
		do(http.MethodDelete, fmt.Sprintf("namespaces/n%d", i), "")
	}
	if grown := inUse() - before; grown > times*(8<<10) {
		t.Errorf("each of %d takes %d KiB after its end", times, grown/times>>10)
	}
	before = inUse()
	for i := range 50 {
		do(http.MethodPost, "namespaces", fmt.Sprintf(`{"name":"n%d"}`, i))
	}
	if grown := inUse() - before; grown < 50*(12<<10) {
		t.Errorf("each of those that are there takes %d KiB only", grown/50>>10)
	}
	do(http.MethodPost, "namespaces", `{"name":"stays"}`)
}
