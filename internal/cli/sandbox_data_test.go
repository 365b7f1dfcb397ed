package cli_test

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAFileOfTheFormBeforeIsAnErrorWithTheWayOut(t *testing.T) {
	raw, err := os.ReadFile("../../sandbox/datafile/testdata/layout1.db")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "box.db")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	_, errs := newPerson(t).types(2, "sandbox", "--listen", "127.0.0.1:0", "--data", path)
	want := "ringcx: --data " + path + ": is an SQLite database, as an older ringcx kept it, and is left as it is: start with another file, " +
		"or save a snapshot with that ringcx (its console, or GET /_sandbox/snapshot) and start from that\n" +
		"hint: give another file, and with --snapshot what that ringcx saved\n"
	if errs != want {
		t.Errorf("it says %q", errs)
	}
}
