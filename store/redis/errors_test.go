//go:build unix

package redis_test

import (
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/testservers"
	"github.com/ringcx-go/ringcx/store/internal/lease/leasetest"
)

func TestErrorsSayWhatToDoAndNeverThePassword(t *testing.T) {
	url := suite.Start(t).URL()
	suite.Errors(t, map[string][2]string{
		"wrong password":    {strings.Replace(url, ":"+testservers.Password, ":canary", 1), "check user and password"},
		"no password":       {strings.Replace(url, ":"+testservers.Password+"@", "", 1), "put user and password"},
		"nobody answers":    {"redis://u:canary@127.0.0.1:1/0", "check that Redis runs"},
		"not a URL":         {"canary", "write redis://"},
		"a port of letters": {"redis://u:p@canary:canary@h:xx/0", "write redis://"},
		"a bad escape":      {"redis://u:%zzcanary@h/0", "write redis://"},
		"a wrong option":    {"redis://u:canary@h/0?canary=1", "write redis://"},
		"a wrong database":  {"redis://u:canary@h/canary", "write redis://"},
	})
}

func TestAPasswordThatIsNotEncodedIsNeverTakenForTheNameOfAHost(t *testing.T) {
	all := map[string][2]string{}
	for _, password := range []string{
		"1/canary", "1/0?canary", "1?canary", "1#canary", "p@canary#q", "p@canary/q", "p@canary?q", "p@canary?client_name=q", "p@canary:5#q", "p@canary/0#q",
	} {
		all[password] = [2]string{"redis://u:" + password + "@127.0.0.1:1/0", "# as %23"}
	}
	suite.Errors(t, all)
	suite.Errors(t, map[string][2]string{
		"what the driver reads as it is meant": {"redis://u:p@canary:q&r=s,t@127.0.0.1:1/0", "check that Redis runs"},
		"what is encoded":                      {"redis://u:canary%40q%2Fr%23s@127.0.0.1:1/0?client_name=a%40b", "check that Redis runs"},
	})
}

func TestAUserWithFewRightsIsEnoughAndWhatCannotBeAskedIsReported(t *testing.T) {
	url := empty(t)
	admin := client(t, url)
	limited := strings.Replace(url, ":"+testservers.Password, "limited:x", 1)
	rights := []any{"ACL", "SETUSER", "limited", "reset", "on", ">x", "~ringcx:*", "+ping", "+select"}
	if err := admin.Do(t.Context(), rights...).Err(); err != nil {
		t.Fatal(err)
	}
	s := open(t, limited)
	wantWarning(t, s, "does not say")
	_, err := s.Load(t.Context(), "k")
	leasetest.WantHint(t, err, "ACL SETUSER")
	// What the hint grants, less the questions about the configuration.
	for _, right := range []string{"&ringcx:*", "+@hash", "+@scripting", "+@pubsub", "+time", "+del"} {
		if err := admin.Do(t.Context(), "ACL", "SETUSER", "limited", right).Err(); err != nil {
			t.Fatal(err)
		}
	}
	leasetest.Save(t, s, "k", "v")
	if got := leasetest.Load(t, s, "k"); got != "v" {
		t.Errorf("the store holds %q", got)
	}
}

func TestSettingsThatLoseWritesAreNamed(t *testing.T) {
	s := other(t, "appendonly yes", "maxmemory-policy allkeys-lru")
	store := open(t, s.URL())
	wantWarning(t, store, "appendfsync everysec")
	wantWarning(t, store, "allkeys-lru")
}

func TestStoresWithDifferentPrefixesDoNotMeet(t *testing.T) {
	url := empty(t)
	a, b := open(t, url), open(t, url)
	b.Prefix = "other:"
	leasetest.Save(t, a, "k", "a")
	if got := leasetest.Load(t, b, "k"); got != "" {
		t.Errorf("the other store holds %q", got)
	}
	leasetest.Save(t, b, "k", "b")
	if got := leasetest.Load(t, a, "k"); got != "a" {
		t.Errorf("the store holds %q", got)
	}
}

func TestNoCodeOfTheStoreReadsTheClock(t *testing.T) { leasetest.ReadsNoClock(t) }

func TestASaveThatArrivesLateDoesNotUndoALaterOne(t *testing.T) { suite.SavesInOrder(t) }
