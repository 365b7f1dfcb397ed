package ringcx_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ringcx-go/ringcx"
)

const (
	secretValue  = "canary-client-secret-4711"
	jwtValue     = "canaryheader.canarypayload.canarysignature"
	refreshValue = "canary-refresh-token-4711"
)

// answering is a configuration whose vendor answers everything with f.
func answering(t *testing.T, f http.HandlerFunc) *ringcx.Config {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return &ringcx.Config{ClientID: "client", ClientSecret: secretValue, Endpoint: ringcx.Endpoint{RingCentral: server.URL, RingCX: server.URL + "/"}, HTTPClient: server.Client()}
}

func TestTokenRequestsAreAsTheVendorDocumentsThem(t *testing.T) {
	var got []string
	c := answering(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		id, secret, _ := r.BasicAuth()
		got = append(got, fmt.Sprintf("%s %s %s basic=%s:%s %s UA=%s", r.Method, r.URL, r.Header.Get("Content-Type"), id, secret, body, r.UserAgent()))
		_, _ = io.WriteString(w, `{"access_token":"a","accessToken":"b","expires_in":3600}`)
	})
	c.UserAgent = "MyApp/1.0"
	ctx := t.Context()
	rc, err := c.JWT(" "+jwtValue+"\n").Renew(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = c.JWT(jwtValue).Renew(ctx, &ringcx.Token{RefreshToken: "r&1"}); err != nil {
		t.Fatal(err)
	}
	cx, err := c.Exchange(ctx, rc)
	if err != nil {
		t.Fatal(err)
	}
	cx.RefreshToken = "r2"
	if _, err = c.Refresh(ctx, cx); err != nil {
		t.Fatal(err)
	}
	if err := c.Revoke(ctx, rc); err != nil {
		t.Fatal(err)
	}
	c.ClientSecret = ""
	if _, err = c.JWT(jwtValue).Renew(ctx, nil); err != nil {
		t.Fatal(err)
	}
	form, agent := "application/x-www-form-urlencoded", "UA=MyApp/1.0 ringcx-go/"+ringcx.Version
	want := []string{
		"POST /restapi/oauth/token " + form + " basic=client:" + secretValue + " assertion=" + jwtValue + "&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer " + agent,
		"POST /restapi/oauth/token " + form + " basic=client:" + secretValue + " grant_type=refresh_token&refresh_token=r%261 " + agent,
		"POST /api/auth/login/rc/accesstoken?includeRefresh=true " + form + " basic=: rcAccessToken=a&rcTokenType=Bearer " + agent,
		"POST /api/auth/token/refresh " + form + " basic=: refresh_token=r2 " + agent,
		"POST /restapi/oauth/revoke " + form + " basic=client:" + secretValue + " token=a " + agent,
		"POST /restapi/oauth/token " + form + " basic=: assertion=" + jwtValue + "&client_id=client&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer " + agent,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestErrorsTellTheVendorsCodeAndWordsAndNoSecret(t *testing.T) {
	for name, c := range map[string]struct {
		status      int
		contentType string
		body        string
		code, want  string
	}{
		"OAuth envelope":      {400, "application/json", `{"error":"invalid_grant","errors":[{"errorCode":"OAU-210","message":"Token expired"}],"error_description":"Token expired"}`, "OAU-210", "Token expired"},
		"OAuth without array": {400, "application/json", `{"error":"invalid_grant","error_description":"Bad ` + jwtValue + `"}`, "invalid_grant", "Bad [secret]"},
		"API envelope":        {403, "application/json", `{"errorCode":"InsufficientPermissions","message":"needs [ReadAccounts]","errors":[{"errorCode":"CMN-401","message":"needs [ReadAccounts] permission"}]}`, "CMN-401", "needs [ReadAccounts] permission"},
		"API array alone":     {401, "application/json", `{"errors":[{"errorCode":"OAU-149","message":"OAuth token is invalid"}]}`, "OAU-149", "OAuth token is invalid"},
		"RingCX object":       {403, "application/json", `{"errorCode":"access.denied.exception","generalMessage":"You do not have permission","details":"why","requestUri":"/x - GET","timestamp":1}`, "access.denied.exception", "You do not have permission: why"},
		"text":                {401, "text/plain", "Jwt is expired", "", "Unauthorized: Jwt is expired"},
		"HTML":                {502, "text/html", "<html>" + secretValue + "</html>", "", "a web page (HTML)"},
		"nothing":             {500, "", "", "", "Internal Server Error"},
		"a redirect":          {307, "", "", "", "redirect"},
		"a long echo":         {400, "application/json", `{"error":"x","error_description":"` + strings.Repeat("y", 480) + secretValue + `"}`, "x", "yyy"},
		"a long echo as text": {401, "text/plain", strings.Repeat("y", 190) + secretValue, "", "yyy"},
		"odd types":           {400, "application/json", `{"error":{"a":1},"errorCode":42,"message":["x"],"errors":[]}`, "42", "42"},
		"several lines":       {400, "application/json", `{"error":"x","error_description":"one\r\n\u001b[31mtwo"}`, "x", "one [31mtwo"},
	} {
		t.Run(name, func(t *testing.T) {
			config := answering(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("RCRequestId", "req-1")
				w.Header().Set("Location", "https://elsewhere.example.com/")
				w.Header().Set("Content-Type", c.contentType)
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			})
			_, err := config.JWT(jwtValue).Renew(t.Context(), nil)
			var e *ringcx.Error
			if !errors.As(err, &e) {
				t.Fatalf("error: %v", err)
			}
			if e.Code != c.code || !strings.Contains(e.Message, c.want) || e.StatusCode != c.status || e.RequestID != "req-1" || e.Op == "" {
				t.Errorf("%#v", e)
			}
			for _, part := range []string{fmt.Sprint(c.status), "req-1", c.want, e.Op} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q is missing in %q", part, err)
				}
			}
			if s := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(s, "canary") || strings.ContainsAny(err.Error(), "\r\n\x1b") {
				t.Errorf("%q", s)
			}
		})
	}
}

func TestAnswersThatAreNoneAreErrorsThatSaySo(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"empty":      {"", "empty or incomplete"},
		"cut off":    {`{"accessToken":"abc`, "empty or incomplete"},
		"a list":     {`[]`, "not the JSON expected"},
		"no token":   {`{"tokenType":"Bearer"}`, "no access token"},
		"too much":   {`{"x":"` + strings.Repeat("x", 1<<20) + `"}`, "larger than 1 MiB"},
		"a MiB":      {`{"x":"` + strings.Repeat("x", 1<<20-8) + `"}`, "no access token"},
		"a web page": {"<!DOCTYPE html><title>Hello</title>", "HTML"},
	} {
		t.Run(name, func(t *testing.T) {
			config := answering(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, c.body) })
			for _, f := range []func() (*ringcx.Token, error){
				func() (*ringcx.Token, error) { return config.JWT(jwtValue).Renew(t.Context(), nil) },
				func() (*ringcx.Token, error) {
					return config.Refresh(t.Context(), &ringcx.Token{RefreshToken: refreshValue})
				},
			} {
				_, err := f()
				var e *ringcx.Error
				if !errors.As(err, &e) || !strings.Contains(e.Message, c.want) || e.Hint() == "" {
					t.Errorf("error %v, hint %q", err, e.Hint())
				}
			}
		})
	}
}

func TestNetworkFailuresSayWhichHostAndWhatToDo(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	untrusted := httptest.NewTLSServer(nil)
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer untrusted.Close()
	cut := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer cut.Close()
	plain := httptest.NewServer(nil)
	defer plain.Close()
	unknown := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "nowhere.example", IsNotFound: true}}
	}}}
	for name, c := range map[string]struct {
		url    string
		client *http.Client
		hint   string
	}{
		"nobody listens":      {closed.URL, nil, "check the network"},
		"untrusted":           {untrusted.URL, &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}}, "not trusted"},
		"cut":                 {cut.URL, nil, "check the network"},
		"no TLS":              {strings.Replace(plain.URL, "http:", "https:", 1), nil, "does not speak TLS"},
		"a name nobody knows": {"https://nowhere.example", unknown, "name is unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			config := &ringcx.Config{ClientID: "client", ClientSecret: secretValue, Endpoint: ringcx.Endpoint{RingCentral: c.url, RingCX: c.url}, HTTPClient: c.client}
			_, err := config.JWT(jwtValue).Renew(t.Context(), nil)
			var e *ringcx.Error
			if !errors.As(err, &e) || !strings.Contains(e.Hint(), c.hint) || e.StatusCode != 0 {
				t.Fatalf("error %v, hint %q", err, e.Hint())
			}
			if errors.Unwrap(err) == nil || !strings.Contains(err.Error(), strings.Split(c.url, "//")[1]) || strings.Contains(err.Error(), "canary") {
				t.Errorf("error: %v", err)
			}
		})
	}
}

func TestARefreshThatSurelyWasNotSentMayBeSentAgain(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	config := &ringcx.Config{ClientID: "client", Endpoint: ringcx.Endpoint{RingCentral: closed.URL, RingCX: closed.URL}}
	r := &ringcx.Record{RingCX: &ringcx.Stored{AccessToken: "a", RefreshToken: refreshValue}}
	now := time.Now()
	n := ringcx.NewNeed(0, "", false, true)
	r.Begin(ringcx.Refresh, now)
	_, err := config.Refresh(t.Context(), &ringcx.Token{RefreshToken: refreshValue})
	r.Fail(ringcx.Refresh, err, &n, now, now)
	if next, _ := ringcx.Plan(r, now, n); next != ringcx.Refresh {
		t.Errorf("next is %q", next)
	}
}

func TestIDsAreReadAsNumbersAndAsStrings(t *testing.T) {
	for _, body := range []string{`{"accessToken":"a","mainAccountId":21000}`, `{"accessToken":"a","mainAccountId":"21000"}`} {
		config := answering(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
		token, err := config.Exchange(t.Context(), &ringcx.Token{AccessToken: "rc"})
		if err != nil || token.MainAccountID != "21000" {
			t.Errorf("%v %v", token, err)
		}
	}
}

func TestDetailsHoldEverythingButTheSecrets(t *testing.T) {
	config := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"accessToken":"canary1","refreshToken":"canary2","rcAccessToken":"canary3","loginHashcode":"canary4","RefreshTOKEN":"canary5","adminId":7}`)
	})
	token, err := config.Exchange(t.Context(), &ringcx.Token{AccessToken: "rc"})
	if err != nil || string(token.Details) != `{"adminId":7}` {
		t.Errorf("details %s, error %v", token.Details, err)
	}
}
