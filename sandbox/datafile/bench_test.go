package datafile_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
	"github.com/ringcx-go/ringcx/sandbox/datafile"
)

// BenchmarkSave is what an answer of the sandbox costs when it is kept: of a state of 5,000 records, one changes, and the
// log has a new entry and loses an old one.
func BenchmarkSave(b *testing.B) {
	f, err := datafile.Open(filepath.Join(b.TempDir(), "box.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // what counts are the saves
	value := []byte(`{"v":"` + strings.Repeat("x", 600) + `"}`)
	var all []sandbox.Record
	for i := range 5_000 {
		all = append(all, sandbox.Record{Kind: "session", Key: fmt.Sprint(i), Value: value})
	}
	if err := f.Save("", true, all); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		err := f.Save("", false, []sandbox.Record{
			{Kind: "session", Key: fmt.Sprint(n % 5_000), Value: value},
			{Kind: "request", Key: fmt.Sprint(n), Value: value},
			{Kind: "request", Key: fmt.Sprint(n - 1_000)},
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
