//go:build !race

package sandbox_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

// grown is how much more memory is in use after do.
func grown(do func()) int {
	before := heapInUse()
	do()
	return heapInUse() - before
}

func TestObjectsOfAllNamespacesHaveOneBudgetAndEachHasAShare(t *testing.T) {
	v := &vendor{Server: stopped(t), t: t}
	uris := `"http://127.0.0.1/` + strings.Repeat("x", 1_900) + `"`
	app := `{"name":"Many","auth":"code","redirectUris":[` + strings.Repeat(uris+",", 499) + uris + `]}`
	inside := func(i int) *vendor { return v.within(fmt.Sprintf("http://example.com/_ns/n%d", i)) }
	got := grown(func() {
		made := 0
		for i := range 420 {
			if inside(i%6).controlRaw(http.MethodPost, "apps", app).status == http.StatusOK {
				made++
			}
		}
		if made < 60 || made > 70 {
			t.Errorf("%d apps of a MB were made", made)
		}
	})
	if got > 110<<20 {
		t.Errorf("it has grown by %d MB", got>>20)
	}
	for status := http.StatusOK; status == http.StatusOK; {
		status = inside(1).controlRaw(http.MethodPost, "apps", `{"name":"Small"}`).status
	}
	suite := v.within("http://example.com/_ns/suite")
	for i := range 128 {
		suite.control("apps", fmt.Sprintf(`{"name":"Mine %d","scopes":["ReadAccounts"]}`, i))
	}
	suite.controlRaw(http.MethodPost, "apps", `{"name":"One more"}`).want(http.StatusBadRequest)
	v.controlRaw(http.MethodDelete, "namespaces/n0", "").want(http.StatusOK)
	suite.control("apps", `{"name":"One more"}`)
	v.control("reset", "")
	inside(0).control("apps", app)
}

func TestAListOfManyEmptyThingsIsWeighedByWhatItTakes(t *testing.T) {
	v := &vendor{Server: stopped(t), t: t}
	got := grown(func() {
		for i := range 200 {
			v.controlRaw(http.MethodPost, "apps", fmt.Sprintf(`{"name":"%d","scopes":[%s""]}`, i, strings.Repeat(`"",`, 300_000)))
			v.controlRaw(http.MethodPost, "apps", fmt.Sprintf(`{"name":"%d","redirectUris":[%s"a:b"]}`, i, strings.Repeat(`"a:b",`, 150_000)))
		}
	})
	if got > 100<<20 {
		t.Errorf("it has grown by %d MB", got>>20)
	}
}

// bombs are snapshots that are small and take very much, made from one that was saved.
func bombs(saved string) map[string]string {
	agents := func(n int) string {
		at := strings.Index(saved, `"agents":[`) + len(`"agents":[`)
		return saved[:at] + strings.Repeat("{},", n) + saved[at:]
	}
	kind := func(text string) string { return strings.Replace(saved, `"records":{`, `"records":{`+text+`,`, 1) }
	var requests, summaries strings.Builder
	for i := range 2_000_000 {
		fmt.Fprintf(&requests, `"%05d":{},`, i)
	}
	for i := range 800_000 {
		fmt.Fprintf(&summaries, `"%d 1":{},`, i)
	}
	at := strings.Index(saved, `"scopes":[`) + len(`"scopes":[`)
	session := `"app":"a","user":1,"scope":[` + strings.Repeat(`"",`, 5_000_000) + `""]`
	return map[string]string{
		"agents":             agents(5_000_000),
		"fewer agents":       agents(900_000),
		"requests":           kind(`"request":{` + strings.TrimSuffix(requests.String(), ",") + `}`),
		"the same request":   kind(`"request":{` + strings.Repeat(`"00001":{},`, 999_999) + `"00001":{}}`),
		"summaries":          kind(`"summary":{` + strings.TrimSuffix(summaries.String(), ",") + `}`),
		"scopes of an app":   saved[:at] + strings.Repeat(`"",`, 5_500_000) + saved[at:],
		"scopes":             kind(`"session":{"1":{` + session + `},"2":{` + session + `},"3":{` + session + `}}`),
		"very many records":  kind(`"user":{` + strings.Repeat(`"":0,`, 2<<20) + `"1":0}`),
		"a record of 17 MiB": kind(`"reset":{"":"` + strings.Repeat("a", 17<<20) + `"}`),
		"a name of 17 MiB":   kind(`"` + strings.Repeat("a", 17<<20) + `":{}`),
	}
}

func TestASnapshotThatTakesMuchMoreThanItsSizeIsRefusedAndChangesNothing(t *testing.T) {
	v := &vendor{Server: stopped(t), t: t}
	token := str(v.exchange(), "accessToken")
	saved := v.get("/_sandbox/snapshot", "").want(http.StatusOK).body
	for name, text := range bombs(saved) {
		t.Run(name, func(t *testing.T) {
			var got reply
			most := peak(func() {
				got = v.controlRaw(http.MethodPost, "snapshot", text)
			})
			t.Logf("%d MB need %d MB", len(text)>>20, most>>20)
			if said := fmt.Sprint(got.want(http.StatusRequestEntityTooLarge).json()["error"]); !strings.Contains(said, "--snapshot FILE") || len(said) > 200 {
				t.Errorf("it says %s", said)
			}
			if most > 250<<20 {
				t.Errorf("it needs %d MB", most>>20)
			}
			v.get(usersPath, token).want(http.StatusOK)
		})
	}
	v.control("snapshot", saved)
	v.control("apps", `{"name":"Mine"}`)
}

func TestSnapshotsInManyNamespacesHaveOneBudget(t *testing.T) {
	v := &vendor{Server: stopped(t), t: t}
	saved := v.get("/_sandbox/snapshot", "").want(http.StatusOK).body
	at := strings.Index(saved, `"agents":[`) + len(`"agents":[`)
	large := saved[:at] + strings.Repeat("{},", 200_000) + saved[at:]
	taken := 0
	got := grown(func() {
		for i := range 12 {
			inside := v.within(fmt.Sprintf("http://example.com/_ns/n%d", i))
			switch status := inside.controlRaw(http.MethodPost, "snapshot", large).status; status {
			case http.StatusOK:
				taken++
			case http.StatusRequestEntityTooLarge:
			default:
				t.Errorf("status %d", status)
			}
		}
	})
	if taken < 2 || taken > 4 || got > 150<<20 {
		t.Errorf("%d were taken, it has grown by %d MB", taken, got>>20)
	}
	v.within("http://example.com/_ns/suite").control("snapshot", saved)
	v.within("http://example.com/_ns/n0").control("snapshot", saved) // and gives back what it had
	v.control("reset", "")
	v.control("snapshot", large)
}

func TestTheSnapshotOfASandboxThatIsFullIsTakenAgain(t *testing.T) {
	v := &vendor{Server: stopped(t), t: t}
	for status := http.StatusOK; status == http.StatusOK; {
		status = v.controlRaw(http.MethodPost, "apps", `{"name":"`+strings.Repeat("x", 500)+`","redirectUris":["http://127.0.0.1/a","http://127.0.0.1/b"]}`).status
	}
	for range 12_000 {
		v.get("/restapi/"+strings.Repeat("p", 30), "")
	}
	saved := v.get("/_sandbox/snapshot", "").want(http.StatusOK).body
	if len(saved) < 40<<20 {
		t.Fatalf("it has %d MB only", len(saved)>>20)
	}
	full := func() {
		t.Helper()
		v.controlRaw(http.MethodPost, "apps", `{"name":"One more"}`).want(http.StatusBadRequest)
	}
	full()
	v.control("snapshot", saved)
	full()
	other := &vendor{Server: stopped(t), t: t}
	other.control("snapshot", saved)
	if again := other.get("/_sandbox/snapshot", "").want(http.StatusOK).body; again != saved {
		t.Errorf("%d bytes have become %d", len(saved), len(again))
	}
}

func TestASnapshotInAFileMayBeLargerThanOneThatIsPosted(t *testing.T) {
	v := &vendor{Server: stopped(t), t: t}
	saved := v.get("/_sandbox/snapshot", "").want(http.StatusOK).body
	at := strings.Index(saved, `"agents":[`) + len(`"agents":[`)
	large := saved[:at] + strings.Repeat("{},", 400_000) + saved[at:]
	if err := v.Restore(strings.NewReader(large)); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	r := httptest.NewRecorder()
	r.Body = &out
	v.ServeHTTP(r, httptest.NewRequest(http.MethodGet, "/_sandbox/snapshot", nil))
	if out.Len() < 17<<20 {
		t.Fatalf("it has %d MB only", out.Len()>>20)
	}
	other, err := sandbox.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Restore(&out); err != nil {
		t.Error(err)
	}
}

// sending posts a snapshot, of which part is there already when it returns.
func (v *vendor) sending(path, part string) (rest func(text string) reply) {
	v.t.Helper()
	body, say := io.Pipe()
	done := make(chan reply, 1)
	go func() {
		w := httptest.NewRecorder()
		v.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, body))
		_ = body.Close()
		done <- reply{v.t, w.Code, w.Header(), w.Body.String()}
	}()
	_, _ = io.WriteString(say, part)
	return func(text string) reply {
		_, _ = io.WriteString(say, text)
		_ = say.Close()
		return <-done
	}
}

func TestSnapshotsThatAreOnTheirWayAreWeighedTogether(t *testing.T) {
	v := &vendor{Server: stopped(t), t: t}
	saved := v.get("/_sandbox/snapshot", "").want(http.StatusOK).body
	head, tail, _ := strings.Cut(saved, `"records":{`)
	large := head + `"records":{"future":{"":0},"session":{` + strings.Repeat(`"":0,`, 1_100_000)
	const path = "/_sandbox/snapshot"
	first := v.sending(path, large)
	got := v.sending(path, large)("").want(http.StatusServiceUnavailable)
	if got.header.Get("Retry-After") == "" {
		t.Error("it does not say when to come again")
	}
	v.control("snapshot", saved)
	first(`"":0},` + tail).want(http.StatusBadRequest)
	v.sending(path, large)(`"":0},` + tail).want(http.StatusBadRequest)
}

func TestANamespaceThatEndsWhileItIsRestoredGivesBackWhatThatTook(t *testing.T) {
	v := &vendor{Server: stopped(t), t: t}
	saved := v.get("/_sandbox/snapshot", "").want(http.StatusOK).body
	at := strings.Index(saved, `"agents":[`) + len(`"agents":[`)
	large := saved[:at] + strings.Repeat("{},", 200_000) + saved[at:]
	for range 6 {
		rest := v.sending("/_ns/a/_sandbox/snapshot", large[:len(large)-1])
		v.controlRaw(http.MethodDelete, "namespaces/a", "").want(http.StatusOK)
		rest(large[len(large)-1:]).want(http.StatusOK)
	}
	v.control("snapshot", large)
	for range 20 {
		v.control("apps", large1MB)
	}
}

// large1MB is an app that takes about a MB.
var large1MB = `{"name":"` + strings.Repeat("x", 1_000_000) + `"}`

func TestANamespaceThatDoesNothingTakesLittle(t *testing.T) {
	v := &vendor{Server: stopped(t), t: t}
	token := str(v.within("http://example.com/_ns/n0").exchange(), "accessToken")
	touch := func() {
		t.Helper()
		for i := range 1_000 {
			v.get(fmt.Sprintf("/_ns/n%d/restapi", i), "").want(http.StatusOK)
		}
	}
	got := grown(touch)
	again := grown(touch)
	t.Logf("1,000 namespaces take %d KiB, and %d KiB more when each is asked again", got>>10, again>>10)
	if got > 50<<20 || again > 5<<20 {
		t.Errorf("1,000 namespaces take %d MB, and %d MB more when each is asked again", got>>20, again>>20)
	}
	v.within("http://example.com/_ns/n0").get(usersPath, token).want(http.StatusOK)
}
