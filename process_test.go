package ringcx_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/ringcx-go/ringcx"
)

func TestTheNextProcessSignsByTheVendorsClockAtOnce(t *testing.T) {
	refused := 0
	c := answering(t, func(w http.ResponseWriter, r *http.Request) {
		there := time.Now().Add(3 * time.Hour)
		w.Header().Set("Date", there.UTC().Format(http.TimeFormat))
		w.Header().Set("Content-Type", "application/json")
		if assertion := r.FormValue("client_assertion"); assertion != "" {
			parsed, err := jwt.ParseSigned(assertion, []jose.SignatureAlgorithm{jose.HS256})
			var claims jwt.Claims
			if err != nil || parsed.Claims([]byte(longSecret), &claims) != nil || claims.ValidateWithLeeway(jwt.Expected{Time: there}, time.Minute) != nil {
				refused++
				w.WriteHeader(http.StatusBadRequest)
				_, _ = io.WriteString(w, `{"error":"invalid_client","error_description":"the assertion has expired"}`)
				return
			}
		}
		_, _ = io.WriteString(w, `{"access_token":"a","expires_in":3600,"accessToken":"b","refreshToken":"r"}`)
	})
	c.SecretJWT, c.ClientSecret = true, longSecret
	store := new(ringcx.Memory)
	process := func() *ringcx.Session {
		return c.NewSession(c.JWT(jwtValue), &ringcx.SessionOptions{Store: store, Key: "k"})
	}
	mustToken(t, process())
	if refused != 1 { // control: the first could not know
		t.Fatalf("%d signatures were refused", refused)
	}
	if err := process().Login(t.Context()); err != nil || refused != 1 {
		t.Errorf("a login: %d signatures were refused, %v", refused, err)
	}
	if err := process().Logout(t.Context()); err != nil || refused != 1 {
		t.Errorf("a logout: %d signatures were refused, %v", refused, err)
	}
}

// watchedBody tells when it is closed.
type watchedBody struct {
	io.ReadCloser
	closed func()
}

func (b watchedBody) Close() error {
	b.closed()
	return b.ReadCloser.Close()
}

func TestTheBodyOfEveryAnswerIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		c, base := v.Config(), v.Client().Transport
		answers, closed := 0, map[int]bool{}
		c.HTTPClient = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			resp, err := base.RoundTrip(r)
			if err == nil {
				n := answers
				answers++
				resp.Body = watchedBody{resp.Body, func() { closed[n] = true }}
			}
			return resp, err
		})}
		s := c.NewSession(c.JWT(v.Demo().JWT), nil)
		mustToken(t, s)
		time.Sleep(6 * time.Minute)
		fault(t, v, refreshPath, "status", `"status":500`)
		mustToken(t, s)
		if err := s.Logout(t.Context()); err != nil {
			t.Fatal(err)
		}
		if answers < 5 || len(closed) != answers {
			t.Errorf("%d of %d answers were closed", len(closed), answers)
		}
	})
}

func TestAGrantStaysWithTheAppThatItWasMadeFor(t *testing.T) {
	var apps []string
	c := answering(t, func(w http.ResponseWriter, r *http.Request) {
		if id, _, ok := r.BasicAuth(); ok {
			apps = append(apps, id)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"access_token":"a","expires_in":3600,"accessToken":"b","refreshToken":"r"}`)
	})
	other := *c
	other.ClientID = "other"
	mustToken(t, c.NewSession(c.JWT(jwtValue), nil))
	mustToken(t, c.NewSession(other.JWT(jwtValue), nil))
	if !slices.Equal(apps, []string{"client", "other"}) {
		t.Errorf("logged in as %q", apps)
	}
}

func TestAQuietTimeThatCouldNotBeSavedIsThatOfOneHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), &moodyStore{Memory: new(ringcx.Memory)}
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
		mustToken(t, s)
		time.Sleep(4*time.Minute + 30*time.Second)
		fault(t, v, loginPath, "retry-after", `"status":429,"retryAfter":"600"`)
		store.fail = map[int]bool{4: true} // the ledger's entry, the intent, the answer, and the ledger's correction
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Login(ctx); err == nil {
			t.Fatal("a login in a quiet time")
		}
		if store.saves != 4 {
			t.Fatalf("%d saves", store.saves)
		}
		time.Sleep(40 * time.Second) // the token has ended, the quiet time has not
		from := len(v.Paths())
		mustToken(t, s)
		wantAsked(t, v, from, refreshPath)
		if err := s.Login(ctx); err == nil { // control: the other host's goes on
			t.Error("a login in a quiet time that was not written down")
		}
		wantAsked(t, v, from, refreshPath)
	})
}

func TestALegacyAnswerWithoutATokenSaysSo(t *testing.T) {
	for body, want := range map[string]string{`{}`: "holds no token", `{"authToken":""}`: "holds no token", `{"authToken":"a b"}`: "cannot be one"} {
		c := answering(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, body)
		})
		if _, err := c.LegacyPassword("u", "p", false).Renew(t.Context(), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
}
