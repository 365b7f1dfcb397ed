package apicmd_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/jq"
	"github.com/ringcx-go/ringcx/internal/rows"
	"github.com/ringcx-go/ringcx/internal/tell"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// answered calls an operation that is answered with a text, and gives what is printed and warned of.
func answered(t *testing.T, answer string, c *apicmd.Call) (out string, warned []string, err error) {
	t.Helper()
	r := newRecorder(t)
	r.answer, r.status = answer, http.StatusOK
	if err := c.Prepare(); err != nil {
		return "", nil, err
	}
	var b bytes.Buffer
	err = c.Run(t.Context(), r.URL, &apicmd.Lister{Client: r.Client()}, &apicmd.Out{Stdout: &b, Warn: func(text string) { warned = append(warned, text) }})
	return b.String(), warned, err
}

func TestAnAnswerThatIsNotAsDescribedIsPassedOnAndToldOfOnce(t *testing.T) {
	const call1 = "GET " + campaigns
	for answer, want := range map[string]string{
		`[{"campaignId":1,"new":{},"dialMode":null,"endDate":"soon"}]`: "",
		`[]`:                            "",
		`null`:                          "the answer is null, described as [Campaign]",
		`[{},{},{},{"campaignId":"x"}]`: "[3].campaignId is a text, described as int32",
		`[{"campaignId":1.5},{"campaignId":"x"}]`: "[0].campaignId is a number, described as int32",
		`[{"campaignId":1.0}]`:                    "",
		`{"campaigns":[]}`:                        "the answer is an object, described as [Campaign]",
		`[{"dialGroup":[{}]}]`:                    "[0].dialGroup is a list, described as Reference",
		`[{"permissions":[true]}]`:                "[0].permissions[0] is true, described as Permission",
		`["a",{}]`:                                "[0] is a text, described as Campaign",
	} {
		out, warned, err := answered(t, answer, call(call1))
		if err != nil || out != answer {
			t.Errorf("%s: %q, %v", answer, out, err)
		}
		if want == "" && warned == nil || len(warned) == 1 && warned[0] == "the answer of getCampaignList is not as described: "+want {
			continue
		}
		t.Errorf("%s: %q, want %q", answer, warned, want)
	}
}

func TestWhatAnAnswerCallsItsFieldsIsHarmlessInAWarning(t *testing.T) {
	evil := `{"` + strings.Repeat(`\u001b[31m`, 100) + `\u202e\n":1}`
	c := call("getAggregatedRightsDocForAllAccounts", "userId=1")
	if op := c.Args[0]; apicmd.MisfitOf(op, []byte(evil)) == "" {
		t.Fatalf("%s does not answer lists by name", op)
	}
	_, warned, err := answered(t, evil, c)
	if err != nil || len(warned) != 1 || strings.ContainsAny(warned[0], "\x1b\u202e\n") || len(warned[0]) > 400 {
		t.Errorf("%q, %v", warned, err)
	}
}

func FuzzNoAnswerCrashesTheCheck(f *testing.F) {
	for _, text := range []string{`[{"campaignId":"x"}]`, `[[[]]]`, `{"a":{}}`, `[{"campaignDispositions":[{"campaign":{"id":1e99}}]}]`, `[{"":0}]`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		if problem := apicmd.MisfitOf("getCampaignList", []byte(answer)); strings.ContainsAny(problem, "\x1b\n") || len(problem) > 2000 {
			t.Errorf("%q", problem)
		}
	})
}

func TestAFilterTakesThePlaceOfTheAnswer(t *testing.T) {
	for expression, want := range map[string]string{`.[].campaignName`: "a\nb\n", `length`: "2\n", `.[0]`: `{"campaignId":12345678901234567890,"campaignName":"a"}` + "\n"} {
		c := call("GET " + campaigns)
		c.JQ = expression
		out, _, err := answered(t, `[{"campaignName":"a","campaignId":12345678901234567890},{"campaignName":"b"}]`, c)
		if err != nil || out != want {
			t.Errorf("%s: %q, %v", expression, out, err)
		}
	}
	for expression, want := range map[string]any{`.[`: &usage.Error{}, `.a`: &jq.Error{}} {
		c := call("GET " + campaigns)
		c.JQ = expression
		if _, _, err := answered(t, `[1]`, c); fmt.Sprintf("%T", err) != fmt.Sprintf("%T", want) {
			t.Errorf("%s: %v", expression, err)
		}
	}
	c := call("GET " + campaigns)
	c.JQ = "."
	if _, _, err := answered(t, "no JSON", c); err == nil || !strings.Contains(err.Error(), "the answer is not JSON") {
		t.Errorf("what is no JSON is filtered: %v", err)
	}
}

// pager answers lists of so many rows in pages, to any method, and keeps the bodies.
func pager(t *testing.T, rows int) (address string, client *http.Client, bodies *[]string) {
	bodies = &[]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*bodies = append(*bodies, r.Method+" "+string(body))
		q, _ := url.ParseQuery(r.URL.RawQuery)
		page, _ := strconv.Atoi(q.Get("page"))
		size, _ := strconv.Atoi(q.Get("maxRows"))
		var all []string
		for i := page * size; i < min(rows, (page+1)*size); i++ {
			all = append(all, fmt.Sprintf(`{"leadId":%d}`, i))
		}
		_, _ = io.WriteString(w, "["+strings.Join(all, ",")+"]")
	}))
	t.Cleanup(server.Close)
	return server.URL, server.Client(), bodies
}

func TestASearchIsPagedWithItsBody(t *testing.T) {
	address, client, bodies := pager(t, 5)
	c := call("searchForCampaignLeads", "accountId=1", "firstName=Ada")
	c.Paginate, c.PageSize = true, 2
	if err := c.Prepare(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := c.Run(t.Context(), address, &apicmd.Lister{Client: client}, &apicmd.Out{Stdout: &b}); err != nil {
		t.Fatal(err)
	}
	if strings.Count(b.String(), "leadId") != 5 {
		t.Errorf("the rows are %s", b.String())
	}
	for _, body := range *bodies {
		if body != `POST {"firstName":"Ada"}` {
			t.Errorf("a page was asked for with %s", body)
		}
	}
}

func TestAFilterIsGivenTheRowsOfEachPage(t *testing.T) {
	address, client, _ := pager(t, 5)
	c := call("GET " + campaigns)
	c.Paginate, c.PageSize, c.JQ = true, 2, "map(.leadId)"
	if err := c.Prepare(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	err := c.Run(t.Context(), address, &apicmd.Lister{Client: client}, &apicmd.Out{Stdout: &b})
	if err != nil || b.String() != "[0,1]\n[2,3]\n[4]\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
}

func TestRowsThatAreNotAsDescribedAreToldOfOnceWithTheirNumber(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page := map[string]string{"0": `[{"campaignId":1},{"campaignId":2}]`, "1": `[{"campaignId":3},{"campaignId":"four"}]`, "2": `[{"campaignId":"five"},{}]`}[r.URL.Query().Get("page")]
		_, _ = io.WriteString(w, map[bool]string{true: "[]", false: page}[page == ""])
	}))
	defer server.Close()
	c := call("GET " + campaigns)
	c.Paginate, c.PageSize = true, 2
	if err := c.Prepare(); err != nil {
		t.Fatal(err)
	}
	var warned []string
	out := &apicmd.Out{Stdout: io.Discard, Warn: func(text string) { warned = append(warned, text) }}
	err := c.Run(t.Context(), server.URL, &apicmd.Lister{Client: server.Client()}, out)
	if err != nil || len(warned) != 1 || !strings.HasSuffix(warned[0], ": [3].campaignId is a text, described as int32") {
		t.Errorf("%q, %v", warned, err)
	}
}

func TestOnlyWhatIsDescribedAsPagedIsPaged(t *testing.T) {
	for _, c := range []*apicmd.Call{call("getAllAccounts"), call("createDialGroup", "accountId=1", "dialGroupName=x"), call("getExternalAuthConfigsList", "accountId=1")} {
		c.Paginate = true
		if err := c.Prepare(); err == nil || !strings.Contains(err.Error(), "--paginate is for") {
			t.Errorf("%q: %v", c.Args, err)
		}
	}
	for _, c := range []*apicmd.Call{call("GET /voice/new"), call("GET " + campaigns), call("getCampaignList", "accountId=1", "dialGroupId=5")} {
		c.Paginate = true
		if err := c.Prepare(); err != nil {
			t.Errorf("%q: %v", c.Args, err)
		}
	}
}

func TestTheHintOfARefusalNamesWhatDescribesTheOperation(t *testing.T) {
	r := newRecorder(t)
	r.status = http.StatusBadRequest
	_, err := r.run(t, call("POST "+dialGroups, "dialGroupName=x"))
	if hint := usage.Hint(err); !strings.Contains(hint, "'ringcx api describe createDialGroup'") {
		t.Errorf("%v: %s", err, hint)
	}
}

// long is an answer of more than a MiB: a list with a row at its end.
func long(last string) string {
	return "[" + strings.Repeat(`{"campaignId":1,"campaignName":"a name that takes some room"},`, 1<<15) + last + "]"
}

func TestWhatIsNoUTF8IsToldOfWhateverIsCalled(t *testing.T) {
	for answer, want := range map[string]int{"[\"\xff\"]": 1, long("\"\xff\""): 1, `["ü"]`: 0, long(`"ü"`): 0} {
		out, warned, err := answered(t, answer, call("GET /voice/new"))
		if err != nil || out != answer || len(warned) != want {
			t.Errorf("%.20q: %q, %v", answer, warned, err)
		}
	}
}

func TestAnAnswerWithoutAnythingIsToldOf(t *testing.T) {
	for _, answer := range []string{"", "null"} {
		if _, warned, err := answered(t, answer, call("GET "+campaigns)); err != nil || len(warned) != 1 || !strings.Contains(warned[0], "described as [Campaign]") {
			t.Errorf("%q: %q, %v", answer, warned, err)
		}
	}
	if _, warned, err := answered(t, "true", call("DELETE "+campaigns+"/7")); err != nil || warned != nil {
		t.Errorf("the control: %q, %v", warned, err)
	}
}

func TestAFilterEndsWhenItsTimeIsOver(t *testing.T) {
	c := call("GET " + campaigns)
	c.JQ, c.FilterTime = "last(repeat(.))", 50*time.Millisecond
	r := newRecorder(t)
	r.answer, r.status = "[]", http.StatusOK
	if err := c.Prepare(); err != nil {
		t.Fatal(err)
	}
	within, cancel := context.WithTimeout(t.Context(), 20*time.Second) // a filter without an end must not be a test without one
	defer cancel()
	err := c.Run(within, r.URL, &apicmd.Lister{Client: r.Client()}, &apicmd.Out{Stdout: io.Discard})
	if err == nil || !strings.Contains(err.Error(), "longer than the 50ms of --timeout") {
		t.Errorf("a filter without an end: %v", err)
	}
	c = call("GET " + campaigns)
	c.JQ, c.FilterTime = "length", time.Minute
	if out, _, err := answered(t, `[]`, c); err != nil || out != "0\n" {
		t.Errorf("the control: %q, %v", out, err)
	}
}

func TestCSVTellsOnceOfWhatNobodyDescribes(t *testing.T) {
	for answer, want := range map[string]string{
		`[{"campaignId":1,"new":1},{"new":2,"other\u001b":{"deep":1}}]`: "new, other", `[{"campaignId":1,"permissions":["READ"]}]`: "", `[]`: "",
	} {
		r := newRecorder(t)
		r.answer, r.status = answer, 200
		c := call("GET " + campaigns)
		c.CSV = true
		if err := c.Prepare(); err != nil {
			t.Fatal(err)
		}
		var told []string
		to := &apicmd.Out{Stdout: io.Discard, Note: func(text string) { told = append(told, text) }}
		format := &rows.Format{CSV: true}
		e := &env.Env{Stdout: io.Discard, Stderr: io.Discard, Getenv: func(string) string { return "" }, Context: t.Context()}
		to.Rows = func(file io.Writer, schema *apispec.Schema) *rows.Writer {
			return format.To(t.Context(), terminal.New(e, tell.New(e)), file, rows.ShapeOf(schema))
		}
		err := c.Run(t.Context(), r.URL, &apicmd.Lister{Client: r.Client()}, to)
		if err != nil || (want == "") != (told == nil) || want != "" && (len(told) != 1 || !strings.Contains(told[0], want) || strings.ContainsAny(told[0], "\x1b")) {
			t.Errorf("%s: %q, %v", answer, told, err)
		}
	}
}

func TestCSVOfADamagedAnswerSaysThatItIsDamaged(t *testing.T) {
	for answer, want := range map[string]string{`[{"campaignId":1},`: "the answer is damaged", `{"campaignId":1}`: "no list of objects"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, answer)
		}))
		c := call("GET " + campaigns)
		c.CSV = true
		if err := c.Prepare(); err != nil {
			t.Fatal(err)
		}
		err := c.Run(t.Context(), server.URL, &apicmd.Lister{Client: server.Client()}, &apicmd.Out{Stdout: io.Discard})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", answer, err)
		}
		server.Close()
	}
}
