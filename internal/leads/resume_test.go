package leads_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/leads"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// twice are the IDs that were sent more than once, and missing those of A1 to An that never were.
func (v *vendor) twice() (all []string) {
	seen := map[string]int{}
	for _, id := range v.ids() {
		if seen[id]++; seen[id] == 2 {
			all = append(all, id)
		}
	}
	return all
}

func (v *vendor) missing(n int) (all []string) {
	ids := v.ids()
	for i := range n {
		if id := fmt.Sprintf("A%d", i+1); !slices.Contains(ids, id) {
			all = append(all, id)
		}
	}
	return all
}

func TestAnImportGoesOnBehindABatchWhoseAnswerWasLostAndSendsNothingTwice(t *testing.T) {
	v := newVendor(t, func(n int, r request) (int, string) {
		if n == 3 {
			return 0, "" // it has the leads, and nobody hears of it
		}
		return 200, accepted(len(r.Leads))
	})
	path, dir := file(t, numbered(55)), t.TempDir()
	first := &leads.Import{Path: path, Dir: dir}
	err := run(t, v, first)
	if err == nil || !strings.Contains(err.Error(), "batch 3 (lines 22 to 31) was sent, and whether RingCX has taken it is not known") ||
		!strings.Contains(usage.Hint(err), `the list "leads.csv (3/6)"`) {
		t.Fatalf("%v, %s", err, usage.Hint(err))
	}
	if r := first.Report; r.Sent != 20 || r.Uncertain != 10 || r.NotSent != 25 {
		t.Errorf("the first report is %+v", r)
	}
	if err := run(t, v, &leads.Import{Path: path, Dir: dir}); err == nil || !strings.Contains(err.Error(), "has not ended") {
		t.Errorf("without --resume: %v", err)
	}
	second := &leads.Import{Path: path, Dir: dir, Resume: true}
	if err := run(t, v, second); err != nil {
		t.Fatal(err)
	}
	if r := second.Report; r.Sent != 45 || r.Uncertain != 10 || r.NotSent != 0 || r.Complete() || r.UncertainRows[0].First != 22 || r.Requests != 3 {
		t.Errorf("the second report is %+v", r)
	}
	if again, lost := v.twice(), v.missing(55); again != nil || lost != nil {
		t.Errorf("sent twice: %q, never: %q", again, lost)
	}
	if hint := second.Report.Unsettled(); !strings.Contains(hint, `the list "leads.csv (3/6)"`) || !strings.Contains(hint, "--resume --settle 3=unsent sends it again") {
		t.Errorf("what to do is %q", hint)
	}
	third := &leads.Import{Path: path, Dir: dir, Resume: true, Settle: []string{leads.Unsent}}
	if err := run(t, v, third); err != nil || third.Report.Sent != 55 || third.Report.Unsettled() != "" {
		t.Errorf("%v, %+v", err, third.Report)
	}
	if again := v.twice(); len(again) != 10 || again[0] != "A21" {
		t.Errorf("with --settle unsent were sent twice: %q", again)
	}
}

func TestAnImportThatIsInIsNotDoneOnceMoreUnlessThatIsAskedFor(t *testing.T) {
	v := newVendor(t, nil)
	dir := t.TempDir()
	if err := run(t, v, &leads.Import{Path: file(t, numbered(15)), Dir: dir}); err != nil {
		t.Fatal(err)
	}
	for _, im := range []*leads.Import{
		{Path: file(t, numbered(15)), Dir: dir}, // another file with the same in it
		{Path: "-", Stdin: strings.NewReader(numbered(15)), Dir: dir},
	} {
		if err := run(t, v, im); err == nil || !strings.Contains(err.Error(), "this file was imported into campaign 7 on ") {
			t.Error(err)
		}
	}
	rest := &leads.Import{Path: file(t, numbered(15)), Dir: dir, Resume: true}
	if err := run(t, v, rest); err != nil || !rest.Report.Complete() || rest.Report.Requests != 0 {
		t.Errorf("what is in is gone on with: %v, %+v", err, rest.Report)
	}
	if err := run(t, v, &leads.Import{Path: file(t, numbered(16)), Dir: dir, Resume: true}); err == nil || !strings.Contains(err.Error(), "there is no import of this file") {
		t.Errorf("what was not begun is gone on with: %v", err)
	}
	if len(v.requests) != 2 {
		t.Errorf("%d requests", len(v.requests))
	}
	if err := run(t, v, &leads.Import{Path: file(t, numbered(15)), Dir: dir, Again: true}); err != nil || len(v.twice()) != 15 {
		t.Errorf("%v, twice are %q", err, v.twice())
	}
}

func TestAnImportIsGoneOnWithOnlyAsItWasBegun(t *testing.T) {
	v := newVendor(t, func(n int, r request) (int, string) {
		return map[bool]int{true: 200, false: 403}[n == 1], accepted(len(r.Leads))
	})
	path, dir := file(t, numbered(25)), t.TempDir()
	if err := run(t, v, &leads.Import{Path: path, Dir: dir}); err == nil || !strings.Contains(err.Error(), "403") {
		t.Fatal(err)
	}
	for _, im := range []*leads.Import{
		{Batch: 5},
		{Settings: leads.Settings{"dial-priority": "IMMEDIATE"}},
		{Settings: leads.Settings{"description": "x"}},
		{Columns: leads.Columns{Map: []string{"phone=leadPhone", "externId=auxData1"}, ExternIDs: "x"}},
	} {
		im.Path, im.Dir, im.Resume = path, dir, true
		if err := run(t, v, im); err == nil || !strings.HasPrefix(err.Error(), "the import that is to be gone on with had ") {
			t.Error(err)
		}
	}
	v.answer = nil
	if err := run(t, v, &leads.Import{Path: path, Dir: dir, Resume: true}); err != nil || len(v.missing(25)) > 0 {
		t.Errorf("%v, missing are %q", err, v.missing(25))
	}
	if again := v.twice(); len(again) != 10 || again[0] != "A11" { // the batch that was refused, and nothing else
		t.Errorf("sent twice: %q", again)
	}
}

func TestABatchIsRepeatedAfter429Alone(t *testing.T) {
	for status, uncertain := range map[int]bool{429: false, 400: false, 401: false, 403: false, 404: false, 501: false, 408: true, 500: true, 502: true, 503: true, 504: true} {
		v := newVendor(t, func(n int, r request) (int, string) {
			if n == 2 {
				return status, "1"
			}
			return 200, accepted(len(r.Leads))
		})
		im := &leads.Import{Path: file(t, numbered(25)), Dir: t.TempDir()}
		err := run(t, v, im)
		switch r := im.Report; {
		case status == 400:
			if err != nil || r.Sent != 15 || r.NotSent != 10 || len(r.RefusedRows) != 1 || r.Complete() {
				t.Errorf("400: %v, %+v", err, r)
			}
		case status == 429:
			if err != nil || r.Sent != 25 || r.Requests != 4 {
				t.Errorf("429: %v, %+v", err, r)
			}
		case err == nil, r.Sent != 10, r.Uncertain != map[bool]int{true: 10}[uncertain], r.Requests != 2:
			t.Errorf("%d: %v, %+v", status, err, r)
		}
	}
}

func TestABatchIsInOnlyIfANumberOfTheVendorSaysSo(t *testing.T) {
	for body, want := range map[string]struct{ sent, uncertain, accepted int }{
		`{"leadsAccepted":5}`: {5, 0, 5}, // a control
		`{"leadsInserted":"5","processingStatus":"DEFAULT_NOT_A_FAILURE"}`: {5, 0, 5},
		`{"leadsAccepted":5,"leadsInserted":3}`:                            {5, 0, 3},
		`{"leadsAccepted":9}`:                                              {0, 5, 0},
		`{"leadsAccepted":5,"leadsInserted":6}`:                            {0, 5, 0},
		`{"leadsAccepted":0}`:                                              {0, 0, 0},
		`{"leadsAccepted":"0","leadsInserted":" 0 "}`:                      {0, 0, 0},
		`{"leadsAccepted":5,"leadsInserted":0}`:                            {5, 0, 0},
		"":                                                                 {0, 5, 0},
		"{}":                                                               {0, 5, 0},
		"null":                                                             {0, 5, 0},
		"[]":                                                               {0, 5, 0},
		"<html>":                                                           {0, 5, 0},
		`{"leadsAccepted":1`:                                               {0, 5, 0},
		`{"leadsSupplied":5}`:                                              {0, 5, 0},
		`{"leadsAccepted":-5}`:                                             {0, 5, 0},
		`{"leadsAccepted":"all"}`:                                          {0, 5, 0},
		`{"rejectedRows":7}`:                                               {0, 5, 0},
		`{"processingStatus":"GENERAL_FAILURE"}`:                           {0, 5, 0},
		`{"processingStatus":"GENERAL_FAILURE","leadsAccepted":5}`:               {0, 5, 0},
		`{"processingStatus":"GENERAL_FAILURE","leadsInserted":0}`:               {0, 0, 0},
		`{"processingStatus":"NO_LEADS_PASSED_VALIDATION"}`:                      {0, 0, 0},
		`{"errorCode":"internal.error","message":"no"}`:                          {0, 5, 0},
		`{"errorCode":"bad.list","leadsAccepted":0,"leadsInserted":0}`:           {0, 0, 0},
		`{"processingStatus":"LOAD_FAILED","leadsAccepted":5,"leadsInserted":5}`: {0, 5, 0},
	} {
		v := newVendor(t, func(int, request) (int, string) { return 200, body })
		im := &leads.Import{Path: file(t, numbered(5)), Dir: t.TempDir()}
		err := run(t, v, im)
		r := im.Report
		if r.Sent != want.sent || r.Uncertain != want.uncertain || r.Accepted != want.accepted || r.Complete() != (want.accepted == 5) || (err != nil) != (want.uncertain > 0) {
			t.Errorf("%q: %v, %+v", body, err, r)
		}
		var b strings.Builder
		if _ = r.Write(&b, 5); r.Complete() == strings.Contains(b.String(), "batch 1") {
			t.Errorf("%q: the report is\n%s", body, b.String())
		}
	}
}

func TestMoreRowsThanWereSentMakeABatchUncertain(t *testing.T) {
	for first, want := range map[string]int{`{"leadsAccepted":11}`: 10, `{"leadsAccepted":10}`: 0} { // the other is a control
		v := newVendor(t, func(n int, r request) (int, string) {
			return 200, map[bool]string{true: first, false: accepted(len(r.Leads))}[n == 1]
		})
		im := &leads.Import{Path: file(t, numbered(20)), Dir: t.TempDir()}
		err := run(t, v, im)
		if im.Report.Uncertain != want || im.Report.Complete() != (want == 0) || want > 0 && (err == nil || !strings.Contains(err.Error(), "it has taken 11 rows, of 10 that were sent")) {
			t.Errorf("%s: %v, %+v", first, err, im.Report)
		}
	}
}

func TestARedirectSaysNothingWasSentOnlyIfItMeansThat(t *testing.T) {
	for status, uncertain := range map[int]int{301: 5, 302: 5, 303: 5, 307: 0, 308: 0} {
		v := newVendor(t, func(int, request) (int, string) { return status, "{}" })
		im := &leads.Import{Path: file(t, numbered(5)), Dir: t.TempDir()}
		err := run(t, v, im)
		if err == nil || im.Report.Uncertain != uncertain || uncertain > 0 && strings.Contains(usage.Hint(err), "nothing was sent") {
			t.Errorf("%d: %v, %s, %+v", status, err, usage.Hint(err), im.Report)
		}
	}
}

// TestWhateverHappensNoLeadIsSentTwiceAndNoneIsLost has a vendor that cuts connections, is busy, fails and refuses, and a
// process that dies between any two writes of its journal, until all is in.
func TestWhateverHappensNoLeadIsSentTwiceAndNoneIsLost(t *testing.T) {
	for seed := range uint64(20) {
		sent, lost := hardship(t, seed, true)
		if sent != nil || lost != nil {
			t.Errorf("seed %d: sent twice: %q, lost: %q", seed, sent, lost)
		}
	}
	var noticed int
	for seed := range uint64(20) { // a control: without journals
		if sent, _ := hardship(t, seed, false); sent != nil {
			noticed++
		}
	}
	if noticed < 10 {
		t.Errorf("of 20 imports without a journal only %d sent something twice", noticed)
	}
}

// hardship imports with failures at random, and goes on until no more is to be sent. It returns what was sent twice though
// it may have been taken, and what was never sent.
func hardship(t *testing.T, seed uint64, journal bool) (twice, lost []string) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	const n = 60
	dir, path := t.TempDir(), file(t, numbered(n))
	var image []byte // of the journal, as a process that dies would leave it
	taken := map[string]int{}
	v := newVendor(t, func(_ int, r request) (int, string) {
		image = readJournal(t, dir)
		kind := rng.IntN(10)
		if kind > 2 { // those below are refusals
			for _, l := range r.Leads {
				taken[fmt.Sprint(l["externId"])]++
			}
		}
		switch kind {
		case 0:
			return 429, "1"
		case 1:
			return 403, "{}"
		case 2:
			return 400, "{}"
		case 3:
			return 0, ""
		case 4:
			return 500, "{}"
		}
		return 200, accepted(len(r.Leads))
	})
	for runs := 0; journal || runs < 3; runs++ {
		im := &leads.Import{Path: path, Dir: dir, Resume: runs > 0 && journal, Batch: 5 + int(seed%3)}
		v.mu.Lock()
		image = nil
		v.mu.Unlock()
		err := run(t, v, im)
		v.mu.Lock()
		seen, dies := image, rng.IntN(2) == 0
		v.mu.Unlock()
		if seen == nil || !journal && err == nil { // nothing was left to send
			break
		}
		if whole := readJournal(t, dir); !journal {
			writeJournal(t, dir, nil)
		} else if dies { // it died after it began to send its last request
			v.mu.Lock()
			kept := len(seen) + rng.IntN(len(whole)-len(seen)+1)
			v.mu.Unlock()
			writeJournal(t, dir, whole[:kept])
		}
	}
	return v.balance(taken, n)
}

// balance tells which of the leads A1 to An were taken twice, and which were never sent.
func (v *vendor) balance(taken map[string]int, n int) (twice, lost []string) {
	sent := v.ids()
	v.mu.Lock()
	defer v.mu.Unlock()
	for i := range n {
		id := fmt.Sprintf("A%d", i+1)
		if taken[id] > 1 {
			twice = append(twice, id)
		}
		if !slices.Contains(sent, id) {
			lost = append(lost, id)
		}
	}
	return twice, lost
}

func readJournal(t *testing.T, dir string) []byte {
	t.Helper()
	all, _ := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if len(all) == 0 {
		return nil
	}
	data, err := os.ReadFile(all[0])
	if err != nil {
		t.Error(err)
	}
	return data
}

func writeJournal(t *testing.T, dir string, data []byte) {
	t.Helper()
	all, _ := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	for _, path := range all {
		err := os.Remove(path)
		if data != nil {
			err = os.WriteFile(path, data, 0o600)
		}
		if err != nil {
			t.Error(err)
		}
	}
}

func TestAnInterruptedImportWaitsForTheAnswerThatIsOnItsWay(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	v := newVendor(t, func(n int, r request) (int, string) {
		if n == 2 {
			cancel()
		}
		return 200, accepted(len(r.Leads))
	})
	im := &leads.Import{Path: file(t, numbered(35)), Dir: t.TempDir(), Campaign: 7, Batch: 10}
	defer func() { _ = im.Close() }()
	if err := im.Prepare(); err != nil {
		t.Fatal(err)
	}
	err := im.Send(ctx, &leads.Vendor{Client: v.Client(), Base: v.URL, Account: "21"})
	if r := im.Report; err == nil || r.Sent != 20 || r.Uncertain != 0 || r.NotSent != 15 {
		t.Errorf("%v, %+v", err, r)
	}
}

func TestAJournalThatWasEmptiedIsNotTakenForNone(t *testing.T) {
	v, dir, path := newVendor(t, nil), t.TempDir(), file(t, numbered(3))
	if err := run(t, v, &leads.Import{Path: path, Dir: dir}); err != nil {
		t.Fatal(err)
	}
	journals, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil || len(journals) != 1 || os.Truncate(journals[0], 0) != nil {
		t.Fatalf("the journals are %q (%v)", journals, err)
	}
	sent := len(v.requests)
	for _, im := range []*leads.Import{{Path: path, Dir: dir}, {Path: path, Dir: dir, Resume: true}} {
		if err := run(t, v, im); err == nil || !strings.Contains(err.Error(), "it is empty") || len(v.requests) != sent {
			t.Errorf("after %d requests: %v", len(v.requests), err)
		}
	}
	if err := run(t, v, &leads.Import{Path: path, Dir: dir, Again: true}); err != nil || len(v.requests) == sent { // as the hint says
		t.Errorf("once more: %v", err)
	}
}
