package leads

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
	"github.com/ringcx-go/ringcx/store/file"
)

// A journal tells what became of each batch of an import: a line of JSON that says what is imported, then one before each
// request and one after its answer. It is on disk before the request is sent, so that after a crash nothing is sent twice:
// a batch of which only the first line is there may have been taken, or not.

// about says what an import is, so that another run knows whether it is the same.
type about struct {
	Version  int             `json:"version"`
	File     string          `json:"file"`
	SHA256   string          `json:"sha256"`
	Server   string          `json:"server"`
	Account  string          `json:"accountId"`
	Campaign int             `json:"campaignId"`
	Request  json.RawMessage `json:"request"`
	Name     string          `json:"description"`
	Columns  []string        `json:"columns"`
	Batch    int             `json:"batch"`
	Rows     int             `json:"rows"`
	Invalid  int             `json:"invalid"`
	Batches  int             `json:"batches"`
	Begun    time.Time       `json:"begun"`
	Without  []byte          `json:"without"` // idents of rows that are left out, as other imports have sent them
}

// The states of a batch.
const (
	sending   = "sending"   // the request may be on its way
	done      = "done"      // the vendor answered that it has them
	refused   = "refused"   // the vendor answered that it has not, or was not asked
	uncertain = "uncertain" // no answer came, or none that says so
)

// entry is what is known of a batch.
type entry struct {
	Batch    int            `json:"batch"`
	State    string         `json:"state"`
	First    int            `json:"firstLine"`
	Last     int            `json:"lastLine"`
	Rows     int            `json:"rows"`
	At       time.Time      `json:"at"`
	Counts   map[string]int `json:"counts,omitempty"` // of the vendor's answer
	Rejected []Fault        `json:"rejected,omitempty"`
	Message  string         `json:"message,omitempty"`
	IDs      []byte         `json:"ids"`               // idents of its rows, but those that were rejected; null: those of an earlier line
	Settled  bool           `json:"settled,omitempty"` // the user said what became of it
	Answered bool           `json:"-"`                 // by the vendor, in this run
}

// taken is how many rows of a batch that is in the vendor has taken.
func (e *entry) taken() int {
	if e.Settled {
		return e.Rows
	}
	n := e.Rows
	for _, name := range confirming {
		if said, ok := e.Counts[name]; ok {
			n = min(n, said)
		}
	}
	return n
}

// Fault is a row that was not taken, and why.
type Fault struct {
	Line   int    `json:"line"` // 0: which one is not known
	Reason string `json:"reason"`
}

type journal struct {
	path   string
	file   *os.File
	unlock func()
	runs   []*run // one for each time that the import was begun
	*run          // that which is gone on with
}

// run is an import from when it is begun. One that is begun once more makes another, and the first is not forgotten.
type run struct {
	about   about
	batches map[int]entry // the last that is known of each
}

const journalVersion = 1

var errNewerJournal = errors.New("it is of a newer version than this program knows")

// path of the journal of an import: the same content in the same campaign has the same, whatever the file is called.
func (a *about) path(dir string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %d %q", a.Server, a.Account, a.Campaign, a.SHA256))
	return filepath.Join(dir, hex.EncodeToString(sum[:12])+".jsonl")
}

// openJournal opens the journal of an import, which no other process may have open. What the import leaves out is known
// then. Where it has nothing to send, there is no journal.
func openJournal(ctx context.Context, im *Import) (*journal, error) {
	j := &journal{path: im.about.path(im.Dir)}
	if err := j.lock(ctx); err != nil {
		return nil, err
	}
	keep := false
	data, err := readJournal(j.path)
	if err == nil {
		keep, err = j.read(data, im)
	}
	if err == nil && !keep && !im.Again {
		err = im.skipSent(j.path)
	}
	if err == nil && im.about.Batches > 0 {
		err = j.begin(&im.about, keep, data)
	}
	if err == nil && keep {
		err = j.settle(im.Settle)
	}
	if err != nil || im.about.Batches == 0 {
		j.close()
		return nil, err
	}
	return j, nil
}

// readJournal reads what is believed: a file of the user's own, which others cannot change. nil: there is none.
func readJournal(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case info.Mode()&os.ModeSymlink != 0:
		return nil, usage.New(fmt.Sprintf("the journal %s is a link, which is not followed", path), "see who made it, and remove it")
	}
	f, err := file.OpenOwned(path, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(f)
}

func (j *journal) lock(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	unlock, err := file.Lock(ctx, strings.TrimSuffix(j.path, ".jsonl")+".lock")
	if errors.Is(err, context.DeadlineExceeded) {
		return usage.New("another process imports this file into this campaign", "wait until it has ended")
	}
	j.unlock = unlock
	return err
}

// read finds out whether what an earlier run wrote is to be gone on with.
func (j *journal) read(data []byte, im *Import) (keep bool, err error) {
	now := &im.about
	switch err := j.parse(data); {
	case errors.Is(err, errNewerJournal): // with --again, too: what was sent would be forgotten
		return false, usage.New(fmt.Sprintf("the journal %s cannot be read: %s", j.path, err), "update this program; or move the journal away, and what was sent is not known any more")
	case err != nil && im.Again:
		j.runs = nil
	case err != nil:
		return false, usage.New(fmt.Sprintf("the journal %s cannot be read: %s", j.path, err), "--again forgets it and sends everything")
	}
	if len(j.runs) == 0 && im.Resume {
		return false, usage.New(fmt.Sprintf("there is no import of this file, as it is now, into campaign %d to go on with", now.Campaign), "journals are in "+filepath.Dir(j.path)+"; without --resume it is begun, and rows that are in are told")
	}
	last := len(j.runs) - 1
	for last >= 0 && j.runs[last].sentNone() { // there is nothing to go on with
		last--
	}
	if last < 0 || im.Again {
		return false, nil
	}
	j.run = j.runs[last]
	begun := j.about.Begun.Local().Format("2006-01-02 15:04")
	switch {
	case im.Resume && last < len(j.runs)-1:
		return false, usage.New("the import that was begun once more has sent nothing, so there is nothing to go on with", "--again begins it, and does not forget what was imported on "+begun)
	case j.complete() && !j.unsure() && !im.Resume:
		return false, usage.New(fmt.Sprintf("this file was imported into campaign %d on %s", now.Campaign, begun), "--again imports it once more, so that its leads are there twice unless --duplicate-handling says otherwise")
	case !im.Resume:
		return false, usage.New(fmt.Sprintf("the import of this file into campaign %d that began on %s has not ended", now.Campaign, begun), "--resume goes on with it, --again sends everything once more")
	}
	if err := im.leave(j.about.Without); err != nil {
		return false, err
	}
	if what := j.about.differs(now); what != "" {
		return false, usage.New("the import that is to be gone on with had "+what, "give what it was begun with, or --again to send everything once more")
	}
	return true, nil
}

// parse reads the lines. The last may have been cut off by a crash, and says nothing then.
func (j *journal) parse(data []byte) error {
	if data != nil && len(data) == 0 { // which no run leaves: a journal comes into being with its first line
		return errors.New("it is empty")
	}
	in := bufio.NewReader(bytes.NewReader(data))
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if err != nil {
			if len(j.runs) == 0 && len(line) > 0 {
				return errors.New("its first line is cut off")
			}
			return nil
		}
		if n == 1 || bytes.HasPrefix(line, []byte(`{"version":`)) {
			begun := &run{batches: map[int]entry{}}
			err := json.Unmarshal(line, &begun.about)
			if begun.about.Version > journalVersion {
				return errNewerJournal
			}
			if err != nil || begun.about.Version != journalVersion {
				return errors.New("it is of another version")
			}
			j.runs = append(j.runs, begun)
			continue
		}
		if !j.runs[len(j.runs)-1].noted(line) {
			return fmt.Errorf("line %d is damaged", n)
		}
	}
}

// noted reads what a line says of a batch.
func (r *run) noted(line []byte) bool {
	var e entry
	if err := json.Unmarshal(line, &e); err != nil || e.Batch < 1 || e.Batch > r.about.Batches {
		return false
	}
	if e.State == sending {
		e.State = uncertain // unless a later line knows more
	}
	if e.IDs == nil {
		e.IDs = r.batches[e.Batch].IDs
	}
	r.batches[e.Batch] = e
	return true
}

// nothingUnsure refuses a word about what became of nothing.
const nothingUnsure = "nothing is uncertain, so there is nothing to settle"

// settle notes what the user says of batches that are uncertain.
func (j *journal) settle(said []string) error {
	const hint = "say --settle sent or --settle unsent of all that are uncertain, or --settle 3=sent of one"
	states := map[int]string{}
	if len(said) > 0 && !j.unsure() {
		return usage.New(nothingUnsure, "leave --settle out")
	}
	for _, one := range said {
		number, word, ofOne := strings.Cut(one, "=")
		if !ofOne {
			word = one
		}
		state, known := map[string]string{Sent: done, Unsent: refused}[word]
		if !known {
			return usage.New(fmt.Sprintf("%q does not say what became of a batch", wording.Clip(one)), hint)
		}
		n, err := strconv.Atoi(number)
		if ofOne && (err != nil || j.batches[n].State != uncertain) {
			return usage.New(fmt.Sprintf("%q names no batch that is uncertain", wording.Clip(one)), hint)
		}
		for batch, e := range j.batches {
			if e.State == uncertain && (!ofOne || batch == n) {
				states[batch] = state
			}
		}
	}
	for n, state := range states {
		e := j.batches[n]
		e.State, e.Settled = state, true
		if err := j.write(e); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) sentNone() bool {
	for _, e := range r.batches {
		if e.State != refused {
			return false
		}
	}
	return true
}

func (r *run) complete() bool {
	for n := 1; n <= r.about.Batches; n++ {
		if s := r.batches[n].State; s != done && s != uncertain {
			return false
		}
	}
	return true
}

func (r *run) unsure() bool {
	for _, e := range r.batches {
		if e.State == uncertain {
			return true
		}
	}
	return false
}

// differs says in what an import differs from another, "" if in nothing.
func (a *about) differs(b *about) string {
	switch {
	case a.Batch != b.Batch:
		return fmt.Sprintf("--batch %d", a.Batch)
	case a.Name != b.Name:
		return fmt.Sprintf("the description %q", a.Name)
	case !bytes.Equal(a.Request, b.Request):
		return "other settings: " + string(a.Request)
	case !slices.Equal(a.Columns, b.Columns):
		return "other columns: " + strings.Join(a.Columns, ", ")
	case a.Batches != b.Batches, a.Rows != b.Rows:
		return fmt.Sprintf("%d rows in %d batches", a.Rows, a.Batches) // of another version of the command
	}
	return ""
}

// begin opens the file for more lines: after what is there, without a last line that was cut off, or a new one.
func (j *journal) begin(now *about, keep bool, data []byte) (err error) {
	data = data[:bytes.LastIndexByte(data, '\n')+1]
	line, _ := json.Marshal(now) // texts and numbers
	if len(j.runs) == 0 {
		if err := file.Replace(j.path, append(line, '\n')); err != nil {
			return err
		}
		data = append(line, '\n')
	}
	if j.file, err = os.OpenFile(j.path, os.O_WRONLY, 0o600); err != nil {
		return err
	}
	if err := j.file.Truncate(int64(len(data))); err != nil {
		return err
	}
	if _, err = j.file.Seek(0, io.SeekEnd); err != nil || keep {
		return err
	}
	if j.run = (&run{*now, map[int]entry{}}); len(j.runs) > 0 {
		return j.add(line)
	}
	return nil
}

// write adds what is known of a batch.
func (j *journal) write(e entry) error {
	e.At = time.Now().UTC().Truncate(time.Millisecond)
	line, _ := json.Marshal(e) // texts and numbers
	if err := j.add(line); err != nil {
		return err
	}
	j.batches[e.Batch] = e
	return nil
}

// add adds a line, and returns when it is on disk.
func (j *journal) add(line []byte) error {
	_, err := j.file.Write(append(line, '\n'))
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		return usage.WithHint(fmt.Errorf("the journal %s cannot be written: %w", j.path, usage.PlainPath(err)), "see that it is there, is yours and has room; then --resume goes on")
	}
	return nil
}

func (j *journal) close() {
	if j.file != nil {
		_ = j.file.Close()
	}
	if j.unlock != nil {
		j.unlock()
	}
}
