package file_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
	"github.com/ringcx-go/ringcx/store/file"
)

func TestStoresOfOneDirectoryAreInOnePlace(t *testing.T) {
	t.Chdir(t.TempDir())
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	place := func(dir string) string { return (&file.Store{Dir: dir}).Place() }
	if place("a") != place(filepath.Join(dir, "a")) || place("a/") != place("./b/../a") {
		t.Error("one directory is two places")
	}
	if place("a") == place("b") || place("a") == place("a/b") {
		t.Error("two directories are one place")
	}
}

func TestTheLimitsOutliveTheDirectory(t *testing.T) {
	for name, lose := range map[string]func(dir string) error{
		"nothing is lost":   func(string) error { return nil },
		"without directory": os.RemoveAll,
		"without files": func(dir string) error {
			files, err := filepath.Glob(filepath.Join(dir, "*"))
			for _, f := range files {
				if err == nil {
					err = os.Remove(f)
				}
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "state")
			synctest.Test(t, func(t *testing.T) {
				v := ringcxtest.NewServer(t, &ringcxtest.Options{NoSockets: true})
				begin := time.Now()
				for i := range 6 {
					if i == 5 {
						if err := lose(dir); err != nil {
							t.Fatal(err)
						}
					}
					s := v.Session(&ringcx.SessionOptions{Store: &file.Store{Dir: dir}, Key: "k", Inline: true})
					if i%2 == 0 {
						s = v.Session(&ringcx.SessionOptions{Store: &file.Store{Dir: dir}, Key: "other"})
					}
					if err := s.Login(t.Context()); err != nil {
						t.Fatal(err)
					}
					defer func() { _, _ = s.Status(t.Context()) }() // as long as it lives, the process knows
				}
				if waited := time.Since(begin); waited < time.Minute || waited > 2*time.Minute {
					t.Errorf("the sixth login came after %s", waited)
				}
				if got := v.Verdicts(); len(got) > 0 {
					t.Errorf("the vendor would object: %v", got)
				}
			})
		})
	}
}
