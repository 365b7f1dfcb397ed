// Package reports runs reports of the older kind, which the vendor makes as files.
package reports

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Types are the reports that the vendor has.
func Types() []string { return apispec.Default().Values("ReportType").List }

// Type is a report by its name, without regard to case and to - for _.
func Type(word string) (string, error) {
	name := strings.ToUpper(strings.ReplaceAll(word, "-", "_"))
	if !slices.Contains(Types(), name) {
		return "", usage.New(fmt.Sprintf("%q is not a report", wording.Clip(word)), wording.HintOf(name, Types()))
	}
	return name, nil
}

// criteria are the kinds of criteria by how the names of reports begin.
var criteria = []struct{ begin, kind string }{
	{"DIALER_RESULT_DOWNLOAD", "DIALER_RESULT_DOWNLOAD_CRITERIA"},
	{"GLOBAL_CALL_TYPE", "GLOBAL_CALL_TYPE_CRITERIA"},
	{"ALL_CALLS", "ALL_CALLS_CRITERIA"},
	{"IVR_DETAIL", "IVR_DETAIL_CRITERIA"},
	{"TFN_DID_MANAGER", "TFN_DID_MANAGER_CRITERIA"},
	{"CASPER", "CASPER_CRITERIA"},
}

// Run is a report that is asked for.
type Run struct {
	Type      string
	From, To  time.Time // zero: what the vendor takes
	Zone      string    // the name of a time zone; "": what the vendor takes
	Delimiter string    // PIPE, COMMA …; "": what the vendor takes
	MaxRows   int       // 0: what the vendor takes
	Compress  bool
	Criteria  []string // name=JSON, further criteria; what is no JSON is a text
}

// Body is the request, or what is wrong with it.
func (r *Run) Body() ([]byte, error) {
	const stamp = "2006-01-02T15:04:05.000-0700"
	c := map[string]any{}
	for _, k := range criteria {
		if strings.HasPrefix(r.Type, k.begin) {
			c["criteriaType"] = k.kind
		}
	}
	if !r.From.IsZero() {
		c["startDate"] = r.From.Format(stamp)
	}
	if !r.To.IsZero() {
		c["endDate"] = r.To.Format(stamp)
	}
	if !r.From.IsZero() && !r.To.IsZero() && !r.From.Before(r.To) {
		return nil, usage.New("--from is not before --to", "give a time that is earlier")
	}
	if r.MaxRows < 0 {
		return nil, usage.New("--max-rows is a number of rows", "leave it out for what the vendor takes")
	}
	if r.Zone != "" {
		c["timezoneName"] = r.Zone
	}
	if err := r.further(c); err != nil {
		return nil, err
	}
	body := map[string]any{"reportType": r.Type, "reportCriteria": c}
	if r.Delimiter != "" {
		body["delimiter"] = r.Delimiter
	}
	if r.MaxRows > 0 {
		body["maxRows"] = r.MaxRows
	}
	if r.Compress {
		body["compressReport"] = true
	}
	return json.Marshal(body)
}

// further adds criteria that are given by name.
func (r *Run) further(to map[string]any) error {
	schema := apispec.Default().Schema("ReportCriteria")
	names := make([]string, 0, len(schema.Fields))
	for _, f := range schema.Fields {
		names = append(names, f.Name)
	}
	for _, one := range r.Criteria {
		name, value, ok := strings.Cut(one, "=")
		f := schema.Field(name)
		_, given := to[name]
		switch {
		case !ok || name == "":
			return usage.New(fmt.Sprintf("%q is not of the form name=value", wording.Clip(one)), "such as --criterion includeAuxData=true")
		case f == nil:
			return usage.New(fmt.Sprintf("%q is no criterion of reports", wording.Clip(name)), wording.DidYouMean(wording.Nearest(name, names), "they are "+strings.Join(names, ", ")))
		case given && name == "criteriaType":
			return usage.New("the type of the report says which criteriaType it has", "leave the criterion out")
		case given:
			return usage.New(fmt.Sprintf("the criterion %s is given twice", name), "--from, --to and --time-zone give startDate, endDate and timezoneName; leave one of them out")
		case f.Type.Name == "boolean" && value != "true" && value != "false":
			return usage.New(name+" is true or false", "such as --criterion "+name+"=true")
		}
		if f.Type.Name == "string" || !json.Valid([]byte(value)) {
			to[name] = value
		} else {
			to[name] = json.RawMessage(value)
		}
	}
	return nil
}

// Stream runs a report and writes what it is to to, as it comes. A vendor that asks for patience is given it, and an answer that
// says what is wrong is an error, whatever its status. With page the report is a web page.
func Stream(ctx context.Context, lists *apicmd.Lister, base, account string, body []byte, page bool, to io.Writer) error {
	op, _ := apispec.Find("streamFile")
	path, err := apispec.Fill(op.Path, "accountId", account)
	if err != nil {
		return usage.New("the sub-account "+err.Error(), "see 'ringcx accounts list'")
	}
	var req *http.Request
	resp, err := lists.Streaming(func() (_ *http.Request, err error) {
		if req, err = apicmd.Posted(ctx, base+path, body); err == nil {
			req.Header.Set("Accept", "*/*")
		}
		return req, err
	}, page)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	in := &noted{Reader: resp.Body}
	from := bufio.NewReader(in)
	if first, _ := from.Peek(1); len(first) == 1 && strings.IndexByte(suspicious, first[0]) >= 0 {
		head, _ := io.ReadAll(io.LimitReader(from, 64<<10)) // an error of it is that of what follows, too
		if err := refused(req, resp, head, page); in.err == nil && err != nil {
			return err
		}
		from = bufio.NewReader(io.MultiReader(bytes.NewReader(head), from))
	}
	if _, err := from.Peek(1); err == nil && resp.StatusCode == http.StatusPartialContent {
		return noReport(req, "the answer (206) is a part of a report", "run it again")
	}
	n, err := io.Copy(to, from)
	switch {
	case in.err != nil:
		return apicmd.BrokenOff(req, in.err)
	case err != nil:
		return err
	case n == 0 && resp.StatusCode == http.StatusAccepted:
		return noReport(req, "the vendor has taken the report on (202), and has not sent it", "run it again later")
	case n == 0:
		return noReport(req, "the report is empty", nothing)
	}
	return nil
}

// suspicious are the first bytes of answers that may be no report: JSON, web pages, byte order marks and blanks.
const suspicious = "{[<ntf \t\r\n\xef"

const nothing = "the vendor has nothing for these criteria, or makes no report of this type any more"

func noReport(req *http.Request, why, hint string) error {
	return usage.WithHint(fmt.Errorf("%s %s: %s", req.Method, req.URL.Path, why), hint)
}

// refused says why an answer that begins with head is no report; nil: it may be one.
func refused(req *http.Request, resp *http.Response, head []byte, page bool) error {
	head = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(head), []byte("\xef\xbb\xbf")))
	about := &apicmd.Reply{Request: req, Code: resp.StatusCode, Body: head}
	switch {
	case len(head) == 0:
		return noReport(req, "the report is empty", nothing)
	case !page && isPage(head), isError(head):
		return about.Err()
	case isNothing(head), strings.Contains(resp.Header.Get("Content-Type"), "json") && bytes.ContainsAny(head[:1], "{["):
		if fields := map[string]json.RawMessage(nil); json.Unmarshal(head, &fields) == nil && len(fields) > 0 {
			return about.Err()
		}
		return noReport(req, "the answer is JSON, and no report: "+wording.Said(wording.Clip(string(head))), nothing)
	}
	return nil
}

// isPage tells web pages by what they begin with, whatever they are called.
func isPage(head []byte) bool {
	begin := bytes.ToLower(head[:min(len(head), 1<<10)])
	return begin[0] == '<' && slices.ContainsFunc([]string{"<!doctype html", "<html", "<head", "<body"}, func(tag string) bool { return bytes.Contains(begin, []byte(tag)) })
}

// isError tells errors as the vendor and what stands before it write them.
func isError(head []byte) bool {
	var fields map[string]json.RawMessage
	return json.Unmarshal(head, &fields) == nil && slices.ContainsFunc([]string{"errorCode", "generalMessage", "message", "error", "errors"}, func(name string) bool { return fields[name] != nil })
}

// isNothing tells JSON that says that there is nothing.
func isNothing(head []byte) bool {
	return slices.Contains([]string{"[]", "{}", "null", "true", "false"}, strings.Join(strings.Fields(string(head[:min(len(head), 100)])), ""))
}

// noted is a reader that keeps its error, to tell it from one of writing.
type noted struct {
	io.Reader
	err error
}

// Read implements io.Reader.
func (n *noted) Read(p []byte) (int, error) {
	read, err := n.Reader.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // readers return it as it is
		n.err = err
	}
	return read, err
}
