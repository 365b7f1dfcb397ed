package ringcx_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// ownGrant is a grant of a program's own, around one of ours.
type ownGrant struct{ ringcx.Grant }

// namedGrant is one that says whom it stands for.
type namedGrant struct {
	ringcx.Grant
	name string
}

func (g namedGrant) Identity() string { return g.name }

// everyCall are the calls that a session without a name must fail.
func everyCall(ctx context.Context, s *ringcx.Session) map[string]error {
	errs := make(map[string]error)
	_, errs["Token"] = s.Token(ctx)
	_, errs["TokenFor"] = s.TokenFor(ctx, 1)
	_, errs["Status"] = s.Status(ctx)
	errs["Login"] = s.Login(ctx)
	errs["Logout"], errs["Forget"] = s.Logout(ctx), s.Forget(ctx)
	resp, err := s.Client().Get("http://localhost/voice/api/v1/admin/users") //nolint:noctx // nothing is sent
	if errs["Client"] = err; err == nil {
		_ = resp.Body.Close()
	}
	return errs
}

func TestASessionThatCouldBeAnybodysFailsEveryCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), new(ringcx.Memory)
		c, demo := v.Config(), v.Demo()
		for name, s := range map[string]*ringcx.Session{
			"a shared store":     c.NewSession(ownGrant{c.JWT(demo.JWT)}, &ringcx.SessionOptions{Store: store}),
			"a wrapped password": c.NewSession(ownGrant{c.RingCXPassword("a", "b", "")}, &ringcx.SessionOptions{Store: store}),
			"a wrapped code":     c.NewSession(ownGrant{c.AuthorizationCode("a", "b", "c")}, &ringcx.SessionOptions{Store: store}),
			"an empty name":      c.NewSession(namedGrant{c.JWT(demo.JWT), ""}, &ringcx.SessionOptions{Store: store}),
			"no grant, a store":  c.NewSession(nil, &ringcx.SessionOptions{Store: store}),
		} {
			for call, err := range everyCall(t.Context(), s) {
				var hinted interface{ Hint() string }
				if !errors.As(err, &hinted) || !strings.Contains(hinted.Hint(), "SessionOptions.Key") || !strings.Contains(err.Error(), "whose session") {
					t.Errorf("%s, %s: %v", name, call, err)
				}
			}
		}
		wantAsked(t, v, 0)
	})
}

func TestASessionThatIsNamedWorks(t *testing.T) {
	for name, session := range map[string]func(*ringcxtest.Server, ringcx.Store) *ringcx.Session{
		"a key": func(v *ringcxtest.Server, store ringcx.Store) *ringcx.Session {
			return v.Config().NewSession(ownGrant{v.Config().JWT(v.Demo().JWT)}, &ringcx.SessionOptions{Store: store, Key: "ada"})
		},
		"a grant that says": func(v *ringcxtest.Server, store ringcx.Store) *ringcx.Session {
			return v.Config().NewSession(namedGrant{v.Config().JWT(v.Demo().JWT), "ada"}, &ringcx.SessionOptions{Store: store})
		},
		"a grant that hands on": func(v *ringcxtest.Server, store ringcx.Store) *ringcx.Session {
			jwt := v.Config().JWT(v.Demo().JWT)
			return v.Config().NewSession(namedGrant{jwt, jwt.(ringcx.Identified).Identity()}, &ringcx.SessionOptions{Store: store})
		},
		"our own": func(v *ringcxtest.Server, store ringcx.Store) *ringcx.Session {
			return v.Session(&ringcx.SessionOptions{Store: store})
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			v, store := newVendor(t), new(ringcx.Memory)
			first := mustToken(t, session(v, store))
			if again := mustToken(t, session(v, store)); again.AccessToken != first.AccessToken {
				t.Errorf("%s: two sessions of one user have two lineages", name)
			}
			wantAsked(t, v, 0, loginPath, exchangePath)
		})
	}
}

func TestASessionThatKeepsItsLineageToItselfNeedsNoName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		c, demo := v.Config(), v.Demo()
		for name, opts := range map[string]*ringcx.SessionOptions{"no options": nil, "no Store": {Inline: true}} {
			first, second := c.NewSession(ownGrant{c.JWT(demo.JWT)}, opts), c.NewSession(ownGrant{c.JWT(demo.JWT)}, opts)
			for call, err := range everyCall(t.Context(), first) {
				if err != nil && call != "Client" { // whose host is not the vendor's
					t.Errorf("%s, %s: %v", name, call, err)
				}
			}
			one, other := mustToken(t, first), mustToken(t, second)
			if one.AccessToken == other.AccessToken {
				t.Errorf("%s: two sessions share what each keeps to itself", name)
			}
			if again := mustToken(t, first); again.AccessToken != one.AccessToken {
				t.Errorf("%s: a session forgot its token", name)
			}
		}
	})
}

func TestTwoUsersHaveTwoLineagesInOneStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), new(ringcx.Memory)
		c, demo := v.Config(), v.Demo()
		jwt, opts := c.JWT(demo.JWT), &ringcx.SessionOptions{Store: store}
		seen := map[string]string{}
		for name, grant := range map[string]ringcx.Grant{
			"a JWT": jwt, "ada": namedGrant{jwt, "ada"}, "ben": namedGrant{jwt, "ben"}, "Ada": namedGrant{jwt, "Ada"},
			"a code": c.AuthorizationCode("1", "r", "v"), "another code": c.AuthorizationCode("2", "r", "v"),
			"a password": c.RingCXPassword("ada", "p", ""), "another user": c.RingCXPassword("ben", "p", ""),
			"another platform": c.RingCXPassword("ada", "p", "eu"), "a legacy user": c.LegacyPassword("ada", "p", true),
		} {
			key := status(t, c.NewSession(grant, opts)).Key
			if other := seen[key]; other != "" || key == "" {
				t.Errorf("%s and %s share a lineage", name, other)
			}
			seen[key] = name
		}
	})
}

// emptyGrant brings what is no token.
type emptyGrant struct{ token *ringcx.Token }

func (g emptyGrant) Renew(context.Context, *ringcx.Token) (*ringcx.Token, error) { return g.token, nil }

func TestAGrantThatBringsNoTokenIsAnErrorThatSaysSo(t *testing.T) {
	for _, token := range []*ringcx.Token{nil, {}, {AccessToken: "two words"}, {AccessToken: "a\r\nX-Evil: 1"}} {
		synctest.Test(t, func(t *testing.T) {
			v := newVendor(t)
			_, err := v.Config().NewSession(emptyGrant{token}, &ringcx.SessionOptions{Key: "k"}).Token(t.Context())
			if err == nil || !strings.Contains(err.Error(), "the grant brought no token") {
				t.Errorf("%v", err)
			}
			wantAsked(t, v, 0)
		})
	}
}

// askedGrant is one of a program's own that counts how often it is asked.
type askedGrant struct {
	asked int
	bring func() (*ringcx.Token, error)
}

func (g *askedGrant) Renew(context.Context, *ringcx.Token) (*ringcx.Token, error) {
	g.asked++
	return g.bring()
}

func TestAGrantOfAProgramsOwnIsAskedOnceForWhatItBrings(t *testing.T) {
	c := answering(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"accessToken":"b"}`) })
	long := time.Now().Add(time.Hour)
	for name, g := range map[string]struct {
		token *ringcx.Token
		err   error
		want  string
	}{
		"with an end":         {&ringcx.Token{AccessToken: "a", Expiry: long}, nil, ""},
		"without an end":      {&ringcx.Token{AccessToken: "a"}, nil, ""},
		"a nil *Error":        {&ringcx.Token{AccessToken: "a"}, (*ringcx.Error)(nil), ""},
		"no token":            {nil, nil, "log in: the grant brought no token that can be one (RFC 6750)"},
		"neither, by a nil":   {nil, (*ringcx.Error)(nil), "log in: the grant brought no token that can be one (RFC 6750)"},
		"an empty one":        {&ringcx.Token{Expiry: long}, nil, "log in: the grant brought no token that can be one (RFC 6750)"},
		"one that has ended":  {&ringcx.Token{AccessToken: "a", Expiry: long.Add(-2 * time.Hour)}, nil, "log in: the grant brought a token that has ended"},
		"one of yesterday":    {&ringcx.Token{AccessToken: "a", Obtained: long.Add(-24 * time.Hour)}, nil, "log in: the grant brought a token that has ended"},
		"an error of its own": {nil, errors.New("no connection to the vault"), "no connection to the vault"},
	} {
		grant := &askedGrant{bring: func() (*ringcx.Token, error) { return g.token, g.err }}
		_, err := c.NewSession(grant, &ringcx.SessionOptions{MaxWait: -1}).Token(t.Context())
		if (err == nil) != (g.want == "") || err != nil && !strings.HasPrefix(err.Error(), g.want) {
			t.Errorf("%s: %v", name, err)
		}
		if grant.asked != 1 {
			t.Errorf("%s: it was asked %d times", name, grant.asked)
		}
		if name == "without an end" && !g.token.Expiry.IsZero() {
			t.Error("the program's own token was changed")
		}
	}
}
