//go:build unix

package redis_test

import (
	"errors"
	"testing"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
	"github.com/ringcx-go/ringcx/store/redis"
)

func TestStoresOfOneDatabaseAreInOnePlace(t *testing.T) {
	url, c := empty(t), client(t, empty(t))
	over := func() *redis.Store {
		s, err := redis.New(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		return s
	}
	a, b := open(t, url), over()
	if a.Place() != open(t, url).Place() || b.Place() != over().Place() {
		t.Error("one database is two places")
	}
	prefixed, other := open(t, url), open(t, empty(t))
	prefixed.Prefix = "mine:"
	if a.Place() == prefixed.Place() || a.Place() == other.Place() || a.Place() == b.Place() {
		t.Error("two databases are one place")
	}
}

func TestTheLimitsOutliveWhatRedisHolds(t *testing.T) {
	for name, lose := range map[string]func(t *testing.T, url string){
		"nothing is lost": func(*testing.T, string) {},
		"all is lost": func(t *testing.T, url string) {
			if err := client(t, url).FlushDB(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			url := empty(t)
			v := ringcxtest.NewServer(t, nil)
			session := func(key string) *ringcx.Session {
				return v.Session(&ringcx.SessionOptions{Store: open(t, url), Key: key, MaxWait: -1})
			}
			for _, key := range []string{"a", "b", "a", "b", "a"} {
				if err := session(key).Login(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			lose(t, url)
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
