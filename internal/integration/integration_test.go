package integration_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/integration"
	"github.com/ringcx-go/ringcx/internal/usage"
)

func newAPI(t *testing.T, answer http.HandlerFunc) *integration.API {
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return &integration.API{
		Lister: &apicmd.Lister{Client: server.Client(), MaxWait: time.Minute, Pause: func(time.Duration, string) error { return nil }},
		Base:   server.URL, RCAccount: "300", Account: "21",
	}
}

func TestTheAccountAtRingCentralIsFoundInTheListOfAccounts(t *testing.T) {
	for _, c := range []struct{ accounts, want, says string }{
		{`[{"accountId":"20"},{"accountId":"21","mainAccount":{"rcAccountId":"300"}}]`, "300", ""},
		{`[{"accountId":21,"mainAccount":{"rcAccountId":300}}]`, "300", ""},
		{`[{"accountId":"21","rcAccountId":"300","mainAccount":null}]`, "300", ""},
		{`[{"accountId":"21"}]`, "", "the vendor does not say"},
		{`[{"accountId":"22","mainAccount":{"rcAccountId":"300"}},7]`, "", "is not in the list"},
	} {
		var accounts []json.RawMessage
		if err := json.Unmarshal([]byte(c.accounts), &accounts); err != nil {
			t.Fatal(err)
		}
		got, err := integration.RCAccount(accounts, "21")
		if got != c.want || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %q, %v", c.accounts, got, err)
		}
	}
}

func TestALongTimeIsAskedForInWindowsThatFollowEachOther(t *testing.T) {
	var asked []string
	api := newAPI(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = append(asked, string(body))
		if want := "/voice/api/cx/integration/v1/accounts/300/sub-accounts/21/interaction-metadata"; r.URL.Path != want {
			t.Errorf("asked was %s", r.URL.Path)
		}
		_, _ = fmt.Fprintf(w, `[{"segmentId":"%d"}]`, len(asked))
	})
	from := time.Date(2026, 1, 31, 8, 0, 0, 0, time.FixedZone("", 3600))
	n := 0
	err := api.Interactions(t.Context(), from, from.Add(7*time.Hour), false, func(rows []json.RawMessage) error { n += len(rows); return nil })
	want := []string{
		`{"segmentEndTime":"2026-01-31 07:00:00","timeInterval":10800,"timeZone":"UTC"}`,
		`{"segmentEndTime":"2026-01-31 10:00:00","timeInterval":10800,"timeZone":"UTC"}`,
		`{"segmentEndTime":"2026-01-31 13:00:00","timeInterval":3600,"timeZone":"UTC"}`,
	}
	if err != nil || n != 3 || strings.Join(asked, "\n") != strings.Join(want, "\n") {
		t.Errorf("%v, %d rows, asked were\n%s", err, n, strings.Join(asked, "\n"))
	}
}

// inMemory answers without a network, in time that is not real.
type inMemory func(*http.Request) *http.Response

// RoundTrip implements http.RoundTripper.
func (f inMemory) RoundTrip(req *http.Request) (*http.Response, error) { return f(req), nil }

func TestTheDocumentedLimitOfReportsIsKeptTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		pauses := 0
		client := &http.Client{Transport: inMemory(func(req *http.Request) *http.Response {
			at = append(at, time.Now())
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("[]")), Request: req}
		})}
		api := &integration.API{Lister: &apicmd.Lister{Client: client, Pause: func(d time.Duration, _ string) error {
			pauses++
			time.Sleep(d)
			return nil
		}}, Base: "https://ringcx.invalid", RCAccount: "300", Account: "21"}
		from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		to := from.Add(20 * 3 * time.Hour)
		if err := api.Interactions(t.Context(), from, to, false, func([]json.RawMessage) error { return nil }); err != nil {
			t.Fatal(err)
		}
		for i := range at {
			if i >= 3 && at[i].Sub(at[i-3]) < time.Minute || i >= 9 && at[i].Sub(at[i-9]) < 15*time.Minute {
				t.Errorf("request %d came too early", i)
			}
		}
		n, lasts := integration.Requests(from, to)
		if took := at[len(at)-1].Sub(at[0]); len(at) != n || took < lasts || took > lasts+2*time.Minute || pauses == 0 {
			t.Errorf("%d requests in %s, said were %d in %s", len(at), took, n, lasts)
		}
	})
}

func TestTotalsAreAskedForInTheTimeZoneOfTheTimes(t *testing.T) {
	var path, asked string
	api := newAPI(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		path, asked = r.URL.Path, string(body)
		_, _ = io.WriteString(w, `[{"queue":1}]`)
	})
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skip("this machine knows no time zones: ", err)
	}
	from := time.Date(2026, 1, 31, 0, 0, 0, 0, zone)
	rows, err := api.Total(t.Context(), "queues", from, from.Add(24*time.Hour).UTC(), 1800)
	if err != nil || len(rows) != 1 || !strings.HasSuffix(path, "/agg-queue-stats") ||
		asked != `{"endDate":"2026-02-01 00:00:00","startDate":"2026-01-31 00:00:00","timeInterval":1800,"timeZone":"America/New_York"}` {
		t.Errorf("%v, %s %s", err, path, asked)
	}
	for minutes, refused := range map[int]bool{-1: false, 0: true, 30: true, 90: true, 119: true, 120: false} { // around the hour that is shown twice
		asked = ""
		at := time.Date(2026, 11, 1, 5, minutes, 0, 0, time.UTC).In(zone)
		for _, span := range [][2]time.Time{{at, from.AddDate(1, 0, 0)}, {from, at}} {
			_, err := api.Total(t.Context(), "queues", span[0], span[1], 1800)
			var misuse *usage.Error
			if errors.As(err, &misuse) != refused || (asked == "") != refused {
				t.Errorf("%s: %v, asked %s", at, err, asked)
			}
		}
	}
}

// wav is a recording with n bytes, of which 32 are no sound, and a length in its head.
func wav(n int, says uint32) string {
	return "RIFF" + length(says) + "WAVE" + "fmt " + length(16) + strings.Repeat("f", 16) + "data" + length(uint32(n-32)) + strings.Repeat("x", n-32) //nolint:gosec // it is small
}

// length is a number as a WAV has it.
func length(n uint32) string { return string(binary.LittleEndian.AppendUint32(nil, n)) }

// mp3 is a recording with two frames of sound, and rest behind them.
func mp3(rest string) string {
	frame := "\xff\xfb\x90\x00" + strings.Repeat("x", 413)
	return frame + frame + rest
}

func TestARecordingIsAFileOfTheUsersOwnAndIsThereWholeOrNotAtAll(t *testing.T) {
	whole := wav(100, 104)
	for _, c := range []struct {
		name, kind, body string
		length           string // of the header, "": none
		status           int
		want, says       string
	}{
		{"whole", "audio/wav", whole, "", 200, "recording-d1+s1.wav", ""},
		{"with a length that was not known", "audio/wav", wav(100, 1<<32-1), "", 200, "recording-d1+s1.wav", ""},
		{"of another kind", "audio/mpeg", mp3(""), "", 200, "recording-d1+s1.mp3", ""},
		{"without a kind", "application/octet-stream", whole, "", 200, "recording-d1+s1.wav", ""},
		{"cut off", "audio/wav", whole[:60], "", 200, "", "the recording is cut off: it has 60 bytes of 112"},
		{"cut off by the connection", "audio/wav", whole[:60], "112", 200, "", "the answer broke off"},
		{"of a kind that is not said", "application/octet-stream", mp3(""), "", 200, "recording-d1+s1.mp3", ""},
		{"empty", "audio/mpeg", "", "", 200, "", "the recording is empty"},
		{"empty, of any kind", "application/octet-stream", "", "", 200, "", "the recording is empty"},
		{"a page that says it is sound", "audio/mpeg", "<html>sorry</html>", "", 200, "", "the recording is no MP3"},
		{"a page of any kind", "application/octet-stream", "<html>sorry</html>", "", 200, "", "neither a WAV nor an MP3"},
		{"JSON of any kind", "application/octet-stream", `{"error":"sorry"}`, "", 200, "", "neither a WAV nor an MP3"},
		{"unfinished", "audio/wav", wav(100, 0), "", 200, "", "the recording is unfinished"},
		{"with a head that was never finished", "audio/wav", wav(100, 36), "", 200, "", "the recording is unfinished"},
		{"with something behind it", "audio/wav", wav(100, 90), "", 200, "recording-d1+s1.wav", ""},
		{"not ready", "audio/wav", whole, "", 202, "", "202, and no recording yet"},
		{"a part", "audio/wav", whole, "", 206, "", "206, and no recording yet"},
		{"no sound", "audio/wav", `{"error":"sorry, not today"}`, "", 200, "", "the recording is no WAV"},
		{"no recording", "application/json", `{}`, "", 200, "", "the answer is application/json, and no recording"},
		{"a page", "text/html", `<html>`, "", 200, "", "web page"},
		{"none", "application/json", `"EvPlatform by rc_account_id=300 not found"`, "", 404, "", "404"},
	} {
		api := newAPI(t, func(w http.ResponseWriter, r *http.Request) {
			if want := "/voice/api/cx/integration/v1/accounts/300/sub-accounts/21/recordings/dialogs/d1/segments/s1"; r.URL.Path != want {
				t.Errorf("asked was %s", r.URL.Path)
			}
			w.Header().Set("Content-Type", c.kind)
			if c.length != "" {
				w.Header().Set("Content-Length", c.length)
			}
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		})
		dir := t.TempDir()
		name, n, err := api.Recording(t.Context(), integration.Segment{Dialog: "d1", ID: "s1"}, &integration.Download{Dir: dir})
		left, _ := os.ReadDir(dir)
		if c.says != "" {
			if err == nil || !strings.Contains(err.Error(), c.says) || len(left) != 0 {
				t.Errorf("%s: %v, and %v is there", c.name, err, left)
			}
			continue
		}
		data, failed := os.ReadFile(filepath.Join(dir, c.want))
		info, _ := os.Stat(filepath.Join(dir, c.want))
		if err != nil || failed != nil || string(data) != c.body || filepath.Base(name) != c.want || n != int64(len(c.body)) || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v %v, %s with %d bytes", c.name, err, failed, name, n)
		}
	}
}

func TestARecordingReplacesNothingUnlessItIsForcedTo(t *testing.T) {
	asked := 0
	api := newAPI(t, func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("Content-Type", "audio/wav")
		_, _ = io.WriteString(w, wav(40, 44))
	})
	dir := t.TempDir()
	there := filepath.Join(dir, "recording-d1+s1.mp3")
	if err := os.WriteFile(there, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := integration.Segment{Dialog: "d1", ID: "s1"}
	for _, d := range []*integration.Download{{Dir: dir}, {Output: there}} {
		if _, _, err := api.Recording(t.Context(), s, d); !integration.IsThere(err) || asked != 0 {
			t.Errorf("%v, asked were %d", err, asked)
		}
	}
	if _, _, err := api.Recording(t.Context(), s, &integration.Download{Output: there, Force: true}); err != nil {
		t.Error(err)
	}
	if data, _ := os.ReadFile(there); string(data) != wav(40, 44) {
		t.Errorf("there is %q", data)
	}
}

func TestSegmentsAreReadInTheFormsInWhichTheyArePrinted(t *testing.T) {
	const want = "[{p-1 s-1} {p-2 s-2}]"
	for _, text := range []string{
		"p-1\ts-1\tmore\n\np-2\ts-2\t\n",
		"p-1 s-1\r\n  p-2   s-2 x y",
		"p-1,s-1\np-2,s-2,more",
		"dialogId,segmentId\np-1,s-1\np-2,s-2",
		"\ufeffdialogId,segmentId\r\n\"p-1\",\"s-1\"\r\np-2,s-2\r\n",
		"segmentId,note,dialogId\ns-1,\"a,\n\"\"b\",p-1\ns-2,,p-2\n",
		`{"dialogId":"p-1","segmentId":"s-1","x":1}` + "\n" + `{"segmentId":"s-2","dialogId":"p-2"}`,
		"[\n  {\n    \"dialogId\": \"p-1\",\n    \"segmentId\": \"s-1\"\n  },\n  {\"dialogId\":\"p-2\",\"segmentId\":\"s-2\"}\n]\n",
	} {
		if all, err := integration.Segments(strings.NewReader(text)); err != nil || fmt.Sprint(all) != want {
			t.Errorf("%q: %v, %v", text, all, err)
		}
	}
	for _, wrong := range []string{"p-1", "../x s-1", "p-1 ..", "p-1\ts/2", "p-1 .s", "-x s"} {
		if all, err := integration.Segments(strings.NewReader("p s\n" + wrong)); err == nil || !strings.Contains(err.Error(), "line 2 ") {
			t.Errorf("%q: %v, %v", wrong, all, err)
		}
	}
	for _, wrong := range []string{"{}", "[{}]", "[1]", `{"dialogId":"p","segmentId":"../s"}`, `{"dialogId":`} {
		if all, err := integration.Segments(strings.NewReader(wrong)); err == nil {
			t.Errorf("%q: %v", wrong, all)
		}
	}
}

func TestTwoRecordingsNeverHaveOneName(t *testing.T) {
	api := newAPI(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "audio/mpeg")
		_, _ = io.WriteString(w, mp3(r.URL.Path))
	})
	dir := t.TempDir()
	all := []integration.Segment{{Dialog: "a-b", ID: "c"}, {Dialog: "a", ID: "b-c"}, {Dialog: "a--b", ID: "c"}, {Dialog: "a", ID: "b--c"}, {Dialog: "a", ID: "b-c.mp3"}, {Dialog: "a.b", ID: "c"}}
	for _, s := range all {
		if name, _, err := api.Recording(t.Context(), s, &integration.Download{Dir: dir}); err != nil {
			t.Errorf("%v is %s: %v", s, name, err)
		}
	}
	names := map[string]bool{} // where they do not differ by capitals
	for _, s := range append(all, integration.Segment{Dialog: "A-b", ID: "c"}, integration.Segment{Dialog: "a-b", ID: "C"}) {
		name, _, err := api.Recording(t.Context(), s, &integration.Download{Dir: t.TempDir()})
		if name = strings.ToLower(filepath.Base(name)); err != nil || names[name] {
			t.Errorf("%v is %s, %v", s, name, err)
		}
		names[name] = true
	}
	if _, _, err := api.Recording(t.Context(), all[0], &integration.Download{Dir: dir}); !integration.IsThere(err) { // a control
		t.Errorf("the same twice: %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != len(all) {
		t.Errorf("there are %v", left)
	}
}

func TestAFileThatIsMadeMeanwhileIsNotReplaced(t *testing.T) {
	for force, want := range map[bool]string{false: "mine", true: wav(40, 44)} {
		name := filepath.Join(t.TempDir(), "call.wav")
		api := newAPI(t, func(w http.ResponseWriter, _ *http.Request) {
			if err := os.WriteFile(name, []byte("mine"), 0o600); err != nil {
				t.Error(err)
			}
			w.Header().Set("Content-Type", "audio/wav")
			_, _ = io.WriteString(w, wav(40, 44))
		})
		_, _, err := api.Recording(t.Context(), integration.Segment{Dialog: "d", ID: "s"}, &integration.Download{Output: name, Force: force})
		data, _ := os.ReadFile(name)
		left, _ := os.ReadDir(filepath.Dir(name))
		if integration.IsThere(err) == force || string(data) != want || len(left) != 1 {
			t.Errorf("forced: %t, %v, there is %q in %v", force, err, data, left)
		}
	}
}

func TestWhatNothingSaysTheEndOfDoesNotPassForWhole(t *testing.T) {
	for _, c := range []struct {
		kind, body string
		partial    bool
	}{
		{"audio/mpeg", mp3(""), true},
		{"audio/wav", wav(40, 1<<32-1), true},
		{"audio/wav", wav(40, 44), false}, // it says itself how long it is
	} {
		api := newAPI(t, func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: "+c.kind+"\r\nConnection: close\r\n\r\n"+c.body)
			_ = conn.Close()
		})
		dir := t.TempDir()
		_, _, err := api.Recording(t.Context(), integration.Segment{Dialog: "d", ID: "s"}, &integration.Download{Dir: dir})
		left, _ := os.ReadDir(dir)
		if (err != nil) != c.partial || len(left) != 1 || strings.HasSuffix(left[0].Name(), ".partial") != c.partial || c.partial && !strings.Contains(err.Error(), "is not known") {
			t.Errorf("%q: %v, there is %v", c.body, err, left)
		}
	}
}

func TestABusyVendorIsGivenPatienceForARecording(t *testing.T) {
	n := 0
	api := newAPI(t, func(w http.ResponseWriter, _ *http.Request) {
		if n++; n < 3 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(429)
			return
		}
		w.Header().Set("Content-Type", "audio/wav")
		_, _ = io.WriteString(w, wav(40, 44))
	})
	if _, _, err := api.Recording(t.Context(), integration.Segment{Dialog: "d", ID: "s"}, &integration.Download{Dir: t.TempDir()}); err != nil || n != 3 {
		t.Errorf("%v after %d requests", err, n)
	}
	n, api.MaxWait = 0, 0
	if _, _, err := api.Recording(t.Context(), integration.Segment{Dialog: "d", ID: "s"}, &integration.Download{Dir: t.TempDir()}); err == nil || n != 1 {
		t.Errorf("without patience: %v after %d requests", err, n)
	}
}
