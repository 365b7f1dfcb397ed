package file_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/store/file"
)

// A program that is updated finds what the one before it stored, and no two keys are one file, whatever the system
// thinks of capitals.
func TestTheNamesOfFilesStayAsTheyAre(t *testing.T) {
	for key, want := range map[string]string{
		"k": "k.json", "a.b": "a.b.json", "azAZ09": "az%41%5A09.json", "a-b_c.d": "a-b_c.d.json", ".a..b": "%2Ea..b.json", "../x": "%2E.%2Fx.json",
		"a/b": "a%2Fb.json", "a`{:@[": "a%60%7B%3A%40%5B.json", "ä %": "%C3%A4%20%25.json",
		strings.Repeat("k", 200): strings.Repeat("k", 200) + ".json",
	} {
		s := &file.Store{Dir: filepath.Join(t.TempDir(), "private")}
		err := s.Update(t.Context(), key, func(_ []byte, save func([]byte) error) error { return save([]byte("v")) })
		if err != nil {
			t.Errorf("%q: %v", key, err)
			continue
		}
		all, err := os.ReadDir(s.Dir)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range all {
			if strings.HasSuffix(e.Name(), ".json") {
				names = append(names, e.Name())
			}
		}
		if !slices.Equal(names, []string{want}) {
			t.Errorf("%q is in %q, was in %q", key, names, want)
		}
	}
	s := &file.Store{Dir: t.TempDir()}
	err := s.Update(t.Context(), strings.Repeat("k", 201), func([]byte, func([]byte) error) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("a key of 201 bytes: %v", err)
	}
}
