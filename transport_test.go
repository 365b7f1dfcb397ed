package ringcx_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

func TestACallThatMeetsARefusalIsSentOnceMoreWithANewToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		client := v.Session(nil).Client()
		users := v.URL + "/voice/api/v1/admin/users"
		for range 3 {
			call(t, client, users)
			v.Advance(6 * time.Minute) // which only the server knows of
			n := len(v.Paths())
			if status := call(t, client, users); status != http.StatusOK {
				t.Errorf("the caller saw %d", status)
			}
			wantAsked(t, v, n, usersPath, refreshPath, usersPath)
		}
	})
}

func TestManyCallsWithOneRefusedTokenCauseOneRenewal(t *testing.T) {
	v := ringcxtest.NewServer(t, nil)
	client := v.Session(nil).Client()
	call(t, client, v.URL+"/voice/api/v1/admin/users")
	v.Advance(6 * time.Minute)
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			if status := call(t, client, v.URL+"/voice/api/v1/admin/users"); status != http.StatusOK {
				t.Errorf("a caller saw %d", status)
			}
		})
	}
	wg.Wait()
	if n := strings.Count(strings.Join(v.Paths(), "\n"), refreshPath); n != 1 {
		t.Errorf("%d refreshes", n)
	}
	wantNoVerdicts(t, v)
}

func TestAThousandReportsFromManyProcessesCauseOneRenewal(t *testing.T) {
	v := ringcxtest.NewServer(t, nil)
	store := new(ringcx.Memory)
	var clients []*http.Client
	for range 20 {
		clients = append(clients, v.Session(&ringcx.SessionOptions{Store: store}).Client())
	}
	for _, c := range clients {
		call(t, c, v.URL+"/voice/api/v1/admin/accounts")
	}
	v.Advance(6 * time.Minute)
	var wg sync.WaitGroup
	for _, c := range clients {
		for range 50 {
			wg.Go(func() {
				if status := call(t, c, v.URL+"/voice/api/v1/admin/accounts"); status != http.StatusOK {
					t.Errorf("a caller saw %d", status)
				}
			})
		}
	}
	wg.Wait()
	if n := strings.Count(strings.Join(v.Paths(), "\n"), refreshPath); n != 1 {
		t.Errorf("%d refreshes", n)
	}
	wantNoVerdicts(t, v)
}

func TestAReportAboutAnOlderTokenCausesNoRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		s := v.Session(nil)
		old := mustToken(t, s)
		s.Invalidate(old)
		fresh := mustToken(t, s)
		if fresh == old {
			t.Fatal("a refused token was handed out again")
		}
		n := len(v.Paths())
		for range 1000 {
			s.Invalidate(old)
			s.Invalidate(nil)
			if mustToken(t, s) != fresh {
				t.Fatal("a late report replaced the token")
			}
		}
		wantAsked(t, v, n)
	})
}

func TestARefusalThatNoTokenCanMendIsHandedToTheCallerWithoutEndlessRenewals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		client := v.Session(nil).Client()
		for range 20 {
			fault(t, v, usersPath, "status", `"status":401,"times":2`)
			if status := call(t, client, v.URL+"/voice/api/v1/admin/users"); status != http.StatusUnauthorized {
				t.Errorf("the caller saw %d", status)
			}
			control(t, v, "faults", `{"path":"/voice/api/v1/admin/users","method":"GET","kind":"status","status":401,"times":1}`)
			call(t, client, v.URL+"/voice/api/v1/admin/users")
		}
		if n := strings.Count(strings.Join(v.Paths(), "\n"), refreshPath); n > 2 {
			t.Errorf("%d refreshes for refusals that are not about tokens", n)
		}
	})
}

func TestABodyIsSentAgainWholeOrNotAtAll(t *testing.T) {
	var bodies []string
	refuse := true
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		bodies = append(bodies, string(b))
		if refuse {
			refuse = false
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer api.Close()
	for name, c := range map[string]struct {
		body   io.Reader
		want   []string
		status int
	}{
		"replayable": {strings.NewReader("hello"), []string{"hello", "hello"}, 200},
		"a stream":   {io.MultiReader(strings.NewReader("hello")), []string{"hello"}, 401},
	} {
		t.Run(name, func(t *testing.T) {
			bodies, refuse = nil, true
			client := &http.Client{Transport: &ringcx.Transport{Source: &numbered{}, Host: strings.TrimPrefix(api.URL, "http://")}}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, api.URL, c.body)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if strings.Join(bodies, "|") != strings.Join(c.want, "|") || resp.StatusCode != c.status {
				t.Errorf("sent %q, answered %d", bodies, resp.StatusCode)
			}
		})
	}
}

// numbered is a TokenSource whose tokens are t1, then t2 once t1 was refused, and so on.
type numbered struct{ n int }

func (s *numbered) Token(context.Context) (*ringcx.Token, error) {
	return &ringcx.Token{AccessToken: "t" + string(rune('1'+s.n))}, nil
}
func (s *numbered) Invalidate(*ringcx.Token) { s.n++ }

func TestTokensGoToOneHostOnly(t *testing.T) {
	var got []string
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = append(got, "other:"+r.Header.Get("Authorization"))
	}))
	defer other.Close()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, "api:"+r.Header.Get("Authorization"))
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	}))
	defer api.Close()
	client := &http.Client{Transport: &ringcx.Transport{Source: &numbered{}, Host: strings.TrimPrefix(api.URL, "http://"), UserAgent: "x"}}
	call(t, client, api.URL)
	call(t, client, other.URL)
	if want := "api:Bearer t1 other: other:"; strings.Join(got, " ") != want {
		t.Errorf("headers were %q, want %q", got, want)
	}
}

func TestATokenIsNotSentWithoutTLS(t *testing.T) {
	client := &http.Client{Transport: &ringcx.Transport{Source: &numbered{}, Host: "ringcx.example.com"}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://ringcx.example.com/x", strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "without TLS") {
		t.Errorf("error: %v", err)
	}
}

func TestACallWithoutATokenFailsWithTheReason(t *testing.T) {
	v := ringcxtest.NewServer(t, nil)
	c := v.Config()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.URL+"/voice/api/v1/admin/users", strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.NewSession(nil, nil).Client().Do(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	if !errors.Is(err, ringcx.ErrLoginRequired) {
		t.Errorf("error: %v", err)
	}
}

func TestARefusalWhoseRenewalFailsSaysBoth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		client := v.Session(nil).Client()
		call(t, client, v.URL+"/voice/api/v1/admin/users")
		v.Reset()
		fault(t, v, loginPath, "status", `"status":403,"times":9`)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, v.URL+"/voice/api/v1/admin/users", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "refused (401)") {
			t.Errorf("error: %v", err)
		}
	})
}

func TestARequestOfTheProgramStaysAsItIs(t *testing.T) {
	for name, token := range map[string]*ringcx.Token{
		"of today":    {AccessToken: "token-canary", TokenType: "Bearer"},
		"of a legacy": {AccessToken: "token-canary", TokenType: "X-Auth-Token", Idle: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			var seen *http.Request
			base := roundTrip(func(r *http.Request) (*http.Response, error) {
				seen = r
				r.Header.Add("X-Mark", "of the base")
				return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, nil
			})
			tr := &ringcx.Transport{Source: (*fixed)(token), Host: "api.example", Base: base, UserAgent: "ours"}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.example/voice/api/v1/admin/users", nil)
			if err != nil {
				t.Fatal(err)
			}
			marks := make([]string, 1, 4)
			marks[0] = "of the program"
			req.Header["X-Mark"] = marks
			header, address := req.Header.Clone(), req.URL.String()
			for range 2 {
				resp, err := tr.RoundTrip(req)
				if err != nil {
					t.Fatal(err)
				}
				_ = resp.Body.Close()
				if got := seen.Header["X-Mark"]; !slices.Equal(got, []string{"of the program", "of the base"}) || seen.Header.Get("User-Agent") != "ours" {
					t.Errorf("it was sent with %q", seen.Header)
				}
			}
			if !reflect.DeepEqual(req.Header, header) || req.URL.String() != address || marks[:2][1] != "" {
				t.Errorf("it has become %s %q %q", req.URL, req.Header, marks[:2])
			}
		})
	}
}

func TestWhatABaseDoesToOneRequestIsNotDoneToTheNext(t *testing.T) {
	var sent []string
	base := roundTrip(func(r *http.Request) (*http.Response, error) {
		sent = append(sent, r.Header.Get("Authorization"))
		r.Header["Authorization"][0] = "[for the log]"
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, nil
	})
	tr := &ringcx.Transport{Source: &fixed{AccessToken: "a"}, Host: "api.example", Base: base}
	for range 2 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.example/voice/api/v1/admin/users", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := tr.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	if !slices.Equal(sent, []string{"Bearer a", "Bearer a"}) {
		t.Errorf("sent: %q", sent)
	}
}

// source is a TokenSource of a program's own.
type source func() *ringcx.Token

func (s source) Token(context.Context) (*ringcx.Token, error) { return s(), nil }

func (source) Invalidate(*ringcx.Token) {}

func TestASourceThatBringsNoTokenIsAnErrorOfTheRequest(t *testing.T) {
	const want = "the Transport's Source brought no token"
	status, asked := http.StatusOK, 0
	base := roundTrip(func(r *http.Request) (*http.Response, error) {
		asked++
		return &http.Response{StatusCode: status, Body: http.NoBody, Request: r}, nil
	})
	get := func(s source) error {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.example/voice/api/v1/admin/users", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := (&ringcx.Transport{Source: s, Host: "api.example", Base: base}).RoundTrip(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		return err
	}
	for name, token := range map[string]*ringcx.Token{"no token": nil, "an empty token": {}} {
		if err := get(func() *ringcx.Token { return token }); err == nil || !strings.Contains(err.Error(), want) || asked != 0 {
			t.Errorf("%s: %v, after %d requests", name, err, asked)
		}
	}
	status = http.StatusUnauthorized
	tokens := []*ringcx.Token{{AccessToken: "a"}, nil}
	err := get(func() *ringcx.Token {
		next := tokens[0]
		tokens = tokens[1:]
		return next
	})
	if err == nil || !strings.Contains(err.Error(), want) || asked != 1 {
		t.Errorf("no token after a refusal: %v, after %d requests", err, asked)
	}
}

func TestACookieOfAJarDoesNotStandBeforeTheToken(t *testing.T) {
	var sent []*http.Cookie
	base := roundTrip(func(r *http.Request) (*http.Response, error) {
		sent = r.Cookies()
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, nil
	})
	tr := &ringcx.Transport{Source: &fixed{AccessToken: "new"}, Host: "api.example", Base: base}
	for path, want := range map[string]string{
		"/voice/api/v1/summary/accounts/1/segments/2/agent": "[lang=de shop=a%3Db access_token=new]",
		"/voice/api/v1/admin/users":                         "[lang=de access_token=old shop=a%3Db]",
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.example"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header["Cookie"] = []string{"lang=de; access_token=old", "shop=a%3Db"}
		resp, err := tr.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if got := fmt.Sprint(sent); got != want || len(req.Header["Cookie"]) != 2 {
			t.Errorf("%s is sent with %s, and has become %q", path, got, req.Header["Cookie"])
		}
	}
}

func TestABaseThatBringsNothingIsAnErrorOfTheRequest(t *testing.T) {
	base := roundTrip(func(*http.Request) (*http.Response, error) { return nil, nil }) //nolint:nilnil // what no base should do
	token := ringcx.APIToken("a")
	for name, client := range map[string]*http.Client{
		"a Transport":     {Transport: &ringcx.Transport{Source: token, Host: "api.example", Base: base}},
		"a Config.Client": (&ringcx.Config{Endpoint: ringcx.Endpoint{RingCX: "https://api.example"}, HTTPClient: &http.Client{Transport: base}}).Client(token),
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.example/voice/api/v1/admin/users", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "returned a nil *Response") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnAnswerWithoutABodyIsAnAnswer(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusUnauthorized} {
		asked := 0
		base := roundTrip(func(r *http.Request) (*http.Response, error) {
			asked++
			return &http.Response{StatusCode: status, Request: r}, nil
		})
		source := source(func() *ringcx.Token { return &ringcx.Token{AccessToken: strings.Repeat("a", 1+asked)} })
		client := (&ringcx.Config{Endpoint: ringcx.Endpoint{RingCX: "https://api.example"}, HTTPClient: &http.Client{Transport: base}}).Client(source)
		if got := call(t, client, "https://api.example/voice/api/v1/admin/users"); got != status {
			t.Errorf("%d became %d", status, got)
		}
		if want := map[int]int{http.StatusOK: 1, http.StatusUnauthorized: 2}[status]; asked != want {
			t.Errorf("%d: it was sent %d times, want %d", status, asked, want)
		}
	}
}
