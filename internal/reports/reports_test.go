package reports_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/reports"
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
	for _, c := range []struct {
		status     int
		body, says string
	}{
		{200, strings.Repeat("a,b\n", 1<<16), ""}, {201, "x", ""}, {200, "", "the report is empty"}, {403, `{"generalMessage":"no"}`, "403 no"}, {200, "cut", "the answer broke off"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if want := "/voice/api/v1/admin/accounts/21/reportsStreaming"; r.URL.Path != want || r.Method != http.MethodPost {
				t.Errorf("asked was %s %s", r.Method, r.URL.Path)
			}
			if c.body == "cut" {
				w.Header().Set("Content-Length", "100")
			}
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		}))
		var out bytes.Buffer
		err := reports.Stream(t.Context(), server.Client(), server.URL, "21", []byte("{}"), &out)
		if c.says == "" && (err != nil || out.String() != c.body) || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%d %.20q: %v, %d bytes", c.status, c.body, err, out.Len())
		}
		server.Close()
	}
}
