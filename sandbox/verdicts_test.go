package sandbox_test

import (
	"crypto/tls"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// misuse is what earns a verdict, and something close to it that a correct program does. The last request of bad gets
// the verdict, and nothing else does.
type misuse struct {
	opts      sandbox.Options
	bad, good func(v *vendor)
}

// sent sends a request to a host as it would arrive: proto is 1 or 2, version that of TLS, or 0 for none.
func (v *vendor) sent(path, host string, proto int, version uint16, name string) reply {
	v.t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host, r.ProtoMajor = host, proto
	if version != 0 {
		r.TLS = &tls.ConnectionState{Version: version, ServerName: name, HandshakeComplete: true}
	}
	return v.send(r)
}

// visit signs in from nothing and reads once with the token.
func (v *vendor) visit(apart time.Duration) {
	v.t.Helper()
	v.Advance(apart)
	v.get(usersPath, str(v.exchange(), "accessToken")).want(http.StatusOK)
}

func (v *vendor) times(n int, do func()) {
	for range n {
		do()
	}
}

var misuses = map[string]misuse{
	"refresh token replayed": {
		bad: func(v *vendor) {
			token := str(v.exchange(), "refreshToken")
			v.times(2, func() { v.form(refreshPath, "refresh_token", token) })
		},
		good: func(v *vendor) {
			token := str(v.exchange(), "refreshToken")
			v.times(3, func() { token = str(v.form(refreshPath, "refresh_token", token).want(200).json(), "refreshToken") })
		},
	},
	"sixth request in a minute": {
		bad:  func(v *vendor) { v.times(6, func() { v.failingLogin() }) },
		good: func(v *vendor) { v.times(5, func() { v.failingLogin() }); v.Advance(time.Minute); v.failingLogin() },
	},
	"request inside a penalty": {
		bad: func(v *vendor) {
			v.times(6, func() { v.failingLogin() })
			v.Advance(59 * time.Second)
			v.failingLogin()
		},
		good: func(v *vendor) {
			v.times(5, func() { v.failingLogin() })
			v.Advance(61 * time.Second)
			v.failingLogin()
		},
	},
	"request over the limit": {
		bad: func(v *vendor) {
			token := str(v.login(), "access_token")
			v.times(51, func() { v.get(accountPath, token) })
		},
		good: func(v *vendor) {
			token := str(v.login(), "access_token")
			v.times(50, func() { v.get(accountPath, token) })
		},
	},
	"token in a URL": {
		bad:  func(v *vendor) { v.get(usersPath+"?access_token=x", "") },
		good: func(v *vendor) { v.get(usersPath+"?page=1", "x") },
	},
	"password in a URL": {
		bad: func(v *vendor) {
			v.call(http.MethodPost, "/api/auth/login/admin?username=a&password=b&platformId=c", "")
		},
		good: func(v *vendor) { v.form("/api/auth/login/admin", "username", "a", "password", "b", "platformId", "c") },
	},
	"RingCentral token used as RingCX token": {
		bad:  func(v *vendor) { v.get(usersPath, str(v.login(), "access_token")) },
		good: func(v *vendor) { v.get(usersPath, str(v.exchange(), "accessToken")) },
	},
	"secret in the body": {
		bad:  func(v *vendor) { v.demoForm(tokenPath, "grant_type", jwtGrant, "client_secret", "x") },
		good: func(v *vendor) { v.failingLogin() },
	},
	"missing User-Agent": {
		bad: func(v *vendor) { v.sendBare(httptest.NewRequest(http.MethodGet, "/restapi", nil)) },
		good: func(v *vendor) {
			r := httptest.NewRequest(http.MethodGet, "/restapi", nil)
			r.Header.Set("User-Agent", "curl/8.5.0") // a name is a name
			v.sendBare(r)
		},
	},
	"Authorization header where RingCX wants a cookie": {
		bad:  func(v *vendor) { v.get(summaryPath+"1/segments/1/agent", "x") },
		good: func(v *vendor) { v.get(summaryPath+"1/segments/1/agent", "") },
	},
	"operation that the sandbox does not emulate": {
		bad:  func(v *vendor) { v.get(accountsPath+"/1/dialGroups", "") },
		good: func(v *vendor) { v.get(accountsPath+"/1/dialGroup", "") },
	},
	"authorization code used twice": {
		bad: func(v *vendor) {
			code := v.person().code(v.nativeRequest())
			v.times(2, func() { v.redeem(code) })
		},
		good: func(v *vendor) { v.redeem(v.person().code(v.nativeRequest())).want(200) },
	},
	"PKCE missing": {
		bad:  func(v *vendor) { v.redeem(v.person().code(v.nativeRequest()), "code_verifier", "") },
		good: func(v *vendor) { v.redeem(v.person().code(v.nativeRequest())).want(200) },
	},
	"Basic header of an app without a secret": {
		bad: func(v *vendor) { v.formAs(v.Demo().NativeClientID, "", tokenPath, "grant_type", "refresh_token") },
		good: func(v *vendor) {
			v.form(tokenPath, "grant_type", "refresh_token", "client_id", v.Demo().NativeClientID)
		},
	},
	"fourth exchange in a row while the token was good": {
		bad: func(v *vendor) {
			login := str(v.login(), "access_token")
			v.times(3, func() {
				v.get(usersPath, str(v.exchangeToken(login).json(), "accessToken")).want(200)
				v.Advance(time.Minute)
			})
			v.exchangeToken(login)
		},
		good: func(v *vendor) {
			login := str(v.login(), "access_token")
			v.times(6, func() { // near the end of each token
				v.get(usersPath, str(v.exchangeToken(login).json(), "accessToken")).want(200)
				v.Advance(4 * time.Minute)
			})
			v.times(5, func() { // one that refreshes, and whose answers get lost
				answer := v.exchangeToken(login).json()
				v.get(usersPath, str(answer, "accessToken")).want(200)
				v.form(refreshPath, "refresh_token", str(answer, "refreshToken")).want(200)
				v.Advance(time.Minute)
			})
		},
	},
	"sixth login in a row while the token was good": {
		bad: func(v *vendor) {
			v.times(5, func() { v.visit(6 * time.Minute) })
			v.login()
		},
		good: func(v *vendor) {
			v.times(5, func() { v.visit(6 * time.Minute) })
			v.Advance(31 * time.Minute)
			v.times(8, func() { // an orderly program that keeps nothing
				v.demoForm(revokePath, "token", str(v.login(), "access_token")).want(200)
				v.Advance(time.Minute)
			})
		},
	},
	"expired token sent again and again": {
		bad: func(v *vendor) {
			token := str(v.exchange(), "accessToken")
			v.Advance(6 * time.Minute)
			v.times(5, func() { v.Advance(15 * time.Second); v.get(usersPath, token).want(401) })
		},
		good: func(v *vendor) { // a crowd that finds out at once
			token := str(v.exchange(), "accessToken")
			v.Advance(6 * time.Minute)
			v.times(50, func() { v.get(usersPath, token).want(401) })
		},
	},
	"request without TLS": {
		bad: func(v *vendor) { v.sent("/restapi", "platform.ringcentral.com", 1, 0, "") },
		good: func(v *vendor) {
			v.sent("/restapi", "127.0.0.1:8787", 1, 0, "")
			connect := httptest.NewRequest(http.MethodConnect, "/", nil) // from a client that takes it for its proxy
			connect.Host = "ringcx.ringcentral.com:443"
			v.send(connect)
		},
	},
	"TLS below 1.2": {
		bad:  func(v *vendor) { v.sent("/restapi", "localhost", 1, tls.VersionTLS11, "localhost").want(400) },
		good: func(v *vendor) { v.sent("/restapi", "localhost", 1, tls.VersionTLS12, "localhost").want(200) },
	},
	"Host is not the TLS server name": {
		bad: func(v *vendor) { v.sent("/restapi", "platform.ringcentral.com", 1, tls.VersionTLS13, "localhost") },
		good: func(v *vendor) {
			v.sent("/restapi", "Platform.RingCentral.com.:443", 1, tls.VersionTLS13, "platform.ringcentral.com")
			v.sent("/restapi", "[::1]:8787", 1, tls.VersionTLS13, "")
			v.sent("/restapi", "platform.ringcentral.com", 2, tls.VersionTLS13, "ringcx.ringcentral.com") // a connection used for both
		},
	},
	"path of the other vendor": {
		bad:  func(v *vendor) { v.sent(usersPath, "platform.ringcentral.com", 2, tls.VersionTLS13, "") },
		good: func(v *vendor) { v.sent(usersPath, "ringcx.ringcentral.com", 2, tls.VersionTLS13, "") },
	},
}

func TestEachMisuseGetsItsVerdictAndWhatIsCloseToItNone(t *testing.T) {
	for verdict, m := range misuses {
		t.Run(verdict, func(t *testing.T) {
			bad := &vendor{Server: newVendor(t, m.opts).Server, t: t}
			m.bad(bad)
			bad.wantVerdicts(verdict)
			for _, r := range bad.Requests()[:len(bad.Requests())-1] {
				if slices.Contains(r.Verdicts, verdict) {
					t.Errorf("%s %s got the verdict too early", r.Method, r.Path)
				}
			}
			good := &vendor{Server: newVendor(t, m.opts).Server, t: t}
			m.good(good)
			for _, r := range good.Requests() {
				if len(r.Verdicts) > 0 {
					t.Errorf("%s %s got %q without cause", r.Method, r.Path, r.Verdicts)
				}
			}
		})
	}
}

func TestMoreMistakesAboutHostsAreSeen(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for _, c := range []struct {
		path, host string
		version    uint16
		want       []string
	}{
		{"/restapi", "engage.ringcentral.com", tls.VersionTLS13, []string{"path of the other vendor"}},
		{"/restapi/oauth/token", "RINGCX.ringcentral.com:443", tls.VersionTLS13, []string{"path of the other vendor"}},
		{"/api/auth/login", "platform.devtest.ringcentral.com", 0, []string{"request without TLS", "path of the other vendor"}},
		{"/restapi", "ringcentral.com.evil.example", 0, nil},
		{"/restapi", "platform.example.com", tls.VersionTLS13, nil},
		{"/oauthcallback", "platform.ringcentral.com", tls.VersionTLS13, nil},
	} {
		v.sent(c.path, c.host, 1, c.version, "")
		if got := v.last().Verdicts; !slices.Equal(got, append([]string{}, c.want...)) {
			t.Errorf("%s%s: %q, want %q", c.host, c.path, got, c.want)
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/restapi", nil)
	r.Host = "platform.ringcentral.com"
	r.Header.Set("X-Forwarded-Proto", "https") // a proxy in front of the sandbox speaks TLS
	v.send(r).want(200)
	v.wantVerdicts()
}

func TestAServerForTLSOnlyTellsWhoComesWithout(t *testing.T) {
	v := newVendor(t, sandbox.Options{TLSOnly: true})
	for _, path := range []string{"/restapi", "/_sandbox/state", "/console/"} {
		if r := v.sent(path, "127.0.0.1:8787", 1, 0, "").want(400); !strings.Contains(r.body, "HTTP request to an HTTPS server") {
			t.Errorf("%s: %s", path, r.body)
		}
		v.sent(path, "localhost", 1, tls.VersionTLS13, "localhost").want(map[bool]int{true: 200, false: 403}[path != "/console/"])
	}
	if got := v.Requests(); len(got) != 2 || !slices.Equal(got[0].Verdicts, []string{"request without TLS"}) || len(got[1].Verdicts) != 0 {
		t.Errorf("the log has %+v", got)
	}
}

func TestOldTLSIsSpokenOnlyToSayThatItIsTooOld(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	web := httptest.NewUnstartedServer(v)
	web.TLS = &tls.Config{MinVersion: tls.VersionTLS10}
	web.StartTLS()
	defer web.Close()
	transport := web.Client().Transport.(*http.Transport)
	transport.TLSClientConfig.MinVersion, transport.TLSClientConfig.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	resp, err := web.Client().Get(web.URL + "/restapi")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("status %d", resp.StatusCode)
	}
	v.wantVerdicts("TLS below 1.2")
}

// Series of tokens that a correct program may need, for all that the vendor can tell.
func TestNobodyPollsWhoNeedsTheTokens(t *testing.T) {
	for name, series := range map[string]func(v *vendor, login string, read func(map[string]any)){
		"none was ever used": func(v *vendor, login string, _ func(map[string]any)) {
			v.times(5, func() { v.exchangeToken(login).want(200) })
		},
		"one was refused": func(v *vendor, login string, read func(map[string]any)) {
			v.times(5, func() {
				read(v.exchangeToken(login).want(200).json())
				v.control("faults", `{"path":"/voice/*","kind":"status","status":401}`)
				v.get(usersPath, "x").want(401)
			})
		},
		"the answers were garbled": func(v *vendor, login string, read func(map[string]any)) {
			first := v.exchangeToken(login).want(200).json()
			v.times(4, func() {
				read(first)
				v.control("faults", `{"path":"/api/*","kind":"garble"}`)
				v.exchangeToken(login).want(200)
			})
		},
		"somebody logs in again and again, and calls nothing": func(v *vendor, _ string, _ func(map[string]any)) {
			v.times(8, func() { v.exchange(); v.Advance(time.Minute) })
		},
		"each belongs to another login": func(v *vendor, _ string, read func(map[string]any)) {
			v.times(4, func() { read(v.exchange()) })
		},
		"programs with other names": func(v *vendor, login string, read func(map[string]any)) {
			for i := range 5 {
				r := formRequest(exchangePath, "rcAccessToken", login, "rcTokenType", "Bearer")
				r.Header.Set("User-Agent", "program/"+strconv.Itoa(i))
				read(v.send(r).want(200).json())
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVendor(t, sandbox.Options{})
			series(v, str(v.login(), "access_token"), func(cx map[string]any) { v.get(usersPath, str(cx, "accessToken")).want(200) })
			for _, r := range v.Requests() {
				if len(r.Verdicts) > 0 {
					t.Errorf("%s %s: %q", r.Method, r.Path, r.Verdicts)
				}
			}
		})
	}
}

// verdictsInTheCode are the values of the constants of package verdict.
func verdictsInTheCode(t *testing.T) (all []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "internal/verdict/verdict.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		text, ok := spec.Values[0].(*ast.BasicLit)
		if !ok {
			return true // the list of all
		}
		value, err := strconv.Unquote(text.Value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, value)
		return true
	})
	slices.Sort(all)
	return all
}

func TestEveryVerdictIsTriedAndDocumented(t *testing.T) {
	want := verdictsInTheCode(t)
	if got := slices.Sorted(maps.Keys(misuses)); !slices.Equal(got, want) {
		t.Errorf("tried: %q\nin the code: %q", got, want)
	}
	if got := documented(t, "Verdicts"); !slices.Equal(got, want) {
		t.Errorf("documented: %q\nin the code: %q", got, want)
	}
}

// documented are the first cells of the table in a section of the sandbox's page, sorted.
func documented(t *testing.T, section string) (all []string) {
	t.Helper()
	page, err := os.ReadFile("../docs/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "\n## "+section+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	slices.Sort(all)
	return all
}

func TestEveryKindOfFaultIsDocumented(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	refusal := v.controlRaw(http.MethodPost, "faults", `{"path":"/x","kind":"none"}`).want(400).json()["error"].(string)
	_, kinds, _ := strings.Cut(refusal, "it can be ")
	if got := documented(t, "Faults"); kinds != strings.Join(got, ", ") {
		t.Errorf("documented: %q\nin the code: %q", got, kinds)
	}
}
