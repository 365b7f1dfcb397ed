//go:build unix

package redis_test

import (
	"testing"

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
	suite.RemembersLimits(t, map[string]func(t *testing.T, url string){
		"nothing is lost": func(*testing.T, string) {},
		"all is lost": func(t *testing.T, url string) {
			if err := client(t, url).FlushDB(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
		},
	})
}
