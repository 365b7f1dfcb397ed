package broker_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// audited lets a broker write to the log of its place.
func audited(t testing.TB, change ...func(*broker.Options)) (*place, *tap, *lines) {
	t.Helper()
	log := new(lines)
	p, vendor := startTapped(t, nil, append(change, func(o *broker.Options) { o.Audit = broker.NewAuditLog(log) })...)
	return p, vendor, log
}

func TestEveryRequestIsInTheLog(t *testing.T) {
	p, _, log := audited(t, func(o *broker.Options) {
		o.Rules = []broker.Rule{{Deny: true, Operation: "getDialGroupListByAccount"}, {}}
	})
	p.ask(http.MethodGet, accounts+"?secret=query", "")
	p.ask(http.MethodGet, accounts+"/21000001/dialGroups", "")
	p.ask(http.MethodGet, "/token", "")
	p.ask(http.MethodGet, accounts, "", with("Authorization", "Bearer rcxb_wrong"))
	p.ask(http.MethodGet, "/voice/api/v1/..%2f", "")
	token, err := p.session.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	name := strings.Fields(strings.ReplaceAll(token.String(), ",", ""))[1]
	var got []string
	for _, e := range log.entries(t) {
		text := func(field string) string { return fmt.Sprint(e[field]) }
		got = append(got, strings.Join([]string{text("event"), text("caller"), text("operation"), text("decision"), text("why"), text("token"), text("status")}, " | "))
		if e["time"] == nil || e["request"] == nil || e["event"] != "end" && e["remote"] != "loopback" {
			t.Errorf("%v", e)
		}
	}
	want := []string{
		"begin | worker | getAllAccounts | allow | rule 2 allows it | " + name + " | <nil>",
		"end | <nil> | <nil> | <nil> | <nil> | <nil> | 200",
		"refused | worker | getDialGroupListByAccount | deny | rule 1 denies it | <nil> | 403",
		"answer | worker | <nil> | allow | <nil> | " + name + " | 200",
		"refused | <nil> | <nil> | deny | the request shows no key that the broker knows | <nil> | 401",
		`refused | <nil> | <nil> | deny | the path of the request holds a character that ends a segment of the path, such as / \ ; ? or # | <nil> | 400`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	text := log.text.String()
	for _, secret := range []string{p.key, token.AccessToken, "rcxb_wrong", "query"} {
		if strings.Contains(text, secret) {
			t.Errorf("the log has %.12s…", secret)
		}
	}
}

func TestWhatCannotBeWrittenDownIsNotDone(t *testing.T) {
	p, vendor, log := audited(t)
	p.ask(http.MethodGet, accounts, "").want(t, http.StatusOK, "while the log can be written") // the control
	arrived := vendor.count()
	log.fail(errors.New("no space left"))
	for _, path := range []string{accounts, "/token", "/restapi/v1.0/account/~"} {
		if a := p.ask(http.MethodGet, path, "").want(t, http.StatusServiceUnavailable, path); strings.Contains(a.body, "access_token") || a.header.Get("Retry-After") == "" {
			t.Errorf("%s: %s", path, a.body)
		}
	}
	p.form("/oauth2/token", "grant_type=client_credentials", basic("worker", p.key)).want(t, http.StatusServiceUnavailable, "the OAuth endpoint")
	if vendor.count() != arrived {
		t.Error("a request was forwarded that is not in the log")
	}
	log.fail(nil)
	p.ask(http.MethodGet, accounts, "").want(t, http.StatusOK, "when it can be written again")
}

func TestAnOAuthLibraryIsToldInItsWordsThatNothingCanBeWrittenDown(t *testing.T) {
	p := start(t, func(o *broker.Options) { o.Audit = broker.NewAuditLog(nowhere{}) })
	a := p.ask(http.MethodPost, "/oauth2/token", "grant_type=client_credentials", with("Content-Type", "application/x-www-form-urlencoded"))
	a.want(t, http.StatusServiceUnavailable, "/oauth2/token")
	if !strings.Contains(a.body, `"error":"temporarily_unavailable"`) || a.header.Get("Content-Type") != "application/json" || a.header.Get("Retry-After") != "1" {
		t.Errorf("%s %v", a.body, a.header)
	}
	a = p.ask(http.MethodGet, "/token", "").want(t, http.StatusServiceUnavailable, "/token") // the control
	if a.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%v", a.header)
	}
}

// nowhere takes nothing.
type nowhere struct{}

func (nowhere) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestABrokerWhoseLogCannotBeWrittenIsNotReadyUntilItCan(t *testing.T) {
	var opts *broker.Options
	p, _, log := audited(t, metered, func(o *broker.Options) { opts = o })
	is := func(status int, ready float64, when string) {
		t.Helper()
		if err := p.broker.Reload(opts); err != nil { // which has it look again at once
			t.Fatal(err)
		}
		a := p.ask(http.MethodGet, "/readyz", "").want(t, status, when)
		if told := strings.Contains(a.body, "the audit log cannot be written"); told != (status != http.StatusOK) {
			t.Errorf("%s: %s", when, a.body)
		}
		wantNumbers(t, p.numbers(), map[string]float64{`ready`: ready})
	}
	is(http.StatusOK, 1, "before")
	log.fail(errors.New("no space left"))
	p.ask(http.MethodGet, accounts, "").want(t, http.StatusServiceUnavailable, "without a log")
	is(http.StatusServiceUnavailable, 0, "without a log")
	log.fail(nil)
	is(http.StatusOK, 1, "with a log that can be written again, and no request meanwhile")
	if all := log.entries(t); all[len(all)-1]["event"] != "resumed" {
		t.Errorf("the log ends in %v", all[len(all)-1])
	}
}

func TestAnAnswerThatIsCutOffHasItsEndInTheLog(t *testing.T) {
	log := new(lines)
	p, _ := startTapped(t, func(w http.ResponseWriter, r *http.Request) bool {
		if isAPI(r) {
			w.Header().Set("Content-Length", "100")
			_, _ = fmt.Fprint(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
		return false
	}, func(o *broker.Options) { o.Audit = broker.NewAuditLog(log) })
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+accounts, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.key)
	if resp, err := direct.Do(req); err == nil {
		_ = resp.Body.Close()
	}
	log.wait(t, func(all []map[string]any) bool {
		return len(all) == 2 && all[1]["event"] == "end" && all[1]["bytes"] == 4.0
	})
}

func TestNoSecretOfAPathIsInTheLogWhoeverAsks(t *testing.T) {
	const uuid, short = "7f9c24e8-3b12-4fef-91e0-7b5d0b1c2a3d", "Zx81tokenOfThirtySixCharactersExactly"
	p, _, log := audited(t)
	paths := []string{
		"/api/auth/logout/", "/api/auth/logout/x/", "/API/auth/LOGOUT/", "/voice/api/v1/admin/token/", "/voice/api/v1/admin/%74oken/", "/VOICE/api/v1/admin/Token/", "/password/reset/1/", "/voice/api/v1/admin/users/password/reset/1/",
		"/voice/api/v9/tokens/", "/restapi/v1.0/revoke/", "/api/auth/token/refresh/", "/restapi/v1.0/glip/webhooks/", "/token/", "/nothing/logout/a/b/",
		"/api/auth/logout;x/", "/logout./", "/access_token/", "/apitoken/", "/key/", "/bearer/", "/", "/x/", "/voice/", "/restapi/v1.0/access_token/", "/restapi/v1.0/logout./",
		"/voice/api/v9/my-api-key/", "/voice/api/v9/Bearer/",
	}
	for _, op := range apispec.Default().Operations {
		for param := range op.In(apispec.InPath) {
			if before, _, ok := strings.Cut(op.Path, "{"+param.Name+"}"); ok && param.Secret {
				for _, other := range strings.Split(before, "/") {
					if strings.HasPrefix(other, "{") {
						before = strings.Replace(before, other, "1", 1)
					}
				}
				paths = append(paths, before)
			}
		}
	}
	for _, path := range paths {
		for _, secret := range []string{uuid, short} {
			for _, method := range []string{http.MethodGet, http.MethodDelete, http.MethodPost, http.MethodPut} {
				p.ask(method, path+secret, "")
				p.ask(method, path+secret+"/more", "", with("Authorization", "Bearer rcxb_unknown"))
				p.ask(method, path+secret, "", with("Authorization", "Bearer rcxb_unknown"))
				p.ask(method, path+secret, "", with("RingCX-Profile", "unknown"))
				p.ask(method, path+secret, "", with("Origin", "https://site.example"))
			}
		}
	}
	all := log.entries(t)
	for _, e := range all {
		if path := fmt.Sprint(e["path"]); strings.Contains(path, uuid) || strings.Contains(path, short) {
			t.Fatalf("%v %v stands there", e["method"], path)
		}
	}
	if want := len(paths) * 2 * 4 * 5; len(all) < want {
		t.Errorf("the log has %d lines of %d requests", len(all), want)
	}
	p.ask(http.MethodGet, "/voice/api/v1/nothing/"+uuid, "")                                                 // the control: what nothing says is a secret stays
	p.ask(http.MethodGet, accounts+"/21000001/dialGroups", "", with("Authorization", "Bearer rcxb_unknown")) // as does what is described
	p.ask(http.MethodGet, "/api/auth/nothing/more", "")                                                      // and the beginning of what leads nowhere
	for _, want := range []string{`"path":"/api/auth/{}"`, `"path":"/voice/api/v1/nothing/` + uuid, `"path":"` + accounts + `/21000001/dialGroups`, `"path":"/voice/api/v1/admin/token/{token}"`} {
		if !strings.Contains(log.text.String(), want) {
			t.Errorf("the log has no %s", want)
		}
	}
}
