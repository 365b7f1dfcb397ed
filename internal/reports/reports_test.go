package reports_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/reports"
	"github.com/ringcx-go/ringcx/internal/usage"
)

func TestAReportIsAskedForWithTheCriteriaOfItsType(t *testing.T) {
	from := time.Date(2026, 1, 31, 0, 0, 0, 0, time.FixedZone("", -5*3600))
	r := &reports.Run{
		Type: "GLOBAL_CALL_TYPE_DELIMITED", From: from, To: from.Add(24 * time.Hour), Delimiter: "COMMA", MaxRows: 5,
		Criteria: []string{"containGates=true", "dialedLeadsReportType=ALL_LEADS", `schedule={"repeatOption":"ONCE"}`},
	}
	got, err := r.Body()
	want := `{"delimiter":"COMMA","maxRows":5,"reportCriteria":{"containGates":true,"criteriaType":"GLOBAL_CALL_TYPE_CRITERIA","dialedLeadsReportType":"ALL_LEADS",` +
		`"endDate":"2026-02-01T00:00:00.000-0500","schedule":{"repeatOption":"ONCE"},"startDate":"2026-01-31T00:00:00.000-0500"},"reportType":"GLOBAL_CALL_TYPE_DELIMITED"}`
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
	for _, wrong := range []*reports.Run{
		{Type: "ALL_CALLS", From: from, To: from},
		{Type: "ALL_CALLS", MaxRows: -1},
		{Type: "ALL_CALLS", From: from, Criteria: []string{"startDate=2026-01-01"}},
		{Type: "ALL_CALLS", Zone: "UTC", Criteria: []string{"timezoneName=UTC"}},
		{Type: "ALL_CALLS", Criteria: []string{"containGates=true", "containGates=false"}},
		{Type: "ALL_CALLS", Criteria: []string{"criteriaType=ALL_CALLS_CRITERIA"}},
		{Type: "ALL_CALLS", Criteria: []string{"x"}},
		{Type: "ALL_CALLS", Criteria: []string{"containGate=true"}},
		{Type: "ALL_CALLS", Criteria: []string{"containGates=yes"}},
	} {
		if got, err := wrong.Body(); err == nil {
			t.Errorf("%+v: %s", wrong, got)
		}
	}
}

func TestEveryReportHasAKindOfCriteria(t *testing.T) {
	for _, kind := range reports.Types() {
		name, err := reports.Type(strings.ToLower(strings.ReplaceAll(kind, "_", "-")))
		body, failed := (&reports.Run{Type: name}).Body()
		_, after, found := strings.Cut(string(body), `"criteriaType":"`)
		criteria, _, _ := strings.Cut(after, `"`)
		known := false
		for _, v := range apispec.Default().Values("ReportCriteriaType").List {
			known = known || v == criteria
		}
		if err != nil || failed != nil || name != kind || !found || !known {
			t.Errorf("%s: %v %v %s", kind, err, failed, body)
		}
	}
	if _, err := reports.Type("ALL_CALS"); err == nil {
		t.Error("a report that is none is taken")
	}
}

func TestAReportIsPassedOnAsItComesAndOneThatIsNoneIsAnError(t *testing.T) {
	const page = "<html><table></table></html>"
	for _, c := range []struct {
		status            int
		kind, body, delim string
		says              string
	}{
		{200, "text/csv", strings.Repeat("a,b\n", 1<<16), "", ""},
		{201, "", "x", "", ""},
		{200, "", " {a}\n" + strings.Repeat("b", 1<<17), "", ""},
		{200, "", "", "", "the report is empty"},
		{403, "", `{"generalMessage":"no"}`, "", "403 no"},
		{200, "", "cut", "", "the answer broke off"},
		{200, "", "{cut", "", "the answer broke off"},
		{200, "application/json", `{"errorCode":"x.y","generalMessage":"no"}`, "", "200 x.y no"},
		{200, "application/octet-stream", "\n" + `{"errorCode":"x.y"}`, "", "200"},
		{200, "application/json", `{"message":"no report"}`, "", "no report"},
		{200, "text/csv", `{"a":1}`, "", ""},
		{200, "text/plain", `{"error":"x"}`, "", "200"},
		{200, "text/csv", "\xef\xbb\xbf" + `{"errorCode":"x.y","generalMessage":"no"}`, "", "200 x.y no"},
		{200, "text/csv", "\xef\xbb\xbf\"a\",b\n", "", ""}, // the control
		{200, "text/csv", "\xef\xbb\xbf", "", "the report is empty"},
		{200, "text/csv", "\r\n", "", "the report is empty"},
		{200, "text/csv", "[]", "", "no report"},
		{200, "text/plain", " null\n", "", "no report"},
		{200, "application/json", `[{"a":1}]`, "", "no report"},
		{200, "application/json", "[" + strings.Repeat("1,", 1<<16) + "1]", "", "no report"},
		{200, "text/csv", "[a],b\n", "", ""},
		{200, "text/csv", "null,b\nnull,c\n", "", ""},
		{200, "text/csv", "<b>,c\n", "", ""},
		{202, "", "", "", "has not sent it"},
		{202, "text/csv", "a,b\n", "", ""},
		{206, "text/csv", "a,b\n", "", "a part of a report"},
		{200, "text/csv", "<!DOCTYPE html>" + page, "", "web page"},
		{200, "text/csv", " <!-- x -->\n<HTML>", "", "web page"},
		{200, "text/csv", "\xef\xbb\xbf" + page, "", "web page"},
		{200, "text/csv", page, "HTML", ""},
		{200, "text/html", page, "", "web page"},
		{200, "text/html", page, "HTML", ""},
		{404, "text/html", page, "HTML", "web page"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if want := "/voice/api/v1/admin/accounts/21/reportsStreaming"; r.URL.Path != want || r.Method != http.MethodPost {
				t.Errorf("asked was %s %s", r.Method, r.URL.Path)
			}
			if strings.HasSuffix(c.body, "cut") {
				w.Header().Set("Content-Length", "100")
			}
			w.Header().Set("Content-Type", c.kind)
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		}))
		var out bytes.Buffer
		err := reports.Stream(t.Context(), &apicmd.Lister{Client: server.Client()}, server.URL, "21", []byte("{}"), c.delim == "HTML", &out)
		if c.says == "" && (err != nil || out.String() != c.body) || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%d %.20q: %v, %d bytes", c.status, c.body, err, out.Len())
		}
		server.Close()
	}
}

func TestAReportIsWaitedForAsFarAsTheCallerDoes(t *testing.T) {
	for _, patient := range []bool{true, false} {
		asked := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if body, _ := io.ReadAll(r.Body); string(body) != "{}" {
				t.Errorf("request %d has the body %q", asked, body)
			}
			if asked++; asked == 1 {
				w.Header().Set("Retry-After", "30")
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			_, _ = io.WriteString(w, "a,b")
		}))
		lists := &apicmd.Lister{Client: server.Client(), Pause: func(time.Duration, string) error { return nil }}
		if patient {
			lists.MaxWait = time.Minute
		}
		var out bytes.Buffer
		err := reports.Stream(t.Context(), lists, server.URL, "21", []byte("{}"), false, &out)
		if patient && (err != nil || out.String() != "a,b") || !patient && (!usage.IsBusy(err) || asked != 1) {
			t.Errorf("patient %t: %v after %d requests, %q", patient, err, asked, out.String())
		}
		server.Close()
	}
}
