package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/cli"
)

// recorded has the vendor answer paths that begin so; the rest is the sandbox's. What it was asked comes back.
func recorded(p *person, begin string, answer http.HandlerFunc) *[]string {
	var asked []string
	before(p, func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, begin) {
			return false
		}
		body, _ := io.ReadAll(r.Body)
		asked = append(asked, r.Method+" "+r.URL.RequestURI()+" "+string(body))
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer(w, r)
		return true
	})
	return &asked
}

// gives runs a command in a pipe that gives it input, and returns its exit code and what it writes.
func (p *person) gives(input string, args ...string) (code int, stdout, stderr string) {
	p.t.Helper()
	var out, errs bytes.Buffer
	code = cli.Main(&cli.Env{
		Args: args, Stdin: strings.NewReader(input), Stdout: &out, Stderr: &errs, Context: p.t.Context(),
		Getenv: func(name string) string { return p.env[name] },
	})
	return code, out.String(), errs.String()
}

// subaccount is a sub-account of the demo that calls are told to work in.
func (p *person) subaccount() string {
	p.t.Helper()
	out, _ := p.pipes(0, "accounts", "list")
	id, _, _ := strings.Cut(out, "\t")
	p.env["RINGCX_ACCOUNT"] = id
	return id
}

func written(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "leads.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLeadsAreImportedFromAFileAndFromAPipe(t *testing.T) {
	p := newPerson(t)
	account := p.subaccount()
	asked := recorded(p, "/voice/api/v1/admin/accounts/"+account+"/campaigns/7/", func(w http.ResponseWriter, r *http.Request) {
		var body struct{ UploadLeads []any }
		_ = json.NewDecoder(r.Body).Decode(&body)
		_, _ = fmt.Fprintf(w, `{"leadsAccepted":%d,"rejectedRows":[]}`, len(body.UploadLeads))
	})
	const good = "Phone,External ID\n(415) 555-0100,1\n4155550101,2\n"
	path := written(t, good)
	code, out, errs := p.gives("", "leads", "import", path, "--campaign", "7", "--dry-run")
	if code != 0 || !strings.Contains(out, "/accounts/"+account+"/campaigns/7/leadLoader/direct\n") || !strings.Contains(out, `"leadPhone":"4155550100"`) || !strings.Contains(errs, "nothing was sent") || len(*asked) != 0 {
		t.Errorf("a dry run: exit code %d, %s %s", code, out, errs)
	}
	if code, out, errs = p.gives("", "leads", "import", path, "--campaign", "7", "--json", "--batch", "1"); code != 0 || errs != "" || len(*asked) != 2 {
		t.Errorf("exit code %d, %s %s %q", code, out, errs, *asked)
	}
	var report struct{ Rows, Sent, Accepted, Requests int }
	if err := json.Unmarshal([]byte(out), &report); err != nil || report != struct{ Rows, Sent, Accepted, Requests int }{2, 2, 2, 2} {
		t.Errorf("%v, %+v", err, report)
	}
	if strings.Contains(out, "null") {
		t.Errorf("a list of the report is null: %s", out)
	}
	code, out, errs = p.gives("\ufeff4155550103;3\n12;4\n", "leads", "import", "-", "--campaign", "7", "--columns", "phone,externId")
	if code != 1 || !strings.Contains(errs, "line 2: phone: \"12\" has 2 digits") || !strings.Contains(out, "1 sent to campaign 7") || !strings.Contains(errs, "not all rows are in") {
		t.Errorf("from a pipe: exit code %d, %s %s", code, out, errs)
	}
	if code, _, errs = p.gives("", "leads", "import", path, "--campaign", "7"); code != 2 || !strings.Contains(errs, "this file was imported into campaign 7") {
		t.Errorf("once more: exit code %d, %s", code, errs)
	}
}

func TestAnImportThatMeetsABusyVendorSaysSoAndGoesOnLater(t *testing.T) {
	p := newPerson(t)
	account, busy := p.subaccount(), true
	asked := recorded(p, "/voice/api/v1/admin/accounts/"+account+"/campaigns/7/", func(w http.ResponseWriter, _ *http.Request) {
		if busy {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(429)
		}
		_, _ = io.WriteString(w, `{"leadsAccepted":1}`)
	})
	path := written(t, "Phone,External ID\n4155550100,1\n")
	if code, out, errs := p.gives("", "leads", "import", path, "--campaign", "7"); code != 75 || !strings.Contains(out, "1 not sent") {
		t.Errorf("exit code %d, %s %s", code, out, errs)
	}
	busy = false
	if code, out, errs := p.gives("", "leads", "import", path, "--campaign", "7", "--resume"); code != 0 || len(*asked) != 2 {
		t.Errorf("exit code %d, %s %s", code, out, errs)
	}
}

func TestLeadsAreSearchedByCriteriaAndPrintedAsRows(t *testing.T) {
	p := newPerson(t)
	account := p.subaccount()
	count := "12"
	asked := recorded(p, "/voice/api/v1/admin/accounts/"+account+"/campaignLeads/leadSearch", func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Query().Get("count") == "true":
			_, _ = io.WriteString(w, count)
		case r.URL.Query().Get("page") == "0" && r.URL.Query().Get("maxRows") == "2":
			_, _ = io.WriteString(w, `[{"leadId":1,"leadPhone":"4155550100","leadState":"READY"},{"leadId":2}]`)
		default:
			_, _ = io.WriteString(w, "[]")
		}
	})
	code, out, errs := p.gives("", "leads", "search", "--campaign", "7", "--lead-state", "ready", "--passes", ">3", "--timezone", "EST", "--loaded-from", "2026-01-31T08:30:00Z", "--page-size", "2")
	if code != 0 || !strings.HasPrefix(out, "1\t\t4155550100\t") || strings.Count(out, "\n") != 2 {
		t.Errorf("exit code %d, %q %s", code, out, errs)
	}
	want := ` {"campaignId":7,"campaignIds":[7],"leadPassesCriteria":{"operator":"GREATER_THAN","value":3},"leadStates":["READY"],"leadTimezones":[{"name":"EST"}],"loadedDtsStart":"2026-01-31T08:30:00.000+0000"}`
	if !strings.HasSuffix((*asked)[0], want) {
		t.Errorf("asked was %s", (*asked)[0])
	}
	if code, out, errs = p.gives("", "leads", "search", "--count"); code != 0 || out != "12\n" {
		t.Errorf("exit code %d, %q %s", code, out, errs)
	}
	for _, count = range []string{"", "{}", "null", "-1", `{"error":"no"}`} {
		if code, out, errs = p.gives("", "leads", "search", "--count"); code != 1 || out != "" || !strings.Contains(errs, "is not a number") {
			t.Errorf("the count %q: exit code %d, %q %s", count, code, out, errs)
		}
	}
	n := len(*asked)
	for _, wrong := range [][]string{{"--phone", ""}, {"--campaign", "0x10"}, {"--agent", "1_0"}, {"--lead-state", "GONE"}, {"--passes", "3"}, {"--last-pass", ">soon"}, {"--loaded-to", "x"}, {"--count", "--json"}, {"--page-size", "0"}} {
		if code, _, errs = p.gives("", append([]string{"leads", "search"}, wrong...)...); code != 2 || !strings.Contains(errs, "\nhint: ") {
			t.Errorf("%q: exit code %d, %s", wrong, code, errs)
		}
	}
	if len(*asked) != n {
		t.Error("something was sent")
	}
}

// TestAFileIsMendedUntilAllOfItIsIn goes the way of a person whose file is not right at first.
func TestAFileIsMendedUntilAllOfItIsIn(t *testing.T) {
	p := newPerson(t)
	account, status := p.subaccount(), 400
	asked := recorded(p, "/voice/api/v1/admin/accounts/"+account+"/campaigns/7/", func(w http.ResponseWriter, r *http.Request) {
		var body struct{ UploadLeads []any }
		_ = json.NewDecoder(r.Body).Decode(&body)
		if status != 200 {
			w.WriteHeader(status)
		}
		_, _ = fmt.Fprintf(w, `{"leadsAccepted":%d,"rejectedRows":[]}`, len(body.UploadLeads))
		status = 200
	})
	path := written(t, "Phone,External ID,City\n4155550100,1,a\n4155550101,2,b\n4155550102.0,3,c\n4155550103,4,=1+1\n")
	rejects := filepath.Join(t.TempDir(), "rejects.csv")
	args := []string{"leads", "import", path, "--campaign", "7", "--batch", "1", "--rejects", rejects}
	if code, out, errs := p.gives("", append(args, "--dry-run")...); code != 0 || len(*asked) != 0 {
		t.Errorf("a dry run: exit code %d, %s %s", code, out, errs)
	}
	code, out, errs := p.gives("", args...)
	if code != 1 || !strings.Contains(out, "batch 1 (lines 2 to 2, the list ") || !strings.Contains(errs, "given a fraction") || len(*asked) != 3 {
		t.Errorf("at first: exit code %d, %s %s", code, out, errs)
	}
	if code, _, errs = p.gives("", args...); code != 2 || !strings.Contains(errs, "has not ended") {
		t.Errorf("without --resume: exit code %d, %s", code, errs)
	}
	data, err := os.ReadFile(rejects)
	if err != nil || strings.Count(string(data), "\n") != 3 {
		t.Fatalf("the rejects are %q, %v", data, err)
	}
	mended := written(t, strings.ReplaceAll(string(data), "4155550102.0", "4155550102"))
	if code, out, errs = p.gives("", "leads", "import", mended, "--campaign", "7"); code != 0 || errs != "" || len(*asked) != 4 {
		t.Errorf("the rejects: exit code %d, %s %s", code, out, errs)
	}
	text, _ := os.ReadFile(path)
	whole := written(t, strings.ReplaceAll(string(text), "4155550102.0", "4155550102"))
	if code, _, errs = p.gives("", "leads", "import", whole, "--campaign", "7"); code != 2 || !strings.Contains(errs, "4 of 4 rows were sent into campaign 7 before") {
		t.Errorf("the file: exit code %d, %s", code, errs)
	}
	if code, out, errs = p.gives("", "leads", "import", whole, "--campaign", "7", "--skip-sent"); code != 0 || !strings.Contains(out, "4 sent before") || len(*asked) != 4 {
		t.Errorf("the file: exit code %d, %s %s", code, out, errs)
	}
}

func TestADryRunOfAFileWithoutALeadFails(t *testing.T) {
	p := newPerson(t)
	for text, want := range map[string]int{"Phone,External ID\n12,1\n": 1, "Phone,External ID\n12,1\n4155550100,2\n": 0, "Phone,External ID\n": 0} {
		if code, out, errs := p.gives("", "leads", "import", written(t, text), "--campaign", "7", "--dry-run"); code != want {
			t.Errorf("%q: exit code %d, %s %s", text, code, out, errs)
		}
	}
}

func TestAnImportThatCannotSignInLeavesRejectsAsTheyWere(t *testing.T) {
	p := newPerson(t)
	rejects := written(t, "mended by hand")
	p.env["XDG_STATE_HOME"] = t.TempDir()
	code, out, errs := p.gives("", "leads", "import", written(t, "Phone,External ID\n12,1\n4155550100,2\n"), "--campaign", "7", "--rejects", rejects)
	if data, err := os.ReadFile(rejects); code == 0 || err != nil || string(data) != "mended by hand" {
		t.Errorf("exit code %d, %s %s, there is %q", code, out, errs, data)
	}
}

// TestRejectsThatCannotBeWrittenInTheEndAreToldBesideWhatElseFailed has the place of the file go while rows are sent.
func TestRejectsThatCannotBeWrittenInTheEndAreToldBesideWhatElseFailed(t *testing.T) {
	p := newPerson(t)
	account, rejects := p.subaccount(), filepath.Join(t.TempDir(), "below", "rejects.csv")
	mkdir := func() {
		if err := os.Mkdir(filepath.Dir(rejects), 0o700); err != nil {
			t.Error(err)
		}
	}
	recorded(p, "/voice/api/v1/admin/accounts/"+account+"/campaigns/7/", func(w http.ResponseWriter, _ *http.Request) {
		_ = os.RemoveAll(filepath.Dir(rejects))
		_, _ = io.WriteString(w, `{"leadsAccepted":1}`)
	})
	mkdir()
	text := "Phone,External ID\n4155550100,1\n" + strings.Repeat("12,2\n", 30)
	args := []string{"leads", "import", written(t, text), "--campaign", "7", "--rejects", rejects}
	code, out, errs := p.gives("", args...)
	if code != 1 || !strings.Contains(out, "1 sent to campaign 7") || !strings.Contains(errs, "not all rows are in") {
		t.Errorf("exit code %d, %s %s", code, out, errs)
	}
	for _, want := range []string{"could not be written to " + rejects + ", which is as it was", "with --resume if rows were sent", "and 10 more; all are for " + rejects} {
		if !strings.Contains(errs, want) {
			t.Errorf("nothing says %q: %s", want, errs)
		}
	}
	mkdir() // as the hint says
	if code, out, errs = p.gives("", append(args, "--resume")...); code != 1 || strings.Contains(errs, "could not be written") {
		t.Errorf("once more: exit code %d, %s %s", code, out, errs)
	}
	if data, err := os.ReadFile(rejects); err != nil || strings.Count(string(data), "\n") != 31 {
		t.Errorf("there is %q, %v", data, err)
	}
}

func TestAnImportWhoseBadRowsNobodyCanReadSendsNothingAndSaysSoOnStandardOutput(t *testing.T) {
	p := newPerson(t)
	account := p.subaccount()
	asked := recorded(p, "/voice/api/v1/admin/accounts/"+account+"/campaigns/7/", func(http.ResponseWriter, *http.Request) {})
	var out bytes.Buffer
	code := cli.Main(&cli.Env{
		Args: []string{"leads", "import", written(t, "Phone,External ID\n4155550100,1\n12,2\n"), "--campaign", "7"}, Stdin: strings.NewReader(""), Stdout: &out, Stderr: full{},
		Context: t.Context(), Getenv: func(name string) string { return p.env[name] },
	})
	if code != 1 || len(*asked) != 0 || !strings.Contains(out.String(), "line 3: Phone") || !strings.Contains(out.String(), "1 not sent") {
		t.Errorf("exit code %d, %s, asked was %q", code, out.String(), *asked)
	}
}
