package sandbox_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/ringcx-go/ringcx/sandbox"
)

// snapshotBefore is what GET /_sandbox/snapshot answered in the version before tables, at commit 11c8105, after everyKind.
const snapshotBefore = "testdata/snapshot-1.json"

// kindsBefore are the kinds of records that a snapshot of that version can have.
var kindsBefore = []string{
	"account", "api-tokens", "app", "authorization-code", "browser", "center", "client-assertion", "clock", "credential",
	"faults", "flow", "hashcode", "hostile-day", "hostile-turns", "limit", "limiter", "login-code", "password-reset",
	"request", "seals", "session", "settings", "sign-in", "summary", "user", "world",
}

// everyKind does something of everything that a server remembers.
func everyKind(d *developer) {
	v, demo := d.v, d.v.Demo()
	first := v.login("endpoint_id", "mine", "scope", "ReadAccounts")
	v.demoForm(revokePath, "token", str(first, "refresh_token")).want(http.StatusOK)
	second := v.login()
	v.get(accountPath, str(second, "access_token")).want(http.StatusOK)
	cx := v.exchangeToken(str(second, "access_token")).want(http.StatusOK).json() // with a hashcode
	v.refresh(str(second, "refresh_token")).want(http.StatusOK)
	v.form(refreshPath, "refresh_token", str(cx, "refreshToken")).want(http.StatusOK)
	v.call(http.MethodPost, "/voice/api/v1/admin/token", str(cx, "accessToken")).want(http.StatusOK)
	v.form("/api/v1/auth/login", "username", demo.AdminUsername, "password", demo.AdminPassword, "stayLoggedIn", "true").want(http.StatusOK)
	v.form("/api/auth/password/requestreset", "username", demo.AdminUsername).want(http.StatusOK)
	used := v.control("codes", `{}`)["code"].(string)
	v.form("/api/auth/login/code", "code", used).want(http.StatusOK)
	v.control("codes", `{"kind":"tenfold"}`)
	v.control("summaries", `{"account":"1","segment":"s","agent":"a <b>","auto":"b"}`)
	v.asserting(signedBy(d.t, jose.HS256, []byte(demo.ClientSecret), v.claims(demo.ClientID))).want(http.StatusOK)
	v.redeemWeb(v.person().code(v.webRequest()), "redirect_uri", demo.WebRedirectURI).want(http.StatusOK)
	v.person().code(v.nativeRequest())
	v.person().open(v.nativeRequest())
	v.control("clock", `{"advance":"90s"}`)
	v.control("switches", `{"sessionCapRefuses":true,"graceUnused":"30m","falseStatus":null}`)
	d.do("controls", "controls/limits", "change", "off")
	v.control("faults", `{"path":"/api/*","method":"post","kind":"retry-after","times":3,"retryAfterDate":"5s"}`)
	v.control("faults", `{"path":"/voice/*","kind":"skew","times":2}`)
	v.control("faults", `{"path":"/voice/api/v1/admin/none","kind":"delay","delay":"2s"}`)
	v.control("faults", `{"hostile":0.9,"seed":7,"path":"/voice/*","kinds":["skew","status"]}`)
	for range 3 {
		v.get(usersPath, str(cx, "accessToken"))
	}
	v.get(accountsPath, str(cx, "accessToken"))
}

// records are those of a snapshot.
func records(t testing.TB, saved []byte) map[string]map[string]any {
	t.Helper()
	var out struct {
		Records map[string]map[string]any `json:"records"`
	}
	if err := json.Unmarshal(saved, &out); err != nil {
		t.Fatal(err)
	}
	return out.Records
}

func wantEveryKind(t *testing.T, saved []byte) {
	t.Helper()
	all := records(t, saved)
	for _, kind := range kindsBefore {
		if len(all[kind]) == 0 {
			t.Errorf("there is no record of the kind %s", kind)
		}
	}
	if len(all) != len(kindsBefore) {
		t.Errorf("there are records of %d kinds", len(all))
	}
}

func TestASnapshotOfTheVersionBeforeTablesOpens(t *testing.T) {
	saved, err := os.ReadFile(snapshotBefore)
	if err != nil {
		t.Fatal(err)
	}
	wantEveryKind(t, saved)
	v := newVendor(t, sandbox.Options{})
	v.control("snapshot", string(saved))
	got := v.get("/_sandbox/snapshot", "").want(http.StatusOK).body
	if diff := cmp.Diff(records(t, saved), records(t, []byte(got))); diff != "" {
		t.Errorf("it has become another (- file, + server):\n%s", diff)
	}
	_, before, _ := strings.Cut(string(saved), `,"records":`)
	_, now, _ := strings.Cut(got, `,"records":`)
	if strings.TrimSpace(before) != now {
		t.Error("it is written in another way")
	}
}

func TestASnapshotOfEveryKindComesBack(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	everyKind(d)
	saved := d.v.get("/_sandbox/snapshot", "").want(http.StatusOK).body
	wantEveryKind(t, []byte(saved))
	other := newVendor(t, sandbox.Options{})
	other.control("snapshot", saved)
	got := other.get("/_sandbox/snapshot", "").want(http.StatusOK).body
	if diff := cmp.Diff(records(t, []byte(saved)), records(t, []byte(got))); diff != "" {
		t.Errorf("it has become another (- before, + after):\n%s", diff)
	}
}

// TestADamagedRecordIsRefusedWhateverItsKind gives each kind a record that is none.
func TestADamagedRecordIsRefusedWhateverItsKind(t *testing.T) {
	saved, err := os.ReadFile(snapshotBefore)
	if err != nil {
		t.Fatal(err)
	}
	v := newVendor(t, sandbox.Options{})
	v.control("snapshot", string(saved))
	before := v.get("/_sandbox/snapshot", "").body
	var file struct {
		Format  string                                `json:"format"`
		Made    json.RawMessage                       `json:"made"`
		Records map[string]map[string]json.RawMessage `json:"records"`
	}
	for _, kind := range kindsBefore {
		file.Records = nil
		if err := json.Unmarshal(saved, &file); err != nil {
			t.Fatal(err)
		}
		for key := range file.Records[kind] {
			file.Records[kind][key] = json.RawMessage(`[{"no":[]}, 1]`)
		}
		damaged, err := json.Marshal(file)
		if err != nil {
			t.Fatal(err)
		}
		got := v.send(httptest.NewRequest(http.MethodPost, "/_sandbox/snapshot", strings.NewReader(string(damaged)))).want(http.StatusBadRequest)
		if !strings.Contains(got.body, "the snapshot is damaged: ") || !strings.Contains(got.body, kind) {
			t.Errorf("%s: %s", kind, got.body)
		}
	}
	if after := v.get("/_sandbox/snapshot", "").body; after != before {
		t.Error("something has changed")
	}
}
