package ringcx_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
)

// busyStore does something before the first change of a ledger.
type busyStore struct {
	*ringcx.Memory
	before func()
}

func (s *busyStore) Update(ctx context.Context, key string, fn func([]byte, func([]byte) error) error) error {
	if f := s.before; f != nil && strings.HasPrefix(key, "ledger-") {
		s.before = nil
		f()
	}
	return s.Memory.Update(ctx, key, fn)
}

func TestALineageThatUsesTheLimitUpBetweenPlanAndRequestIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), &busyStore{Memory: new(ringcx.Memory)}
		store.before = func() {
			for range 5 {
				if err := v.Session(&ringcx.SessionOptions{Store: store.Memory, Key: "other"}).Login(t.Context()); err != nil {
					t.Error(err)
				}
			}
		}
		begin := time.Now()
		if mustToken(t, v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})); time.Since(begin) < time.Minute {
			t.Errorf("a sixth login after %s", time.Since(begin))
		}
		wantNoVerdicts(t, v)
	})
}

func TestWhatCannotBeWrittenInTheLedgerIsKnownUntilItCan(t *testing.T) {
	// A login saves four times: the entry in the ledger, the intent, the answer, and what became of the entry.
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), &moodyStore{Memory: new(ringcx.Memory), fail: map[int]bool{4: true}}
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
		fault(t, v, loginPath, "retry-after", `"status":429,"retryAfter":"50"`)
		if _, err := s.Token(t.Context()); !errors.Is(err, errBroken) {
			t.Errorf("error: %v", err)
		}
		begin := time.Now()
		if mustToken(t, s); time.Since(begin) < 50*time.Second {
			t.Errorf("asked again after %s", time.Since(begin))
		}
		wantNoVerdicts(t, v)
	})
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), &moodyStore{Memory: new(ringcx.Memory), fail: map[int]bool{4: true}}
		config, base, offline := v.Config(), v.Client().Transport, true
		config.HTTPClient = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if offline {
				return nil, &net.OpError{Op: "dial", Err: errBroken}
			}
			return base.RoundTrip(r)
		})}
		s := config.NewSession(config.JWT(v.Demo().JWT), &ringcx.SessionOptions{Store: store, Key: "k"})
		if _, err := s.Token(t.Context()); err == nil {
			t.Error("a token without a network")
		}
		offline = false
		mustToken(t, s)
		if left := status(t, v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})).LoginsLeft; left != 4 {
			t.Errorf("%d logins left for others after one of five that was sent", left)
		}
	})
}

func TestAnAnswerThatCouldNotBeSavedIsForgottenWhenOthersWentOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), &moodyStore{Memory: new(ringcx.Memory)}
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
		mustToken(t, s)
		time.Sleep(6 * time.Minute)
		store.fail = map[int]bool{2: true}
		if _, err := s.Token(t.Context()); !errors.Is(err, errBroken) {
			t.Errorf("error: %v", err)
		}
		other := v.Session(&ringcx.SessionOptions{Store: store.Memory, Key: "k"})
		if err := other.Login(t.Context()); err != nil {
			t.Fatal(err)
		}
		theirs := status(t, other).Generation
		time.Sleep(6 * time.Minute) // so that there is something to write
		n := len(v.Paths())
		if !works(t, v, mustToken(t, s)) {
			t.Error("the token does not work")
		}
		wantAsked(t, v, n, refreshPath, usersPath)
		if got := status(t, s).Generation; got != theirs+1 {
			t.Errorf("generation %d after %d of the others: what they stored is gone", got, theirs)
		}
		wantNoVerdicts(t, v)
	})
}

func TestAnAnswerThatSomethingOnTheWayHadKeptIsNotTaken(t *testing.T) {
	jwt := func(iat int) string {
		claims := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"iat":%d,"exp":%d}`, iat, iat+300))
		return "e30." + claims + ".x"
	}
	for name, kept := range map[string]string{"the same": jwt(1000), "an older one": jwt(900)} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			c := answering(t, func(w http.ResponseWriter, r *http.Request) {
				asked = append(asked, r.URL.Path)
				switch {
				case strings.HasPrefix(r.URL.Path, "/restapi"):
					_, _ = io.WriteString(w, `{"access_token":"a","expires_in":3600}`)
				case strings.HasSuffix(r.URL.Path, "/refresh"):
					_, _ = fmt.Fprintf(w, `{"accessToken":%q,"refreshToken":"spent"}`, kept)
				default:
					_, _ = fmt.Fprintf(w, `{"accessToken":%q,"refreshToken":"r"}`, jwt(1000+len(asked)-2))
				}
			})
			var now time.Duration
			c.Now = func() time.Time { return time.Now().Add(now) }
			s := c.NewSession(c.JWT(jwtValue), nil)
			first := mustToken(t, s)
			now = 6 * time.Minute
			if token := mustToken(t, s); token.AccessToken == first.AccessToken || token.AccessToken == kept {
				t.Errorf("an answer that was kept is taken: %v", asked)
			}
		})
	}
}

// deafStore tells the time unless it is broken.
type deafStore struct {
	*ringcx.Memory
	broken bool
}

func (s *deafStore) Now(context.Context) (time.Time, error) {
	if s.broken {
		return time.Time{}, errBroken
	}
	return time.Now(), nil
}

func TestASessionThatNeverLearnedTheStoresTimeSendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), &deafStore{Memory: new(ringcx.Memory), broken: true}
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
		_, err := s.Token(t.Context())
		if !errors.Is(err, errBroken) || !errors.Is(s.Login(t.Context()), errBroken) || !errors.Is(s.Logout(t.Context()), errBroken) {
			t.Errorf("error: %v", err)
		}
		wantAsked(t, v, 0)
		store.broken = false
		mustToken(t, s)
		store.broken = true
		time.Sleep(6 * time.Minute)
		mustToken(t, s) // the difference is known
	})
}

func TestAFailingServerThatSaysWhenToComeBackIsObeyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		fault(t, v, loginPath, "retry-after", `"status":500,"retryAfter":"40"`)
		begin := time.Now()
		if mustToken(t, v.Session(nil)); time.Since(begin) < 40*time.Second {
			t.Errorf("asked again after %s", time.Since(begin))
		}
	})
}

func TestARefusalOfTheAppEndsNoLineage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), new(ringcx.Memory)
		opts := &ringcx.SessionOptions{Store: store, Key: "k"}
		mustToken(t, v.Session(opts))
		before := storedToken(t, store, "k", "ringcentral", "refresh_token")
		time.Sleep(2 * time.Hour)
		wrong := v.Config()
		wrong.ClientSecret = "wrong"
		fault(t, v, refreshPath, "status", `"status":401`)
		if _, err := wrong.NewSession(nil, opts).Token(t.Context()); err == nil {
			t.Error("a wrong secret brought a token")
		}
		if got := storedToken(t, store, "k", "ringcentral", "refresh_token"); got != before {
			t.Error("the refresh token is gone, though nothing was said about it")
		}
		generation := status(t, v.Session(opts)).Generation
		mustToken(t, v.Config().NewSession(nil, opts))
		if err := v.Session(opts).Login(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := status(t, v.Session(opts)).Generation; got != generation+4 {
			t.Errorf("generation %d, and after a refresh, an exchange and a login with another %d", generation, got)
		}
	})
}

// smallSigner makes a signature of two small numbers.
type smallSigner struct{ *ecdsa.PrivateKey }

func (smallSigner) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return asn1.Marshal(struct{ R, S *big.Int }{big.NewInt(1), big.NewInt(2)})
}

func TestTheNumbersOfASignatureKeepTheirPlaces(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var got []byte
	c := answering(t, func(w http.ResponseWriter, r *http.Request) {
		parts := strings.Split(r.FormValue("client_assertion"), ".")
		got, _ = base64.RawURLEncoding.DecodeString(parts[len(parts)-1])
		w.WriteHeader(http.StatusTeapot)
	})
	c.SigningKey = smallSigner{key}
	_, _ = c.JWT(jwtValue).Renew(t.Context(), nil)
	if len(got) != 64 || got[31] != 1 || got[63] != 2 {
		t.Errorf("signature %x", got)
	}
}
