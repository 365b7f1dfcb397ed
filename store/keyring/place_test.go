package keyring_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
	"github.com/ringcx-go/ringcx/store/keyring"
)

func TestTheLimitsOutliveWhatTheDirectoryHolds(t *testing.T) {
	for name, lose := range map[string]func(t *testing.T, dir string){
		"nothing is lost": func(*testing.T, string) {},
		"all is lost": func(t *testing.T, dir string) {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, r := filepath.Join(t.TempDir(), "state"), &ring{}
			v := ringcxtest.NewServer(t, nil)
			session := func(key string) *ringcx.Session {
				return v.Session(&ringcx.SessionOptions{Store: &keyring.Store{Dir: dir, Ring: r}, Key: key, MaxWait: -1})
			}
			for _, key := range []string{"a", "b", "a", "b", "a"} {
				if err := session(key).Login(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			lose(t, dir)
			var e *ringcx.Error
			if err := session("b").Login(t.Context()); !errors.As(err, &e) || !e.Limited() {
				t.Errorf("the sixth login in a minute: %v", err)
			}
			if got := v.Verdicts(); len(got) > 0 {
				t.Errorf("the vendor would object: %v", got)
			}
		})
	}
}
