package doctor_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/doctor"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// wantFound compares what was found; nothing is what the healthy want.
func wantFound(t *testing.T, what string, problems, notes []string, want ...string) {
	t.Helper()
	if got := append(slices.Clone(problems), notes...); !slices.Equal(got, want) {
		t.Errorf("%s: found %q, want %q", what, got, want)
	}
}

// visit asks one server as both of the vendor's.
func visit(t *testing.T, url string, client *http.Client) (problems, notes []string) {
	t.Helper()
	return doctor.Visit(&env.Env{Context: t.Context(), HTTPClient: client, Stderr: io.Discard, Getenv: func(string) string { return "" }},
		ringcx.Endpoint{RingCentral: url, RingCX: url})
}

// certificate that a client trusts, for a name and a time.
func certificate(t *testing.T, from, to time.Time) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{Organization: []string{"Some Proxy"}}, NotBefore: from, NotAfter: to,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func TestTheDoctorTellsWhatIsWrongWithACertificate(t *testing.T) {
	box := ringcxtest.NewServer(t, nil)
	serve := func(from, to time.Time, trust bool) (string, *http.Client) {
		cert, pool := certificate(t, from, to)
		server := httptest.NewUnstartedServer(box)
		server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		t.Cleanup(server.Close)
		transport := &http.Transport{TLSClientConfig: &tls.Config{}}
		if trust {
			transport.TLSClientConfig.RootCAs = pool
		}
		return server.URL, &http.Client{Transport: transport}
	}
	now := time.Now()
	hour := time.Hour
	url, client := serve(now.Add(-hour), now.Add(hour), true)
	problems, notes := visit(t, url, client)
	wantFound(t, "a good one", problems, notes)
	problems, notes = visit(t, strings.Replace(url, "127.0.0.1", "localhost", 1), client)
	wantFound(t, "for another name", problems, notes, "tls-name")
	url, client = serve(now.Add(-2*hour), now.Add(-hour), true)
	problems, notes = visit(t, url, client)
	wantFound(t, "ended", problems, notes, "tls-expired")
	url, client = serve(now.Add(hour), now.Add(2*hour), true)
	problems, notes = visit(t, url, client)
	wantFound(t, "not begun", problems, notes, "tls-early")
	url, client = serve(now.Add(-hour), now.Add(hour), false)
	problems, notes = visit(t, url, client)
	wantFound(t, "of an unknown authority", problems, notes, "tls-untrusted")
	problems, notes = visit(t, strings.Replace(box.URL, "http:", "https:", 1), nil)
	wantFound(t, "none at all", problems, notes, "tls-missing")
}

func TestTheDoctorTellsTheTwoServersApart(t *testing.T) {
	box := ringcxtest.NewServer(t, nil)
	half := func(mine, other, nothing string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, other) {
				r.URL.Path = mine + nothing
			}
			box.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	platform, cx := half("/restapi", "/voice", "/nothing"), half("/voice/api/v1", "/restapi", "/nothing")
	env := &env.Env{Context: t.Context(), Stderr: io.Discard, Getenv: func(string) string { return "" }}
	problems, notes := doctor.Visit(env, ringcx.Endpoint{RingCentral: platform, RingCX: cx})
	wantFound(t, "in their places", problems, notes)
	problems, notes = doctor.Visit(env, ringcx.Endpoint{RingCentral: cx, RingCX: platform})
	wantFound(t, "swapped", problems, notes, "server-swapped", "server-swapped")
	elsewhere := httptest.NewServer(http.RedirectHandler("https://example.com/", http.StatusFound))
	t.Cleanup(elsewhere.Close)
	problems, notes = doctor.Visit(env, ringcx.Endpoint{RingCentral: platform, RingCX: elsewhere.URL})
	wantFound(t, "redirected", problems, notes, "server-redirects")
	odd := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "[]") }))
	t.Cleanup(odd.Close)
	problems, notes = doctor.Visit(env, ringcx.Endpoint{RingCentral: odd.URL, RingCX: cx})
	wantFound(t, "unknown", problems, notes, "server-unknown")
}

func TestTheDoctorTellsWhatAProxyAnswers(t *testing.T) {
	for status, want := range map[int]string{407: "proxy-auth", 403: "proxy-refused", 502: "proxy-refused", 511: "portal"} {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(proxy.Close)
		u, err := url.Parse(strings.Replace(proxy.URL, "//", "//user:hunter22@", 1))
		if err != nil {
			t.Fatal(err)
		}
		problems, notes := visit(t, "https://ringcx.example.com", &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(u)}})
		wantFound(t, fmt.Sprintf("a proxy that says %d", status), problems, notes, want)
	}
	// What is reached without CONNECT answers itself.
	for status, want := range map[int]string{407: "proxy-auth", 511: "portal"} {
		between := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(between.Close)
		problems, notes := visit(t, between.URL, nil)
		wantFound(t, fmt.Sprintf("something in between that says %d", status), problems, notes, want, want)
	}
}

func TestTheDoctorKnowsTheVendorsHostsByName(t *testing.T) {
	for _, c := range []struct{ service, url, want string }{
		{"RingCentral", "https://platform.ringcentral.com", ""},
		{"RingCX", "https://ringcx.ringcentral.com", ""},
		{"RingCX", "https://engage.ringcentral.com", ""},
		{"RingCentral", "https://platform.ringcentral.biz", ""},
		{"RingCentral", "http://127.0.0.1:8787", ""},
		{"RingCX", "https://ringcx.example.com", ""},
		{"RingCentral", "https://RingCX.ringcentral.com", "server-swapped"},
		{"RingCentral", "https://engage.ringcentral.com", "server-swapped"},
		{"RingCX", "https://platform.ringcentral.com", "server-swapped"},
		{"RingCentral", "https://platform.devtest.ringcentral.com", "server-retired"},
		{"RingCX", "https://portal.vacd.biz", "server-legacy"},
		{"RingCX", "https://portal.virtualacd.biz", "server-legacy"},
		{"RingCentral", "https://developers.ringcentral.com", "server-wrong"},
		{"RingCX", "https://app.ringcentral.com", "server-wrong"},
		{"RingCentral", "https://media.ringcentral.com", "server-wrong"},
	} {
		if got := doctor.Misnamed(c.service, c.url); got != c.want {
			t.Errorf("%s at %s: %q, want %q", c.service, c.url, got, c.want)
		}
	}
	_, notes := doctor.Judged(doctor.Seen{Servers: ringcx.Engage})
	if !slices.Contains(notes, "server-engage") {
		t.Errorf("the older host: %q", notes)
	}
}

func jwt(header, payload string) string {
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(header)) + "." + enc([]byte(payload)) + ".c2lnbmF0dXJl"
}

func TestTheDoctorReadsAJWTWithoutSendingIt(t *testing.T) {
	const rs256 = `{"alg":"RS256"}`
	now := time.Now().Unix()
	for what, c := range map[string]struct {
		jwt  string
		skew time.Duration
		want []string
	}{
		"none":             {"", 0, nil},
		"good":             {jwt(rs256, fmt.Sprintf(`{"iss":"https://platform.ringcentral.com","aud":["https://platform.ringcentral.com/restapi/oauth/token"],"exp":%d}`, now+60)), 0, nil},
		"without claims":   {jwt(rs256, `{}`), 0, nil},
		"of odd claims":    {jwt(rs256, `{"iss":1,"aud":[2,null],"exp":1e30}`), 0, nil},
		"ended":            {jwt(rs256, fmt.Sprintf(`{"exp":%d}`, now-60)), 0, []string{"jwt-expired"}},
		"ended there":      {jwt(rs256, fmt.Sprintf(`{"exp":%d}`, now+60)), time.Hour, []string{"jwt-expired"}},
		"not ended there":  {jwt(rs256, fmt.Sprintf(`{"exp":%d}`, now-60)), -time.Hour, nil},
		"of the sandbox":   {jwt(rs256, `{"aud":"https://platform.devtest.ringcentral.com/restapi/oauth/token"}`), 0, []string{"jwt-environment"}},
		"signed at home":   {jwt(`{"alg":"HS256"}`, `{}`), 0, []string{"jwt-self-signed"}},
		"unsigned":         {jwt(`{"alg":"none"}`, `{}`), 0, []string{"jwt-self-signed"}},
		"an access token":  {jwt(`{"alg":"ES256"}`, `{"plat":"aws80","lapp":"ADMIN","exp":1}`), 0, []string{"jwt-access-token"}},
		"of two parts":     {"a.b", 0, []string{"jwt-malformed"}},
		"not JSON":         {jwt("x", "y"), 0, []string{"jwt-malformed"}},
		"cut off":          {strings.TrimSuffix(jwt(rs256, `{}`), "c2lnbmF0dXJl"), 0, []string{"jwt-malformed"}},
		"anything at all":  {"hunter22", 0, []string{"jwt-malformed"}},
		"for another host": {jwt(rs256, `{"iss":"https://platform.ringcentral.biz"}`), 0, []string{"jwt-environment"}},
	} {
		problems, _ := doctor.Judged(doctor.Seen{Servers: ringcx.Production, JWT: c.jwt, Skew: c.skew})
		wantFound(t, "a JWT "+what, problems, nil, c.want...)
	}
}

func TestTheDoctorTellsWhyNothingCanBeWritten(t *testing.T) {
	for want, err := range map[string]error{
		"disk-full": syscall.ENOSPC, "read-only": syscall.EROFS, "not-writable": os.ErrPermission, "not-a-directory": syscall.ENOTDIR,
	} {
		problems, notes := doctor.Judged(doctor.Seen{Dir: "/somewhere", Err: &os.PathError{Op: "write", Path: "/somewhere/x", Err: err}})
		wantFound(t, want, problems, notes, want)
	}
}

func TestTheDoctorFindsNothingInAHealthySession(t *testing.T) {
	now := time.Now()
	healthy := func() *ringcx.Status {
		return &ringcx.Status{
			Generation: 2, Next: "use the token", Expiry: now.Add(time.Minute), Scope: "ReadAccounts", LoginsLeft: 4, ExchangesLeft: 4,
			RingCentralExpiry: now.Add(time.Hour), RingCentralRefreshable: true, RingCentralRefreshExpiry: now.Add(24 * time.Hour),
		}
	}
	for what, c := range map[string]struct {
		change func(*ringcx.Status)
		want   []string
	}{
		"healthy":             {func(*ringcx.Status) {}, nil},
		"a wider scope":       {func(st *ringcx.Status) { st.Scope = "EditAccounts SMS" }, nil},
		"no scope told":       {func(st *ringcx.Status) { st.Scope = "" }, nil},
		"another scope":       {func(st *ringcx.Status) { st.Scope = "SMS" }, []string{"scope"}},
		"a penalty":           {func(st *ringcx.Status) { st.Next, st.QuietUntil = "wait", now.Add(time.Minute) }, []string{"penalty"}},
		"a penalty, not felt": {func(st *ringcx.Status) { st.QuietUntil = now.Add(time.Minute) }, []string{"penalty"}},
		"a failing server": {func(st *ringcx.Status) {
			st.QuietUntil, st.LastError = now.Add(time.Second), &ringcx.Error{StatusCode: 503}
		}, []string{"last-failure", "pause"}},
		"no requests left":       {func(st *ringcx.Status) { st.ExchangesLeft = 0 }, []string{"budget-used"}},
		"others, long ago":       {func(st *ringcx.Status) { st.OthersAt = now.Add(-2 * time.Hour) }, nil},
		"others":                 {func(st *ringcx.Status) { st.OthersAt = now }, []string{"app-shared"}},
		"pushed out":             {func(st *ringcx.Status) { st.EvictedAt = now }, []string{"session-evicted"}},
		"pushed out, long ago":   {func(st *ringcx.Status) { st.EvictedAt = now.Add(-48 * time.Hour) }, nil},
		"a login is required":    {func(st *ringcx.Status) { st.Next = "login required" }, []string{"login-required"}},
		"no refresh tokens":      {func(st *ringcx.Status) { st.RingCentralRefreshable, st.RingCentralRefreshExpiry = false, time.Time{} }, []string{"refresh-tokens-off"}},
		"a refused one":          {func(st *ringcx.Status) { st.RingCentralRefreshable = false }, nil},
		"without a known end":    {func(st *ringcx.Status) { st.RingCentralRefreshExpiry = time.Time{} }, nil},
		"a JWT of elsewhere":     {refused("OAU-250", 400), []string{"jwt-environment"}},
		"an app of the sandbox":  {refused("OAU-165", 400), []string{"app-sandbox"}},
		"something not yet seen": {refused("OAU-999", 400), []string{"refused"}},
	} {
		st := healthy()
		c.change(st)
		problems, notes := doctor.Judged(doctor.Seen{Servers: ringcx.Production, Status: st})
		wantFound(t, what, problems, notes, c.want...)
	}
}

func refused(code string, status int) func(*ringcx.Status) {
	return func(st *ringcx.Status) {
		st.LastError = &ringcx.Error{Op: "log in to RingCentral", Code: code, StatusCode: status, Message: "no"}
	}
}
