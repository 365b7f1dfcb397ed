// Package leads imports the leads of a file into a campaign: it finds out what the columns are, checks every row before
// anything is sent, sends what is right in batches, none of them twice, and tells what became of each row.
package leads

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Import is what is asked for. Prepare finds what is wrong with it and with the file, Send does it, Close ends it.
type Import struct {
	Path      string    // a CSV file; "-": Stdin
	Stdin     io.Reader // read once, and kept in Dir until Close
	Dir       string    // where journals are kept, which is made if it is not there
	Delimiter string    // "": it is found
	Columns   Columns
	Campaign  int
	Settings  Settings // of the vendor's request
	Batch     int      // rows of a request
	Rejects   string   // a file for the rows that are not in, with reasons; "": none

	AllOrNothing bool     // send nothing if a row is no lead
	Resume       bool     // go on with an import that has not ended
	Again        bool     // import what was imported before
	SkipSent     bool     // leave out rows that other imports have sent into the campaign
	Settle       []string // with Resume or SkipSent: what became of what may have been taken, Sent, Unsent, or either behind "N=" for a batch

	Report Report // what is known so far

	src     *source
	layout  *layout
	about   about
	first   *batch // of a dry run
	rejects *rejects
	rows    []scanned // those that are leads
	sums    []ident   // of what is sent in each batch
}

// The words of Settle.
const (
	Sent   = "sent"
	Unsent = "unsent"
)

// scanned is what is remembered of a row.
type scanned struct {
	id, its ident
	line    int
}

// MaxBatch is how many rows a request may have. The vendor documents no limit.
const MaxBatch = 5000

// Prepare reads all of the file and finds out what is wrong with it. Nothing is sent.
func (im *Import) Prepare() (err error) {
	switch {
	case im.Batch < 1 || im.Batch > MaxBatch:
		return usage.New(fmt.Sprintf("--batch must be between 1 and %d", MaxBatch), "leave it out for 500")
	case im.Campaign < 1:
		return usage.New("a campaign has a number", "see 'ringcx campaigns list', and name it with --campaign ID")
	case im.Resume && im.Again:
		return usage.New("--resume and --again exclude each other", "--resume goes on, --again sends everything once more")
	case len(im.Settle) > 0 && !im.Resume && !im.SkipSent:
		return usage.New("--settle says what became of batches of an earlier import", "add --resume, or --skip-sent for a file that was mended")
	case im.SkipSent && im.Again:
		return usage.New("--skip-sent and --again exclude each other", "--skip-sent leaves out what is in, --again sends everything once more")
	case im.Dir == "":
		return usage.New("there is no directory to keep the journal of the import in", "name one with --state DIR")
	}
	if err := os.MkdirAll(im.Dir, 0o700); err != nil {
		return usage.New(fmt.Sprintf("journals cannot be kept in %s: %s", im.Dir, usage.PlainPath(err)), "name a directory of yours with --state DIR")
	}
	request, name, err := im.Settings.request()
	if err == nil {
		err = distinct(im.Path, im.Stdin, im.Rejects)
	}
	if err == nil && im.Rejects != "" {
		im.rejects, err = newRejects(im.Rejects, im.Dir)
		im.Report.rejects = im.Rejects
	}
	if err != nil {
		return err
	}
	if im.src, err = open(im.Path, im.Stdin, im.Dir); err != nil {
		return err
	}
	im.about = about{
		Version: journalVersion, File: im.src.name, Campaign: im.Campaign, Batch: im.Batch, Request: append(request, '}'),
		Name: wording.First(name, filepath.Base(im.src.name)), Begun: time.Now().UTC().Truncate(time.Second),
	}
	return im.scan()
}

// scan is the first way through the file.
func (im *Import) scan() (err error) {
	r := im.reading()
	r.started = func(l *layout) error {
		im.layout = l
		im.about.Columns = l.said()
		return im.rejects.begin(l)
	}
	r.reject = func(row *Row, why string) error {
		im.about.Invalid++
		im.Report.invalid(Fault{row.Line, why})
		return im.rejects.add(row, why)
	}
	r.valid = func(row *Row, l *lead) {
		im.rows = append(im.rows, scanned{l.id, l.its, row.Line})
		if row.Last > row.Line {
			im.Report.notice(row.Line, fmt.Sprintf("the row has line ends in its cells, and goes on to line %d", row.Last))
		}
	}
	r.full = im.planned
	if im.about.Rows, im.about.SHA256, err = r.run(); err != nil {
		return err
	}
	im.sameIDs()
	im.Report.begin(&im.about, im.layout.left)
	return im.src.same()
}

// planned notes a batch that is to be sent.
func (im *Import) planned(b *batch) error {
	if im.first == nil {
		im.first = b
	}
	im.about.Batches = b.number
	im.sums = append(im.sums, identOf(b.leads.Bytes()))
	return nil
}

// sameIDs tells of rows that have the externId of an earlier one.
func (im *Import) sameIDs() {
	all := slices.Clone(im.rows)
	slices.SortFunc(all, func(a, b scanned) int { return cmp.Or(cmp.Compare(a.its, b.its), a.line-b.line) })
	first := 0
	for i := 1; i < len(all); i++ {
		if all[i].its != all[first].its {
			first = i
			continue
		}
		im.Report.notice(all[i].line, fmt.Sprintf("it has the externId of line %d", all[first].line))
	}
}

func (im *Import) reading() *reading {
	return &reading{
		src: im.src, comma: im.Delimiter, columns: &im.Columns, rules: im.Settings.rules(), size: im.Batch, without: im.about.without(),
		reject: func(*Row, string) error { return nil },
	}
}

// Close ends the import: rows that are not in are in their file, what was kept of standard input is not kept any more.
// What is at the place of their file stays as it is unless something was sent, or found to be no lead.
func (im *Import) Close() error {
	if im.src != nil {
		im.src.close()
	}
	return im.rejects.end()
}

// Valid is how many rows are leads.
func (im *Import) Valid() int { return im.about.Rows - im.about.Invalid }

// body is the request of a batch. Where there are several, each has its number behind the description, by which its list
// can be found.
func (im *Import) body(b *batch) []byte {
	body := make([]byte, 0, b.leads.Len()+1024)
	body = append(body, im.about.Request[:len(im.about.Request)-1]...)
	body = appendField(body, "description", quoted(im.description(b)))
	body = append(append(body, `,"uploadLeads":[`...), b.leads.Bytes()...)
	return append(body, "]}"...)
}

// description is that of the list of a batch.
func (im *Import) description(b *batch) string {
	if im.about.Batches < 2 {
		return im.about.Name
	}
	return fmt.Sprintf("%s (%d/%d)", im.about.Name, b.number, im.about.Batches)
}

// operation is the one that loads leads.
func operation() *apispec.Operation {
	op, _ := apispec.Find("loadDirectLeads")
	return op
}

// path is where leads are sent to.
func (im *Import) path(account string) (string, error) {
	path, err := apispec.Fill(operation().Path, "accountId", account)
	if err != nil {
		return "", usage.New("the sub-account "+wording.OneLine(err.Error()), "see 'ringcx accounts list'")
	}
	return apispec.Fill(path, "campaignId", strconv.Itoa(im.Campaign))
}

// DryRun is the first request as it would be sent, and how many there would be. account is "" if it is not known.
func (im *Import) DryRun(base, account string) (request string, requests int, err error) {
	im.rejects.keepIf(true)
	path := strings.Replace(operation().Path, "{campaignId}", strconv.Itoa(im.Campaign), 1)
	if account != "" {
		if path, err = im.path(account); err != nil {
			return "", 0, err
		}
	}
	if im.first == nil {
		return "", 0, nil
	}
	text := operation().Method + " " + base + path + "\nContent-Type: application/json\n\n" + string(im.body(im.first)) + "\n"
	return text, im.about.Batches, nil
}
