package cli_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const sound = "RIFF\x2c\x00\x00\x00WAVEfmt \x10\x00\x00\x00ffffffffffffffffdata\x08\x00\x00\x0012345678"

func TestRecordingsAreListedAndDownloadedByWhatTheListPrints(t *testing.T) {
	p := newPerson(t)
	account := p.subaccount()
	asked := recorded(p, "/voice/api/cx/integration/", func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/interaction-metadata"):
			_, _ = io.WriteString(w, `[{"dialogId":"d1","segmentId":"s1","hasRecording":true},{"dialogId":"d1","segmentId":"s2","hasRecording":false},{"dialogId":"d3","segmentId":"s3","hasRecording":true}]`)
		case strings.HasSuffix(r.URL.Path, "/segments/s3"):
			w.WriteHeader(404)
		default:
			w.Header().Set("Content-Type", "audio/wav")
			_, _ = io.WriteString(w, sound)
		}
	})
	code, list, errs := p.gives("", "recordings", "list", "--from", "-1h")
	if code != 0 || !strings.HasPrefix(list, "d1\ts1\t") || strings.Contains(list, "s2") || strings.Count(list, "\n") != 2 {
		t.Fatalf("exit code %d, %q %s", code, list, errs)
	}
	if want := "/accounts/" + p.rcAccount() + "/sub-accounts/" + account + "/"; !strings.Contains((*asked)[0], want) {
		t.Errorf("asked was %s, want %s in it", (*asked)[0], want)
	}
	dir := t.TempDir()
	code, out, errs := p.gives(list, "recordings", "download", "-", "--dir", dir)
	name := filepath.Join(dir, "recording-d1+s1.wav")
	if code != 1 || out != name+"\t52\n" || !strings.Contains(errs, "d3 s3: ") || !strings.Contains(errs, "1 of 2 recordings were not downloaded") {
		t.Errorf("exit code %d, %q %s", code, out, errs)
	}
	if data, err := os.ReadFile(name); err != nil || string(data) != sound {
		t.Errorf("%q, %v", data, err)
	}
	n := len(*asked)
	if code, _, errs = p.gives("d1 s1\n", "recordings", "download", "-", "--dir", dir); code != 0 || !strings.Contains(errs, "is there already") || len(*asked) != n {
		t.Errorf("exit code %d, %s", code, errs)
	}
	if code, out, errs = p.gives("", "recordings", "download", "--dialog", "d1", "--segment", "s1", "--output", "-", "--rc-account", "9"); code != 0 || out != sound || !strings.Contains((*asked)[n], "/accounts/9/") {
		t.Errorf("exit code %d, %q %s", code, out, errs)
	}
	n = len(*asked)
	for _, wrong := range [][]string{
		{"download"},
		{"download", "--dialog", "d1"},
		{"download", "--dialog", "../d", "--segment", "s"},
		{"download", "-", "--output", "x"},
		{"download", "--dialog", "d", "--segment", "s", "--output", "x", "--dir", "."},
		{"download", "x"},
		{"list"},
		{"list", "--from", "soon"},
		{"list", "--from", "now"},
		{"list", "--from", "-1h", "--to", "-2h"},
		{"list", "--from", "-1h", "--time-zone", "Nowhere/City"},
	} {
		if code, _, errs = p.gives("", append([]string{"recordings"}, wrong...)...); code != 2 || !strings.Contains(errs, "\nhint: ") {
			t.Errorf("%q: exit code %d, %s", wrong, code, errs)
		}
	}
	if len(*asked) != n {
		t.Error("something was sent")
	}
}

// rcAccount is the demo's account at RingCentral.
func (p *person) rcAccount() string {
	p.t.Helper()
	out, _ := p.pipes(0, "accounts", "list", "--jq", ".[0].mainAccount.rcAccountId")
	return strings.TrimSpace(out)
}

func TestReportsAreListedShownAndRun(t *testing.T) {
	p := newPerson(t)
	p.subaccount()
	status := 200
	asked := recorded(p, "/voice/api/", func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/voice/api/v1/admin/accounts":
			p.box.ServeHTTP(w, r)
		case strings.HasPrefix(r.URL.Path, "/voice/api/v1/admin/reports/"):
			_, _ = io.WriteString(w, `{"criteriaType":"ALL_CALLS_CRITERIA"}`)
		case strings.HasSuffix(r.URL.Path, "/reportsStreaming"):
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "a,b\n1,2\n")
		default:
			_, _ = io.WriteString(w, `[{"queue":5,"queueName":"Sales"}]`)
		}
	})
	if code, out, errs := p.gives("", "reports", "types"); code != 0 || !strings.Contains(out, "ALL_CALLS\n") {
		t.Errorf("exit code %d, %q %s", code, out, errs)
	}
	if code, out, errs := p.gives("", "reports", "template", "all-calls"); code != 0 || out != "{\"criteriaType\":\"ALL_CALLS_CRITERIA\"}\n" {
		t.Errorf("exit code %d, %q %s", code, out, errs)
	}
	name := filepath.Join(t.TempDir(), "calls.csv")
	if code, out, errs := p.gives("", "reports", "run", "ALL_CALLS", "--from", "2026-01-31", "--time-zone", "UTC", "--output", name); code != 0 || out != "" {
		t.Errorf("exit code %d, %q %s", code, out, errs)
	}
	if data, err := os.ReadFile(name); err != nil || string(data) != "a,b\n1,2\n" {
		t.Errorf("%q, %v", data, err)
	}
	if want := `"startDate":"2026-01-31T00:00:00.000+0000","timezoneName":"UTC"},"reportType":"ALL_CALLS"}`; !strings.HasSuffix((*asked)[len(*asked)-1], want) {
		t.Errorf("asked was %s", (*asked)[len(*asked)-1])
	}
	status = 500
	if code, _, errs := p.gives("", "reports", "run", "ALL_CALLS", "--output", name); code != 1 || !strings.Contains(errs, ": 500 ") {
		t.Errorf("exit code %d, %s", code, errs)
	}
	if left, _ := os.ReadDir(filepath.Dir(name)); len(left) != 1 {
		t.Errorf("there are %v", left)
	}
	code, out, errs := p.gives("", "reports", "totals", "queues", "--from", "-2h", "--csv")
	if code != 0 || !strings.Contains(out, "Sales") || !strings.Contains((*asked)[len(*asked)-1], `/agg-queue-stats {"endDate":"20`) {
		t.Errorf("exit code %d, %q %s", code, out, errs)
	}
}

func TestMistakesAboutReportsAreToldBeforeAnythingIsSent(t *testing.T) {
	p := newPerson(t)
	p.subaccount()
	asked := recorded(p, "/voice/api/", p.box.ServeHTTP)
	for _, wrong := range [][]string{
		{"run"},
		{"run", "ALL_CALS"},
		{"template", "x"},
		{"totals", "x"},
		{"totals", "queues"},
		{"totals", "queues", "--from", "-1h", "--interval", "0"},
		{"run", "ALL_CALLS", "--criterion", "x=1"},
		{"run", "ALL_CALLS", "--from", "x"},
		{"interactions"},
		{"interactions", "--from", "-1h", "--json", "--csv"},
	} {
		if code, _, errs := p.gives("", append([]string{"reports"}, wrong...)...); code != 2 || !strings.Contains(errs, "\nhint: ") {
			t.Errorf("%q: exit code %d, %s", wrong, code, errs)
		}
	}
	if len(*asked) != 0 {
		t.Errorf("asked was %q", *asked)
	}
}
