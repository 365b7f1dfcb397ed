package ringcx_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/store/file"
)

// witness sees all that goes over the wire, and remembers the secrets in it.
type witness struct {
	base http.RoundTripper

	mu      sync.Mutex // guards secrets
	secrets map[string]string
}

func (w *witness) learn(kind, value string) {
	if len(value) < 8 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.secrets[value] = kind
}

// RoundTrip implements http.RoundTripper.
func (w *witness) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil && req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		sent, _ := io.ReadAll(body)
		form, _ := url.ParseQuery(string(sent))
		for _, name := range []string{"assertion", "refresh_token", "rcAccessToken", "token", "client_assertion", "code", "code_verifier", "password"} {
			w.learn(name+" as sent", form.Get(name))
		}
	}
	resp, err := w.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(answer), failing{err}))
	var fields map[string]any
	_ = json.Unmarshal(answer, &fields)
	for _, name := range []string{"access_token", "refresh_token", "accessToken", "refreshToken", "authToken", "loginHashcode"} {
		if v, ok := fields[name].(string); ok {
			w.learn(name+" as received", v)
		}
	}
	return resp, nil
}

// failing ends a body the way it ended.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}

// shown are the ways in which programs print what they hold.
func shown(out io.Writer, values ...any) {
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			_, _ = fmt.Fprintf(out, verb+"\n", v)
		}
		if b, err := json.Marshal(v); err == nil {
			_, _ = out.Write(b)
		}
		slog.New(slog.NewJSONHandler(out, nil)).Info("x", "v", v)
		if err, ok := v.(error); ok {
			for ; err != nil; err = errors.Unwrap(err) {
				_, _ = fmt.Fprintf(out, "%v %+v %#v\n", err, err, err)
			}
		}
	}
}

// day has a session go through everything that can go wrong, and shows whatever a program can get hold of.
func day(t *testing.T, dir string, tell func(...any)) (secrets map[string]string, printed string) {
	v := newVendor(t)
	w := &witness{base: v.Client().Transport, secrets: map[string]string{}}
	c := v.Config()
	c.HTTPClient = &http.Client{Transport: w}
	w.learn("client secret", c.ClientSecret)
	w.learn("JWT", v.Demo().JWT)
	var out bytes.Buffer
	var mu sync.Mutex // guards out, which the log and the test write to
	log := slog.New(slog.NewTextHandler(locked{&mu, &out}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	grant := c.JWT(v.Demo().JWT)
	s := c.NewSession(grant, &ringcx.SessionOptions{Store: &file.Store{Dir: dir}, Key: "k", Log: log, Inline: true})
	for _, kind := range []string{"status", "html", "truncate", "large", "reset", "retry-after", "drop-answer"} {
		for _, path := range []string{loginPath, exchangePath, refreshPath, usersPath, revokePath} {
			fault(t, v, path, kind, `"status":401`)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			token, err := s.TokenFor(ctx, 4*time.Minute)
			st, statusErr := s.Status(ctx)
			resp, callErr := s.Client().Get(v.URL + "/voice/api/v1/admin/users") //nolint:noctx // the session's client
			if callErr == nil {
				_ = resp.Body.Close()
			}
			cancel()
			mu.Lock()
			shown(locked{nil, &out}, token, err, st, statusErr, callErr, s, c, grant)
			mu.Unlock()
			time.Sleep(3 * time.Minute)
		}
	}
	err := s.Logout(t.Context())
	mu.Lock()
	defer mu.Unlock()
	shown(&out, err, s, v.Requests())
	tell(len(w.secrets), "secrets,", out.Len(), "bytes printed")
	return w.secrets, out.String()
}

// locked is a writer that several write to.
type locked struct {
	mu *sync.Mutex // nil: the caller holds it
	w  io.Writer
}

func (l locked) Write(p []byte) (int, error) {
	if l.mu != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
	}
	return l.w.Write(p)
}

// leaked are the secrets in a text, as they are and as other programs write them down.
func leaked(secrets map[string]string, text string) (kinds []string) {
	for secret, kind := range secrets {
		for _, form := range []string{secret, url.QueryEscape(secret), fmt.Sprintf("%x", secret)} {
			if strings.Contains(text, form) {
				kinds = append(kinds, kind)
				break
			}
		}
	}
	return kinds
}

func TestNoSecretIsInAnythingThatAProgramGetsHoldOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outside := t.TempDir()
		dir := filepath.Join(outside, "store")
		secrets, printed := day(t, dir, func(v ...any) { t.Log(v...) })
		if kinds := leaked(secrets, printed); len(kinds) > 0 {
			t.Errorf("printed: %q", kinds)
		}
		if len(secrets) < 20 || !strings.Contains(printed, "failed") {
			t.Errorf("a day with %d secrets and %d bytes of output shows nothing", len(secrets), len(printed))
		}
		err := filepath.WalkDir(outside, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) == ".json" && filepath.Dir(path) == dir {
				return err
			}
			value, err := os.ReadFile(path)
			if kinds := leaked(secrets, string(value)); len(kinds) > 0 {
				t.Errorf("%s holds %q", path, kinds)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		// The control: what a Store holds is found.
		if kinds := leaked(map[string]string{"k4711-secret": "canary"}, "%x is 6b343731312d736563726574"); len(kinds) != 1 {
			t.Error("a secret in hexadecimal is not found")
		}
	})
}
