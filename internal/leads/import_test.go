package leads_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/leads"
	"github.com/ringcx-go/ringcx/internal/usage"
)

const mixed = `First Name,last_name,Phone,Customer No,Notes
Ann,Example,(415) 555-0100,A1,hi
"Bob ""B""","Multi
line",415.555.0101,A2,x
Cy,Broken,12,A3,
De"e,Broken,4155550103,A4,
Ed,Few,4155550104
,,,,

Fay,Ok,+1 415 555 0105,A6,"a,b"
`

func TestRowsThatAreLeadsAreSentAndTheOthersAreToldWithTheirLines(t *testing.T) {
	v := newVendor(t, nil)
	rejects := filepath.Join(t.TempDir(), "rejects.csv")
	im := &leads.Import{Path: file(t, mixed), Dir: t.TempDir(), Rejects: rejects, Columns: leads.Columns{Map: []string{"Notes=auxData1"}}}
	if err := run(t, v, im); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(v.ids(), " "); got != "A1 A2 A6" {
		t.Errorf("sent were %s", got)
	}
	first := v.requests[0].Leads[1]
	if first["firstName"] != `Bob "B"` || first["lastName"] != "Multi\nline" || first["leadPhone"] != "4155550101" || first["auxData1"] != "x" {
		t.Errorf("the second lead is %v", first)
	}
	r := im.Report
	if r.Rows != 6 || r.Invalid != 3 || r.Sent != 3 || r.Accepted != 3 || r.Complete() {
		t.Errorf("the report is %+v", r)
	}
	lines := []int{}
	for _, f := range r.InvalidRows {
		lines = append(lines, f.Line)
	}
	if !slices.Equal(lines, []int{5, 6, 7}) {
		t.Errorf("told were the lines %v", lines)
	}
	data, err := os.ReadFile(rejects)
	if err != nil {
		t.Fatal(err)
	}
	in := csv.NewReader(strings.NewReader(string(data)))
	in.FieldsPerRecord = -1
	rows, err := in.ReadAll()
	if err != nil || len(rows) != 4 || rows[1][0] != "5" || rows[1][5] != "12" || !strings.Contains(rows[3][1], "3 cells") {
		t.Errorf("rejects are %q, %v", rows, err)
	}
}

func TestNothingIsSentOfAFileWithABrokenRowWhereAllOrNothingIsWanted(t *testing.T) {
	v := newVendor(t, nil)
	im := &leads.Import{Path: file(t, mixed), Dir: t.TempDir(), AllOrNothing: true, Columns: leads.Columns{IgnoreUnknown: true}}
	if err := run(t, v, im); err == nil || !strings.Contains(err.Error(), "3 of 6 rows are no lead, and nothing was sent") {
		t.Error(err)
	}
	if len(v.requests) != 0 {
		t.Error("something was sent")
	}
	whole := &leads.Import{Path: file(t, numbered(3)), Dir: t.TempDir(), AllOrNothing: true}
	if err := run(t, v, whole); err != nil || !whole.Report.Complete() {
		t.Errorf("a file without one: %v, %+v", err, whole.Report)
	}
}

func TestColumnsThatAreNoFieldAreRefusedUnlessTheyAreToBeLeftOut(t *testing.T) {
	v := newVendor(t, nil)
	for _, c := range []struct {
		text    string
		columns leads.Columns
		says    string // "": it is taken
	}{
		{"phone,externId,Colour\n4155550100,1,red\n", leads.Columns{}, `no field of a lead is known for the column "Colour"`},
		{"phone,externId,Colour\n4155550100,1,red\n", leads.Columns{IgnoreUnknown: true}, ""},
		{"phone,externId,Colour\n4155550100,1,red\n", leads.Columns{Map: []string{"Colour="}}, ""},
		{"phone,externId,Colour\n4155550100,1,red\n", leads.Columns{Map: []string{"Colour=extendedLeadData.colour"}}, ""},
		{"phone,externId,Colour\n4155550100,1,red\n", leads.Columns{Map: []string{"Colour=shade"}}, `"shade" is no field of a lead that can be loaded`},
		{"phone,externId,Colour\n4155550100,1,red\n", leads.Columns{Map: []string{"Colour=extendedLeadData"}}, "extendedLeadData holds texts by name"},
		{"phone,externId,Colour\n4155550100,1,red\n", leads.Columns{Map: []string{"Color=auxData1"}}, `--map names the column "Color", which the file has not`},
		{"phone,externId,Colour\n4155550100,1,red\n", leads.Columns{Map: []string{"Colour=leadId"}}, `"leadId" is no field of a lead that can be loaded`},
		{"phone,mobile,externId\n4155550100,,1\n", leads.Columns{}, `the columns "phone" and "mobile" both are leadPhone`},
		{"first name,externId\nAnn,1\n", leads.Columns{}, "no column is the phone number of leads"},
		{"phone\n4155550100\n", leads.Columns{}, "no column is the ID of leads (externId), which the vendor wants"},
		{"phone\n4155550100\n", leads.Columns{ExternIDs: "f1-"}, ""},
		{"4155550100,1\n", leads.Columns{Names: []string{"phone", "external id"}}, ""},
		{"", leads.Columns{}, "is empty"},
		{"LEAD_PHONE,Extern Id\n4155550100,1\n", leads.Columns{}, ""},
	} {
		im := &leads.Import{Path: file(t, c.text), Dir: t.TempDir(), Columns: c.columns}
		err := run(t, v, im)
		var misuse *usage.Error
		switch {
		case c.says == "" && (err != nil || im.Report.Sent != 1):
			t.Errorf("%q %+v: %v, %+v", c.text, c.columns, err, im.Report)
		case c.says != "" && (!errors.As(err, &misuse) || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%q %+v: %v", c.text, c.columns, err)
		}
	}
	for _, r := range v.requests {
		if want := "POST /voice/api/v1/admin/accounts/21/campaigns/7/leadLoader/direct"; r.Path != want {
			t.Errorf("asked was %s", r.Path)
		}
		if id := r.Leads[0]["externId"]; id != "1" && id != "f1-2" {
			t.Errorf("the ID is %v", id)
		}
	}
}

func TestAnIDThatASpreadsheetHasShortenedIsRefused(t *testing.T) {
	for id, taken := range map[string]bool{"1.23457E+11": false, "1E+05": false, "1E+11": false, "1e5": false, "12,5E7": false, "4E10-1": true, "E10": true, "4E": true, "100000": true} {
		v := newVendor(t, nil)
		im := &leads.Import{Path: file(t, "phone\texternId\n4155550199\t"+id+"\n"), Dir: t.TempDir()}
		if err := run(t, v, im); err != nil || (len(v.requests) == 1) != taken || !taken && !strings.Contains(im.Report.InvalidRows[0].Reason, "a spreadsheet has shortened") {
			t.Errorf("%s: %v, %+v", id, err, im.Report)
		}
	}
}

func TestCellsAreCheckedByTheTypesOfTheirFields(t *testing.T) {
	for _, c := range []struct{ column, cell, want string }{ // want of the lead, or what is said
		{"leadPhone", "4155550100|(415) 555-0101", `"4155550100|4155550101"`},
		{"leadPhone", "4.15555E+09", "a spreadsheet has shortened"},
		{"leadPhone", "4e9", "a spreadsheet has shortened"},
		{"leadPhone", "4155550100.0", "a spreadsheet has given a fraction"},
		{"leadPhone", "415555010.0", "a spreadsheet has given a fraction"}, // ten digits without the dot
		{"leadPhone", "415.555.0100", `"4155550100"`},
		{"leadPhone", "415/555-0100", `"4155550100"`},
		{"leadPhone", "5550100/5550101", "may be several phone numbers"},
		{"leadPhone", "4155550100;4155550101", "may be several phone numbers"},
		{"leadPhone", "0155550100", "is not a number of the United States"},
		{"leadPhone", "+1 (415) 155-0100", "is not a number of the United States"},
		{"leadPhone", "1415055010|4155550100", "is not a number of the United States"},
		{"externId", "1.23457E+11", "a spreadsheet has shortened"},
		{"leadPhone", "call me", "is not a phone number"},
		{"leadPhone", "+44 20 7946 0000", "not a number of the United States or Canada"},
		{"leadPhoneE164", "+442079460000", `"+442079460000"`},
		{"leadPhoneE164", "442079460000", "is not of the form"},
		{"leadPriority", "3", `3`},
		{"leadPriority", "3.5", "is not a whole number"},
		{"leadPriority", "9999999999", "is not a whole number"},
		{"dupeKeyOverride", "9999999999", `9999999999`},
		{"suppressed", "Yes", `true`},
		{"suppressed", "perhaps", "is not true or false"},
		{"leadState", "agent_callback", `"AGENT-CALLBACK"`},
		{"leadState", "GONE", "is none of ACTIVE, "},
		{"leadTimezone", "EST", `"EST"`},
		{"leadTimezone", "America/New_York", `"America/New_York"`},
		{"leadTimezone", "5 hours", "is not a time zone"},
		{"nextDialTime", "2026-01-31T08:30:00-05:00", `"2026-01-31T08:30:00.000-0500"`},
		{"nextDialTime", "31.1.2026", "is not a time with its offset"},
		{"quotaTargetIds", "1|2", `[1,2]`},
		{"quotaTargetIds", "1|x", "is not a whole number"},
		{"firstName", "\xff", "no UTF-8"},
	} {
		v := newVendor(t, nil)
		text := "phone,externId," + c.column + "\n4155550199,1," + c.cell + "\n"
		if strings.HasPrefix(c.column, "leadPhone") {
			text = "externId," + c.column + "\n1," + c.cell + "\n"
		} else if c.column == "externId" {
			text = "phone,externId\n4155550199," + c.cell + "\n"
		}
		im := &leads.Import{Path: file(t, text), Dir: t.TempDir()}
		if err := run(t, v, im); err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(v.requests) > 0 {
			got = string(v.requests[0].Fields["uploadLeads"])
		} else if len(im.Report.InvalidRows) > 0 {
			got = im.Report.InvalidRows[0].Reason
		}
		if want := c.want; !strings.Contains(got, want) && !strings.Contains(got, fmt.Sprintf("%q:%s", c.column, want)) {
			t.Errorf("%s %q: %s", c.column, c.cell, got)
		}
	}
}

func TestTwoNumbersAreNeverTakenForOneThatIsInternational(t *testing.T) {
	for cell, want := range map[string]string{
		"030/1234567": "0301234567", "+49 30/1234567": "+49301234567", "5550100/5550101": "", "0301234567/8": "", "1234567;1234568": "", "+49 (0)30 1234567": "",
	} {
		v := newVendor(t, nil)
		im := &leads.Import{Path: file(t, "externId;leadPhone\n1;\""+cell+"\"\n"), Dir: t.TempDir(), Settings: leads.Settings{"international-number-format": true}}
		if err := run(t, v, im); err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(v.requests) > 0 {
			got, _ = v.requests[0].Leads[0]["leadPhone"].(string)
		}
		if got != want {
			t.Errorf("%q is sent as %q, want %q", cell, got, want)
		}
	}
}

func TestRowsThatTheVendorRejectsAreToldWithTheirLines(t *testing.T) {
	v := newVendor(t, func(n int, r request) (int, string) {
		if n == 2 {
			return 200, `{"leadsAccepted":8,"rejectedRows":[{"message":"bad number","rowData":["A13","4155550013"]},{"message":"","rowData":[4155550015]}]}`
		}
		return 200, accepted(len(r.Leads))
	})
	rejects := filepath.Join(t.TempDir(), "rejects.csv")
	im := &leads.Import{Path: file(t, numbered(25)), Dir: t.TempDir(), Rejects: rejects}
	if err := run(t, v, im); err != nil {
		t.Fatal(err)
	}
	r := im.Report
	if r.Sent != 25 || r.Accepted != 23 || r.Rejected != 2 || r.Complete() || r.RejectedRows[0] != (leads.Fault{14, "bad number"}) || r.RejectedRows[1].Line != 16 {
		t.Errorf("the report is %+v", r)
	}
	if data, err := os.ReadFile(rejects); err != nil || !strings.Contains(string(data), "14,RingCX: bad number,,4155550013,A13\n") {
		t.Errorf("rejects are %q, %v", data, err)
	}
	if got := v.requests[1].Description; got != "leads.csv (2/3)" {
		t.Errorf("the second list is called %s", got)
	}
}

func TestAColumnThatIsLeftOutIsLeftOutWhateverItsTitle(t *testing.T) {
	for _, title := range []string{"Email", "email", "E-Mail Address", "First Name", "leadPriority", "Colour"} {
		text := "phone,externId," + title + "\n4155550100,1,3\n"
		for _, c := range []struct {
			maps []string
			sent int // fields of the lead
		}{{[]string{title + "="}, 2}, {[]string{title + "=auxData1"}, 3}} {
			v := newVendor(t, nil)
			im := &leads.Import{Path: file(t, text), Dir: t.TempDir(), Columns: leads.Columns{Map: c.maps}}
			if err := run(t, v, im); err != nil || len(v.requests[0].Leads[0]) != c.sent || len(im.Report.LeftOut) != 3-c.sent {
				t.Errorf("--map %q: %v, sent was %v, left out %q", c.maps, err, v.requests[0].Leads, im.Report.LeftOut)
			}
		}
	}
}

func TestAColumnWithoutATitleIsNamedByItsPlace(t *testing.T) {
	const one, two = "phone,,externId\n4155550100,x,1\n", "phone,,externId,\n4155550100,x,1,y\n"
	for _, c := range []struct {
		text string
		maps []string
		says string // "": it is taken
	}{
		{one, []string{"column 2="}, ""},
		{one, []string{"Column 2=auxData1"}, ""},
		{one, []string{"="}, ""},
		{one, []string{"=auxData1"}, ""},
		{one, nil, `known for the column "column 2"`},
		{two, []string{"column 2=", "column 4=auxData1"}, ""},
		{two, []string{"="}, "several columns have no title"},
		{two, []string{"column 2="}, `known for the column "column 4"`},
		{one, []string{"column 4="}, "which the file has not"},
		{one, []string{"column 2=", "="}, "twice"},
	} {
		im := &leads.Import{Path: file(t, c.text), Dir: t.TempDir(), Columns: leads.Columns{Map: c.maps}}
		if err := run(t, newVendor(t, nil), im); (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q %q: %v", c.text, c.maps, err)
		}
	}
}

// TestWhatAHintSaysOfAColumnCanBeCopiedIntoAShell has a shell read what the hint quotes: a title comes from whoever wrote the file.
func TestWhatAHintSaysOfAColumnCanBeCopiedIntoAShell(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no shell: ", err)
	}
	for _, title := range []string{"x", "it's", "$(touch gone)", "'; touch gone; '", "`touch gone`", "a=b", "\x1b[2Jx", "two\nlines", strings.Repeat("long ", 100)} {
		text := "phone,externId,\"" + title + "\"\n4155550100,1,3\n"
		im := &leads.Import{Path: file(t, text), Dir: t.TempDir()}
		err := run(t, newVendor(t, nil), im)
		_, rest, _ := strings.Cut(usage.Hint(err), "--map ")
		word, _, found := strings.Cut(rest, " says which it is")
		dir := t.TempDir()
		cmd := exec.CommandContext(t.Context(), "sh", "-c", "printf %s "+word)
		cmd.Dir = dir
		out, failed := cmd.Output()
		left, _ := os.ReadDir(dir)
		if !found || failed != nil || len(left) != 0 {
			t.Fatalf("%q: %v %v, %v is there", title, err, failed, left)
		}
		im = &leads.Import{Path: file(t, text), Dir: t.TempDir(), Columns: leads.Columns{Map: []string{string(out)}}}
		if err := run(t, newVendor(t, nil), im); err != nil {
			t.Errorf("--map %q does not name the column %q: %v", out, title, err)
		}
	}
}
