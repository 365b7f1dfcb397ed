package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/ringcx-go/ringcx/sandbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheZeroOptionsGiveTheDocumentedFigures(t *testing.T) {
	s, err := sandbox.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := &vendor{Server: s, t: t, base: "http://127.0.0.1"}
	state := v.get("/_sandbox/state", "").want(http.StatusOK).json()
	if state["tokenTTL"] != "5m0s" || state["algorithm"] != "ES256" || state["seed"] != 1.0 {
		t.Errorf("state %v", state)
	}
	if d := time.Since(v.Now()).Abs(); d > time.Minute {
		t.Errorf("the clock is %v off", d)
	}
}

func TestOptionsOutOfRangeAreRefused(t *testing.T) {
	for _, opts := range []sandbox.Options{
		{Algorithm: "HS256"}, {TokenTTL: -time.Second}, {TokenTTL: time.Second - 1},
	} {
		if _, err := sandbox.New(&opts); err == nil || !strings.HasPrefix(err.Error(), "sandbox: ") {
			t.Errorf("%+v: %v", opts, err)
		}
	}
}

func TestTheSameSeedGivesTheSameWorld(t *testing.T) {
	a, b := newVendor(t, sandbox.Options{}), newVendor(t, sandbox.Options{Seed: 1})
	if a.Demo() != b.Demo() {
		t.Error("two demo credentials for one seed")
	}
	if diff := cmp.Diff(a.control("apps", `{}`), b.control("apps", `{}`)); diff != "" {
		t.Errorf("the next app differs: %s", diff)
	}
	other := newVendor(t, sandbox.Options{Seed: 2}).Demo()
	if other.Password == a.Demo().Password || other.NativeClientID == a.Demo().NativeClientID {
		t.Error("another seed gives the same password or app")
	}
	if other.ClientID == a.Demo().ClientID || other.ClientSecret == a.Demo().ClientSecret || other.JWT == a.Demo().JWT {
		t.Error("another seed gives the same credentials")
	}
}

func TestDemoCredentialsHaveTheVendorsShape(t *testing.T) {
	for seed := range uint64(50) {
		demo := newVendor(t, sandbox.Options{Seed: seed}).Demo()
		if !regexp.MustCompile(`^[0-9A-Za-z][\w-]{21}$`).MatchString(demo.ClientID) {
			t.Errorf("client ID %q", demo.ClientID)
		}
		if !regexp.MustCompile(`^[0-9A-Za-z][\w-]{43}$`).MatchString(demo.ClientSecret) {
			t.Errorf("client secret of %d characters", len(demo.ClientSecret))
		}
		if !regexp.MustCompile(`^[a-z]{4}-[a-z]{4}-\d\d$`).MatchString(demo.Password) {
			t.Errorf("password %q", demo.Password)
		}
	}
}

func TestTheDemoJWTIsPartOfThePublicContract(t *testing.T) {
	// People put these into scripts, so they may not change with a version.
	demo := newVendor(t, sandbox.Options{}).Demo()
	if demo.ClientID != "sRi7w9GZX0oN6tUOURt5-p" {
		t.Errorf("client ID of seed 1 is %s", demo.ClientID)
	}
	if demo.ClientSecret != "qi77eTww7KqbcIQGWFvujYwlzoRb6RDE9MRLOiAbXift" {
		t.Error("client secret of seed 1 changed")
	}
	if !strings.HasSuffix(demo.JWT, "2k8YGVg8HusFDTWqvBQ") {
		t.Error("JWT of seed 1 changed")
	}
	if demo.Email != "ada.reyes@example.com" || demo.Password != "gevu-tahu-12" {
		t.Errorf("demo user of seed 1 is %s with %s", demo.Email, demo.Password)
	}
	if demo.NativeClientID != "RCSYB2SPB3jSP7Gos2ziHb" || demo.WebClientID != "AzKb6HmcMhKjHIOyrLmRR6" {
		t.Errorf("apps of seed 1 are %s and %s", demo.NativeClientID, demo.WebClientID)
	}
	if demo.WebRedirectURI != "http://127.0.0.1:8080/callback" {
		t.Errorf("redirect URI %s", demo.WebRedirectURI)
	}
}

func TestCredentialsDoNotPrintTheirSecrets(t *testing.T) {
	demo := newVendor(t, sandbox.Options{}).Demo()
	var out bytes.Buffer
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		fmt.Fprintf(&out, format, demo)
		fmt.Fprintf(&out, format, &demo)
		fmt.Fprintf(&out, format, []any{demo})
	}
	fmt.Fprint(&out, demo.String())
	slog.New(slog.NewJSONHandler(&out, nil)).Info("demo", "credentials", demo)
	slog.New(slog.NewTextHandler(&out, nil)).Info("demo", "credentials", demo)
	if err := json.NewEncoder(&out).Encode(demo); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{demo.ClientSecret, demo.JWT, demo.Password, demo.WebClientSecret, demo.AdminPassword} {
		if strings.Contains(out.String(), secret) || strings.Contains(out.String(), fmt.Sprintf("%x", secret)) {
			t.Error("a secret was printed")
		}
	}
	if !strings.Contains(out.String(), demo.ClientID) {
		t.Error("the client ID was not printed")
	}
}

func TestAdvanceMovesTheServersClockOnly(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	before := v.Now()
	v.Advance(6 * time.Minute)
	v.Advance(-time.Minute)
	if got := v.Now().Sub(before); got != 5*time.Minute {
		t.Errorf("moved by %v", got)
	}
	if got := v.get("/restapi", "").header.Get("Date"); got != "Mon, 23 Nov 2026 09:05:00 GMT" {
		t.Errorf("date %s", got)
	}
}

func TestResetReturnsToTheFirstMinute(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	demo, start := v.Demo(), v.Now()
	login := v.login()
	cx := v.exchangeToken(str(login, "access_token")).want(http.StatusOK).json()
	app := v.control("apps", `{}`)
	for range 10 {
		v.failingLogin()
	}
	v.control("faults", `{"path":"/restapi","kind":"status"}`)
	v.Advance(time.Hour)
	seen := 0
	v.OnRequest(func(sandbox.Request) { seen++ })

	v.Reset()
	if v.Demo() != demo || !v.Now().Equal(start) || len(v.Requests()) != 0 {
		t.Error("something survived")
	}
	v.get("/restapi", "").want(http.StatusOK)
	v.get(accountPath, str(login, "access_token")).wantAPI(401, "TokenInvalid", "OAU-213")
	v.get(usersPath, str(cx, "accessToken")).wantGateway("Jwt verification fails")
	v.form(refreshPath, "refresh_token", str(cx, "refreshToken")).wantCX(401, "unauthorized.exception")
	v.wantVerdicts()
	v.formAs(str(app, "clientId"), str(app, "clientSecret"), tokenPath).wantOAuth(400, "invalid_client", "OAU-153")
	v.login()
	if seen == 0 {
		t.Error("the observer is gone")
	}
}

func TestTheLogTellsWhatHappenedWithoutSecrets(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	var live []sandbox.Request
	v.OnRequest(func(r sandbox.Request) { live = append(live, r) })
	demo := v.Demo()
	rc := str(v.login(), "access_token")
	cx := v.exchangeToken(rc).want(http.StatusOK).json()
	for _, secret := range []string{
		demo.ClientSecret, demo.JWT, rc, str(cx, "accessToken"), str(cx, "refreshToken"), "eyJshort",
	} {
		v.get("/voice/api/"+secret+"?token="+secret, secret)
		v.get("/"+secret+"/x", "")
		v.call(http.MethodDelete, "/api/auth/logout/"+secret, "")
	}
	all, err := json.Marshal(v.Requests())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{demo.ClientSecret, demo.JWT, rc, str(cx, "refreshToken"), "eyJ", "?"} {
		if strings.Contains(string(all), secret) {
			t.Errorf("the log contains %s...", secret[:1])
		}
	}
	if diff := cmp.Diff(v.Requests(), live); diff != "" {
		t.Errorf("the observer saw something else: %s", diff)
	}
	first := v.Requests()[0]
	want := sandbox.Request{Time: v.Now(), Method: "POST", Path: tokenPath, Status: 200, Verdicts: []string{}, Number: 1, Operation: "POST " + tokenPath}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Error(diff)
	}
	v.OnRequest(nil)
	v.get("/restapi", "")
	if len(live) != len(v.Requests())-1 {
		t.Error("a removed observer was called")
	}
}

func TestAMissingUserAgentIsNoticed(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.sendBare(httptest.NewRequest(http.MethodGet, "/restapi", nil)).want(http.StatusOK)
	v.wantVerdicts("missing User-Agent")
}

func TestTheLogKeepsTheLatestTenThousand(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for i := range 10_007 {
		v.sendBare(httptest.NewRequest(http.MethodGet, fmt.Sprint("/n/", i), nil))
	}
	all := v.Requests()
	if len(all) != 10_000 || all[0].Path != "/n/7" || all[9_999].Path != "/n/10006" {
		t.Errorf("%d entries from %s to %s", len(all), all[0].Path, all[len(all)-1].Path)
	}
}

func TestManyClientsAtOnceSeeOneConsistentServer(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	refresh := str(v.exchange(), "refreshToken")
	var spent sync.Map
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			rc := str(v.login(), "access_token")
			if r := v.exchangeToken(rc); r.status == http.StatusOK {
				v.get(usersPath, str(r.json(), "accessToken")).want(http.StatusOK)
			}
			if r := v.form(refreshPath, "refresh_token", refresh); r.status == http.StatusOK {
				spent.Store(str(r.json(), "refreshToken"), true)
			}
			v.control("clock", `{"advance":"1ms"}`)
			v.get("/_sandbox/requests", "").want(http.StatusOK)
		})
	}
	all.Wait()
	n := 0
	spent.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("one refresh token was spent %d times", n)
	}
}
