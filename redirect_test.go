package ringcx_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx"
)

// stranger is a host that notes what reaches it.
func stranger(t *testing.T) (server *httptest.Server, got *[]string) {
	t.Helper()
	got = new([]string)
	server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*got = append(*got, r.Header.Get("Authorization")+r.Header.Get("X-Auth-Token")+string(body))
	}))
	t.Cleanup(server.Close)
	return server, got
}

// redirecting answers paths with a redirect: /STATUS/to?URL; anything else with who was signed in.
func redirecting(w http.ResponseWriter, r *http.Request) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		if strings.HasPrefix(r.URL.Path, "/"+http.StatusText(status)) {
			w.Header().Set("Location", r.URL.RawQuery)
			w.WriteHeader(status)
			return
		}
	}
	if r.URL.Path == "/loop" {
		http.Redirect(w, r, "/loop", http.StatusFound)
		return
	}
	body, _ := io.ReadAll(r.Body)
	_, _ = io.WriteString(w, r.Header.Get("Authorization")+" "+string(body))
}

func send(t *testing.T, client *http.Client, method, address string) (string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Auth-Token", "of the caller")
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

func TestNoRedirectToAnotherHostIsFollowed(t *testing.T) {
	other, got := stranger(t)
	api := httptest.NewServer(http.HandlerFunc(redirecting))
	defer api.Close()
	client := (&ringcx.Config{Endpoint: ringcx.Endpoint{RingCX: api.URL}}).Client(&numbered{})
	otherPort := strings.TrimPrefix(other.URL, "http://127.0.0.1")
	for _, to := range []string{
		other.URL + "/x", "HTTP://127.0.0.1" + otherPort, "//127.0.0.1" + otherPort + "/x", strings.Replace(api.URL, "http:", "https:", 1),
		strings.Replace(api.URL, "127.0.0.1", "localhost", 1), "http://evil.example/", "http://me@" + strings.TrimPrefix(other.URL, "http://"), "ftp://127.0.0.1/",
	} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
				_, err := send(t, client, method, api.URL+"/"+strings.ReplaceAll(http.StatusText(status), " ", "%20")+"?"+to)
				var hinted interface{ Hint() string }
				if err == nil || !strings.Contains(err.Error(), "redirects to another host, ") || !errors.As(err, &hinted) || hinted.Hint() == "" {
					t.Errorf("%s, %d to %s: %v", method, status, to, err)
				}
			}
		}
	}
	if len(*got) != 0 {
		t.Errorf("another host got %q", *got)
	}
	// The control: within the host it is followed, signed.
	for _, to := range []string{"/x", api.URL + "/x", "HTTP://127.0.0.1" + strings.TrimPrefix(api.URL, "http://127.0.0.1")} {
		if answer, err := send(t, client, http.MethodPost, api.URL+"/Temporary%20Redirect?"+to); err != nil || answer != "Bearer t1 body" {
			t.Errorf("307 to %s: %q, %v", to, answer, err)
		}
	}
	if _, err := send(t, client, http.MethodGet, api.URL+"/loop"); err == nil {
		t.Error("redirects without an end are followed")
	}
	// And a client of somebody else's does follow, so that this test could have failed.
	if _, err := send(t, &http.Client{}, http.MethodPost, api.URL+"/Temporary%20Redirect?"+other.URL); err != nil || !slices.Equal(*got, []string{"of the callerbody"}) {
		t.Errorf("the other host got %q, %v", *got, err)
	}
}

func TestAProgramsOwnRuleForRedirectsIsAskedToo(t *testing.T) {
	other, got := stranger(t)
	api := httptest.NewServer(http.HandlerFunc(redirecting))
	defer api.Close()
	var asked []string
	var says error
	own := &http.Client{CheckRedirect: func(req *http.Request, _ []*http.Request) error {
		asked = append(asked, req.URL.Path)
		return says
	}}
	session := (&ringcx.Config{Endpoint: ringcx.Endpoint{RingCX: api.URL}, HTTPClient: own}).Client(&numbered{})
	if _, err := send(t, session, http.MethodPost, api.URL+"/Found?"+other.URL+"/a"); err == nil {
		t.Error("a redirect is followed because the program's rule allows it")
	}
	if answer, err := send(t, session, http.MethodPost, api.URL+"/Temporary%20Redirect?/b"); err != nil || answer != "Bearer t1 body" {
		t.Errorf("%q, %v", answer, err)
	}
	says = http.ErrUseLastResponse
	if answer, err := send(t, session, http.MethodPost, api.URL+"/Found?"+other.URL+"/c"); err != nil || answer != "" {
		t.Errorf("a program that wants to see redirects: %q, %v", answer, err)
	}
	if !slices.Equal(asked, []string{"/a", "/b", "/c"}) || len(*got) != 0 {
		t.Errorf("asked about %q, the other host got %q", asked, *got)
	}
}

func TestATokenRequestThatIsRedirectedSaysWhere(t *testing.T) {
	other, got := stranger(t)
	for _, status := range []int{301, 302, 303, 307, 308} {
		to := other.URL + "/\u202ex?secret"
		c := answering(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", to)
			w.WriteHeader(status)
		})
		for what, f := range map[string]func() error{
			"a login":    func() error { _, err := c.JWT(jwtValue).Renew(t.Context(), nil); return err },
			"a refresh":  func() error { _, err := c.Refresh(t.Context(), &ringcx.Token{RefreshToken: refreshValue}); return err },
			"a password": func() error { _, err := c.LegacyPassword("u", secretValue, true).Renew(t.Context(), nil); return err },
			"a logout":   func() error { return c.Revoke(t.Context(), &ringcx.Token{AccessToken: "a"}) },
		} {
			if err := f(); err == nil || !strings.Contains(err.Error(), "redirect to "+other.URL+", which is not followed") {
				t.Errorf("%s, %d: %v", what, status, err)
			}
		}
	}
	if len(*got) != 0 {
		t.Errorf("another host got %q", *got)
	}
}
