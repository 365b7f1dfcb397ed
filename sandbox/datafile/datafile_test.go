package datafile_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"github.com/ringcx-go/ringcx/sandbox"
	"github.com/ringcx-go/ringcx/sandbox/datafile"
)

const (
	tokenPath    = "/restapi/oauth/token"
	exchangePath = "/api/auth/login/rc/accesstoken"
	refreshPath  = "/api/auth/token/refresh"
	jwtGrant     = "urn:ietf:params:oauth:grant-type:jwt-bearer"
)

// box is a sandbox on a file whose clock stands still.
type box struct {
	*sandbox.Server
	t    *testing.T
	file *datafile.File
	path string
}

func open(t *testing.T, path string) *box {
	t.Helper()
	file, err := datafile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	start := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	s, err := sandbox.New(&sandbox.Options{Hosts: []string{"example.com"}, Keeper: file, Now: func() time.Time { return start }})
	if err != nil {
		t.Fatal(err)
	}
	return &box{s, t, file, path}
}

// again is the box after the end of its process: nothing is told to the server that ends.
func (b *box) again() *box {
	b.t.Helper()
	if err := b.file.Close(); err != nil {
		b.t.Fatal(err)
	}
	return open(b.t, b.path)
}

func (b *box) do(r *http.Request, want int) *httptest.ResponseRecorder {
	b.t.Helper()
	r.Header.Set("User-Agent", "datafile-test/1.0")
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	if w.Code != want {
		b.t.Fatalf("%s %s: status %d, want %d: %s", r.Method, r.URL.Path, w.Code, want, w.Body)
	}
	return w
}

func form(path string, pairs ...string) *http.Request {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func (b *box) app(path string, pairs ...string) map[string]any {
	b.t.Helper()
	r := form(path, pairs...)
	r.SetBasicAuth(b.Demo().ClientID, b.Demo().ClientSecret)
	return b.json(r)
}

func (b *box) json(r *http.Request) map[string]any {
	b.t.Helper()
	var out map[string]any
	if err := json.Unmarshal(b.do(r, http.StatusOK).Body.Bytes(), &out); err != nil {
		b.t.Fatal(err)
	}
	return out
}

func (b *box) control(path, body string) map[string]any {
	b.t.Helper()
	return b.json(httptest.NewRequest(http.MethodPost, "/_sandbox/"+path, strings.NewReader(body)))
}

func (b *box) login() string {
	b.t.Helper()
	return b.app(tokenPath, "grant_type", jwtGrant, "assertion", b.Demo().JWT)["access_token"].(string)
}

func (b *box) exchange(token string) map[string]any {
	b.t.Helper()
	return b.json(form(exchangePath, "rcAccessToken", token, "rcTokenType", "Bearer", "includeRefresh", "true"))
}

// snapshot is everything that the server knows.
func (b *box) snapshot() map[string]any {
	b.t.Helper()
	return b.json(httptest.NewRequest(http.MethodGet, "/_sandbox/snapshot", nil))
}

// steps is a story in which everything that a server keeps is made and changed.
var steps = []struct {
	name string
	do   func(b *box, said map[string]string)
}{
	{"login", func(b *box, said map[string]string) {
		got := b.app(tokenPath, "grant_type", jwtGrant, "assertion", b.Demo().JWT)
		said["access"], said["refresh"] = got["access_token"].(string), got["refresh_token"].(string)
	}},
	{"login with wishes", func(b *box, _ map[string]string) {
		b.app(tokenPath, "grant_type", jwtGrant, "assertion", b.Demo().JWT, "scope", "ReadAccounts", "endpoint_id", "mine", "access_token_ttl", "700")
	}},
	{"first use", func(b *box, said map[string]string) {
		b.do(bearer("/restapi/v1.0/account/~", said["access"]), http.StatusOK)
	}},
	{"exchange", func(b *box, said map[string]string) {
		got := b.exchange(said["access"])
		said["cx"], said["cxrefresh"] = got["accessToken"].(string), got["refreshToken"].(string)
	}},
	{"read", func(b *box, said map[string]string) {
		b.do(bearer("/voice/api/v1/admin/users", said["cx"]), http.StatusOK)
	}},
	{"refresh of RingCX", func(b *box, said map[string]string) {
		got := b.json(form(refreshPath, "refresh_token", said["cxrefresh"]))
		said["cxspent"], said["cxrefresh"] = said["cxrefresh"], got["refreshToken"].(string)
	}},
	{"replay", func(b *box, said map[string]string) {
		b.do(form(refreshPath, "refresh_token", said["cxspent"]), http.StatusUnauthorized)
	}},
	{"refresh of RingCentral", func(b *box, said map[string]string) {
		got := b.app(tokenPath, "grant_type", "refresh_token", "refresh_token", said["refresh"])
		said["spent"], said["refresh"] = said["refresh"], got["refresh_token"].(string)
	}},
	{"API token", func(b *box, said map[string]string) {
		r := bearer("/voice/api/v1/admin/token", said["cx"])
		r.Method = http.MethodPost
		said["api"] = b.do(r, http.StatusOK).Body.String()
	}},
	{"API token removed", func(b *box, said map[string]string) {
		r := bearer("/voice/api/v1/admin/token", said["cx"])
		r.Method = http.MethodPost
		token := b.do(r, http.StatusOK).Body.String()
		gone := bearer("/voice/api/v1/admin/token/"+url.PathEscape(token), said["cx"])
		gone.Method = http.MethodDelete
		b.do(gone, http.StatusOK)
	}},
	{"legacy login", func(b *box, said map[string]string) {
		got := b.json(form("/api/v1/auth/login", "username", b.Demo().AdminUsername, "password", b.Demo().AdminPassword, "stayLoggedIn", "true"))
		said["xauth"] = got["authToken"].(string)
	}},
	{"password login", func(b *box, said map[string]string) {
		d := b.Demo()
		got := b.json(form("/api/auth/login/admin", "username", d.AdminUsername, "password", d.AdminPassword, "platformId", d.PlatformID))
		said["logout"] = got["refreshToken"].(string)
	}},
	{"logout", func(b *box, said map[string]string) {
		b.do(httptest.NewRequest(http.MethodDelete, "/api/auth/logout/"+said["logout"], nil), http.StatusOK)
	}},
	{"clock", func(b *box, _ map[string]string) { b.control("clock", `{"advance":"10m"}`) }},
	{"use of an X-Auth-Token", func(b *box, said map[string]string) {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/admin/users", nil)
		r.Header.Set("X-Auth-Token", said["xauth"])
		b.do(r, http.StatusOK)
	}},
	{"mail, and a new password", func(b *box, _ map[string]string) {
		b.do(form("/api/auth/password/requestreset", "username", b.Demo().AdminUsername), http.StatusOK)
		mail := b.json(httptest.NewRequest(http.MethodGet, "/_sandbox/mail", nil))["mail"].([]any)
		token := mail[0].(map[string]any)["token"].(string)
		b.do(form("/voice/api/v1/auth/passwordReset", "token", token, "password", "another one"), http.StatusOK)
	}},
	{"account, app, credential", func(b *box, said map[string]string) {
		acct := b.control("accounts", `{"name":"Second","production":true,"ringcx":true}`)
		account := acct["accountId"].(float64)
		said["user"] = fmt.Sprintf("%.0f", acct["userId"].(float64))
		b.control("apps", fmt.Sprintf(`{"name":"Mine","auth":"code","account":%.0f,"redirectUris":["https://app.example/cb"],"refreshTokens":true}`, account))
		cred := b.control("credentials", fmt.Sprintf(`{"user":%s,"clientIds":[%q],"expires":"2027-01-01T00:00:00Z"}`, said["user"], b.Demo().ClientID))
		b.do(httptest.NewRequest(http.MethodDelete, "/_sandbox/credentials/"+cred["id"].(string), nil), http.StatusOK)
	}},
	{"user", func(b *box, said map[string]string) {
		b.control("users/"+said["user"], `{"enabled":false,"ringcx":false,"password":"xyzzy"}`)
	}},
	{"administrator and agent", func(b *box, _ map[string]string) {
		b.control("admins", `{"username":"kim@example.com","password":"p","platformId":"p1"}`)
		b.control("admins/kim@example.com", `{"enabled":false}`)
	}},
	{"login code", func(b *box, _ map[string]string) {
		code := b.control("codes", `{}`)["code"].(string)
		b.json(form("/api/auth/login/code", "code", code))
	}},
	{"summary", func(b *box, _ map[string]string) {
		b.control("summaries", `{"account":"1","segment":"s","agent":"a","auto":"b"}`)
	}},
	{"switches", func(b *box, _ map[string]string) { b.control("switches", `{"sessionCapRefuses":true}`) }},
	{"sign-in in a browser", func(b *box, said map[string]string) {
		start := "/restapi/oauth/authorize?response_type=code&client_id=" + b.Demo().WebClientID + "&redirect_uri=" +
			url.QueryEscape(b.Demo().WebRedirectURI) + "&state=s&code_challenge=" + strings.Repeat("a", 43)
		w := b.do(httptest.NewRequest(http.MethodGet, start, nil), http.StatusFound)
		said["page"], said["cookie"] = w.Header().Get("Location"), w.Header().Get("Set-Cookie")
	}},
	{"sixth session", func(b *box, _ map[string]string) {
		b.control("switches", `{"sessionCapRefuses":false}`)
		b.control("clock", `{"advance":"2m"}`)
		for range 4 {
			b.login()
		}
	}},
	{"revocation", func(b *box, said map[string]string) {
		r := form("/restapi/oauth/revoke", "token", said["refresh"])
		r.SetBasicAuth(b.Demo().ClientID, b.Demo().ClientSecret)
		b.do(r, http.StatusOK)
	}},
}

func bearer(path, token string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

func TestWhatWasAnsweredIsThereAgainAfterTheProcessEnds(t *testing.T) {
	b := open(t, filepath.Join(t.TempDir(), "box.db"))
	said := map[string]string{}
	for _, step := range steps {
		step.do(b, said)
		before := b.snapshot()
		b = b.again()
		if diff := cmp.Diff(before, b.snapshot()); diff != "" {
			t.Fatalf("after %s the file does not hold what the server knows (- server, + file):\n%s", step.name, diff)
		}
	}
}

func TestASessionGoesOnAfterTheProcessEnds(t *testing.T) {
	b := open(t, filepath.Join(t.TempDir(), "box.db"))
	first := b.exchange(b.login())
	b = b.again()
	b.do(bearer("/voice/api/v1/admin/users", first["accessToken"].(string)), http.StatusOK)
	second := b.json(form(refreshPath, "refresh_token", first["refreshToken"].(string)))
	b = b.again()
	b.do(form(refreshPath, "refresh_token", first["refreshToken"].(string)), http.StatusUnauthorized)
	if got := b.Requests(); len(got[len(got)-1].Verdicts) != 1 {
		t.Errorf("verdicts on a replay after a restart: %q", got[len(got)-1].Verdicts)
	}
	b.json(form(refreshPath, "refresh_token", second["refreshToken"].(string)))
}

func TestASnapshotMakesAnotherServerTheSame(t *testing.T) {
	b := open(t, filepath.Join(t.TempDir(), "a.db"))
	token := b.exchange(b.login())["accessToken"].(string)
	saved := b.do(httptest.NewRequest(http.MethodGet, "/_sandbox/snapshot", nil), http.StatusOK).Body.String()
	other := open(t, filepath.Join(t.TempDir(), "b.db"))
	other.control("snapshot", saved)
	other.do(bearer("/voice/api/v1/admin/users", token), http.StatusOK)
	before := other.snapshot()
	other = other.again()
	if diff := cmp.Diff(before, other.snapshot()); diff != "" {
		t.Errorf("the snapshot was not kept:\n%s", diff)
	}
	other.control("reset", "")
	other = other.again()
	other.do(bearer("/voice/api/v1/admin/users", token), http.StatusUnauthorized)
}

func TestANamespaceThatTookASnapshotOfAnotherSeedIsThereAgain(t *testing.T) {
	seven, err := sandbox.New(&sandbox.Options{Seed: 7, Hosts: []string{"example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	seven.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/_sandbox/snapshot", nil))
	b := open(t, filepath.Join(t.TempDir(), "box.db"))
	b.do(httptest.NewRequest(http.MethodPost, "/_ns/seven/_sandbox/snapshot", w.Body), http.StatusOK)
	env := b.json(httptest.NewRequest(http.MethodGet, "/_ns/seven/_sandbox/env", nil))
	if env["jwt"] != seven.Demo().JWT {
		t.Error("the namespace did not take the snapshot")
	}
	b = b.again()
	if got := b.json(httptest.NewRequest(http.MethodGet, "/_ns/seven/_sandbox/env", nil)); got["jwt"] != env["jwt"] {
		t.Error("the namespace is another one")
	}
}

func TestADamagedSnapshotChangesNothing(t *testing.T) {
	b := open(t, filepath.Join(t.TempDir(), "box.db"))
	token := b.exchange(b.login())["accessToken"].(string)
	saved := b.do(httptest.NewRequest(http.MethodGet, "/_sandbox/snapshot", nil), http.StatusOK).Body.String()
	for name, damage := range map[string]string{
		"another format":               strings.Replace(saved, "ringcx-sandbox/1", "ringcx-sandbox/9", 1),
		"an unknown user":              strings.Replace(saved, `"session":{"1":{"app":`, `"session":{"1":{"app":"x`, 1),
		"half":                         saved[:len(saved)/2],
		"no world":                     strings.Replace(saved, `"world":{"`, `"wold":{"`, 1),
		"a clock out of its range":     strings.Replace(saved, `"clock":{"":0}`, `"clock":{"":9223372036854775807}`, 1),
		"a fault of no kind":           strings.Replace(saved, `"records":{`, `"records":{"faults":{"":[{"path":"/*","left":1}]},`, 1),
		"a day that spoils nothing":    strings.Replace(saved, `"records":{`, `"records":{"hostile-day":{"":{"path":"/*"}},`, 1),
		"a secret that is spelled out": strings.Replace(saved, `"value":"$`, `"value":"`, 1),
	} {
		w := httptest.NewRecorder()
		b.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/_sandbox/snapshot", strings.NewReader(damage)))
		if w.Code != http.StatusBadRequest {
			t.Errorf("%s: status %d: %s", name, w.Code, w.Body)
		}
	}
	b.do(bearer("/voice/api/v1/admin/users", token), http.StatusOK)
}

func TestASnapshotIsTakenWhateverNumberASessionHas(t *testing.T) {
	b := open(t, filepath.Join(t.TempDir(), "box.db"))
	b.login()
	saved := b.do(httptest.NewRequest(http.MethodGet, "/_sandbox/snapshot", nil), http.StatusOK).Body.String()
	b.control("snapshot", strings.Replace(saved, `"session":{"1":`, `"session":{"9000000000000000000":`, 1))
	if got := b.snapshot()["records"].(map[string]any)["session"].(map[string]any); got["9000000000000000000"] == nil {
		t.Errorf("the sessions are %v", got)
	}
}

func TestAFileThatIsInUseOrOfSomethingElseIsRefusedInWords(t *testing.T) {
	dir := t.TempDir()
	used := filepath.Join(dir, "used.db")
	open(t, used)
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		used: "is in use by another process", text: "is not a file of the sandbox", filepath.Join(dir, "no", "such"): "no such file",
	} {
		file, err := datafile.Open(path)
		if err == nil {
			_ = file.Close()
			t.Errorf("%s was opened", path)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}

func TestOnlyItsOwnerReadsTheFile(t *testing.T) {
	b := open(t, filepath.Join(t.TempDir(), "box.db"))
	b.login()
	for _, path := range []string{b.path, b.path + "-wal"} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
	}
}

func TestANamespaceThatIsDeletedWhileItAnswersLeavesNothingBehind(t *testing.T) {
	b := open(t, filepath.Join(t.TempDir(), "box.db"))
	body, say := io.Pipe()
	r := httptest.NewRequest(http.MethodPost, "/_ns/nightly"+refreshPath, body)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answered := make(chan int)
	go func() {
		w := httptest.NewRecorder()
		b.ServeHTTP(w, r)
		answered <- w.Code
	}()
	if _, err := io.WriteString(say, "refresh_token="); err != nil { // it is being read
		t.Fatal(err)
	}
	b.do(httptest.NewRequest(http.MethodDelete, "/_sandbox/namespaces/nightly", nil), http.StatusOK)
	if err := say.Close(); err != nil {
		t.Fatal(err)
	}
	if code := <-answered; code != http.StatusBadRequest {
		t.Errorf("the request under way is answered %d", code)
	}
	b = b.again()
	if names, err := b.file.Namespaces(); err != nil || len(names) != 1 {
		t.Errorf("kept are %q, %v", names, err)
	}
	b.do(httptest.NewRequest(http.MethodGet, "/_ns/nightly/_sandbox/state", nil), http.StatusOK)
}

func TestNamespacesThatAreForgottenAreGoneFromTheFile(t *testing.T) {
	b := open(t, filepath.Join(t.TempDir(), "box.db"))
	names := func() []string {
		t.Helper()
		out, err := b.file.Namespaces()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	touch := func(name string) {
		t.Helper()
		b.do(httptest.NewRequest(http.MethodGet, "/_ns/"+name+"/restapi", nil), http.StatusOK)
	}
	for i := range 1_001 {
		touch(fmt.Sprint("n", i))
	}
	if got := names(); len(got) != 1_001 || slices.Contains(got, "n0") || !slices.Contains(got, "n1") || !slices.Contains(got, "n1000") {
		t.Errorf("kept are %d namespaces", len(got))
	}
	b = b.again()
	touch("n1000")
	b.do(httptest.NewRequest(http.MethodPost, "/_ns/n1000/_sandbox/reset", nil), http.StatusOK)
	if got := names(); len(got) != 1_001 {
		t.Errorf("after the reset of one, kept are %d namespaces", len(got))
	}
	b.control("reset", "")
	if got := names(); len(got) != 1 || got[0] != "" {
		t.Errorf("after a reset, kept are %q", got)
	}
	b = b.again()
	if got := b.json(httptest.NewRequest(http.MethodGet, "/_sandbox/namespaces", nil))["namespaces"].([]any); len(got) != 0 {
		t.Errorf("after another start there are %v", got)
	}
}

func TestWhatCannotBeKeptIsNotAnswered(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a file that is open cannot be deleted there")
	}
	b := open(t, filepath.Join(t.TempDir(), "box.db"))
	b.login()
	if err := os.Remove(b.path); err != nil {
		t.Fatal(err)
	}
	w := b.do(httptest.NewRequest(http.MethodGet, "/voice/api/v1/admin/users", nil), http.StatusInternalServerError)
	if !strings.Contains(w.Body.String(), "was deleted or replaced") {
		t.Errorf("the answer says %q", w.Body)
	}
}

// database makes a database that the sandbox did not make, with one bucket and a value in it.
func database(t *testing.T, path, bucket, key string, value []byte) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoFreelistSync: true}) // as some do, which has others add the list
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte(bucket))
		if err != nil {
			return err
		}
		return b.Put([]byte(key), value)
	})
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestADatabaseOfOthersOrOfLaterIsRefusedAndLeftAlone(t *testing.T) {
	for bucket, want := range map[string]string{
		"customers":      "is a database of something else",
		"ringcx-sandbox": "was written by a newer version of ringcx (layout 99",
	} {
		path := filepath.Join(t.TempDir(), "a b?c#d%.db")
		database(t, path, bucket, "layout", []byte{99})
		refused(t, path, want)
	}
}

// refused opens a file, which must fail and leave it as it is, alone in its directory.
func refused(t *testing.T, path, want string) {
	t.Helper()
	before, err := os.ReadFile(path) //nolint:gosec // a file of the test
	if err != nil {
		t.Fatal(err)
	}
	if file, err := datafile.Open(path); err == nil {
		_ = file.Close()
		t.Errorf("%s was opened", path)
	} else if !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), path+" ") {
		t.Errorf("%v, want %q", err, want)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, before) { //nolint:gosec // a file of the test
		t.Errorf("%d bytes before, %d after, %v", len(before), len(after), err)
	}
	if there, err := os.ReadDir(filepath.Dir(path)); err != nil || len(there) != 1 {
		t.Errorf("beside it are %v, %v", there, err)
	}
}

func TestAFileThatCannotBeUsedAnyMoreIsAnError(t *testing.T) {
	b := open(t, filepath.Join(t.TempDir(), "box.db"))
	if err := b.file.Close(); err != nil {
		t.Fatal(err)
	}
	namespaces, err := b.file.Namespaces()
	for name, err := range map[string]error{
		"Load": b.file.Load("", func(sandbox.Record) error { return nil }),
		"Save": b.file.Save("", false, []sandbox.Record{{Kind: "k", Key: "1"}}), "Namespaces": err,
	} {
		if err == nil || !strings.Contains(err.Error(), b.path) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if namespaces != nil {
		t.Errorf("namespaces %q", namespaces)
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/restapi", nil))
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "keeping what has changed") {
		t.Errorf("a request is answered %d: %s", w.Code, w.Body)
	}
}

func TestLoadingStopsWhereItsCallerFails(t *testing.T) {
	b := open(t, filepath.Join(t.TempDir(), "box.db"))
	b.login()
	failure, n := errors.New("enough"), 0
	err := b.file.Load("", func(sandbox.Record) error { n++; return failure })
	if !errors.Is(err, failure) || n != 1 {
		t.Errorf("after %d records: %v", n, err)
	}
}
