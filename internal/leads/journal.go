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
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/internal/usage"
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
}

// The states of a batch.
const (
	sending   = "sending"   // the request may be on its way
	done      = "done"      // the vendor answered that it has them
	refused   = "refused"   // the vendor answered that it has not, or was not asked
	uncertain = "uncertain" // no answer came
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
}

// Fault is a row that was not taken, and why.
type Fault struct {
	Line   int    `json:"line"` // 0: which one is not known
	Reason string `json:"reason"`
}

type journal struct {
	path    string
	file    *os.File
	unlock  func()
	about   about
	batches map[int]entry // the last that is known of each
}

const journalVersion = 1

// path of the journal of an import: the same content in the same campaign has the same, whatever the file is called.
func (a *about) path(dir string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %d %q", a.Server, a.Account, a.Campaign, a.SHA256))
	return filepath.Join(dir, hex.EncodeToString(sum[:12])+".jsonl")
}

// openJournal opens the journal of an import, which no other process may have open.
func openJournal(ctx context.Context, dir string, now *about, how *Import) (*journal, error) {
	j := &journal{path: now.path(dir), batches: map[int]entry{}}
	if err := j.lock(ctx); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(j.path)
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	keep := false
	if err == nil {
		keep, err = j.read(data, now, how)
	}
	if err == nil {
		err = j.begin(now, keep, data)
	}
	if err != nil {
		j.close()
		return nil, err
	}
	return j, nil
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
func (j *journal) read(data []byte, now *about, how *Import) (keep bool, err error) {
	switch {
	case len(data) == 0 && how.Resume:
		return false, usage.New(fmt.Sprintf("there is no import of this file, as it is now, into campaign %d to go on with", now.Campaign), "journals are in "+filepath.Dir(j.path)+"; without --resume it is begun")
	case len(data) == 0, how.Again:
		return false, nil
	}
	if err := j.parse(data); err != nil {
		return false, usage.New(fmt.Sprintf("the journal %s cannot be read: %s", j.path, err), "--again forgets it and sends everything")
	}
	if j.sentNone() { // nothing was sent, so there is nothing to go on with
		j.batches = map[int]entry{}
		return false, nil
	}
	begun := j.about.Begun.Local().Format("2006-01-02 15:04")
	switch what := j.about.differs(now); {
	case j.complete() && !j.unsure() && !how.Resume:
		return false, usage.New(fmt.Sprintf("this file was imported into campaign %d on %s", now.Campaign, begun), "--again imports it once more, so that its leads are there twice unless --duplicate-handling says otherwise")
	case !how.Resume:
		return false, usage.New(fmt.Sprintf("the import of this file into campaign %d that began on %s has not ended", now.Campaign, begun), "--resume goes on with it, --again sends everything once more")
	case what != "":
		return false, usage.New("the import that is to be gone on with had "+what, "give what it was begun with, or --again to send everything once more")
	}
	return true, nil
}

// parse reads the lines. The last may have been cut off by a crash, and says nothing then.
func (j *journal) parse(data []byte) error {
	in := bufio.NewReader(bytes.NewReader(data))
	for n := 0; ; n++ {
		line, err := in.ReadBytes('\n')
		if err != nil {
			if n == 0 {
				return errors.New("its first line is cut off")
			}
			return nil
		}
		if n == 0 {
			if err := json.Unmarshal(line, &j.about); err != nil || j.about.Version != journalVersion {
				return fmt.Errorf("it is of another version")
			}
			continue
		}
		var e entry
		if err := json.Unmarshal(line, &e); err != nil || e.Batch < 1 || e.Batch > j.about.Batches {
			return fmt.Errorf("line %d is damaged", n+1)
		}
		if e.State == sending {
			e.State = uncertain // unless a later line knows more
		}
		j.batches[e.Batch] = e
	}
}

func (j *journal) sentNone() bool {
	for _, e := range j.batches {
		if e.State != refused {
			return false
		}
	}
	return true
}

func (j *journal) complete() bool {
	for n := 1; n <= j.about.Batches; n++ {
		if s := j.batches[n].State; s != done && s != uncertain {
			return false
		}
	}
	return true
}

func (j *journal) unsure() bool {
	for _, e := range j.batches {
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
	if !keep {
		line, _ := json.Marshal(now) // texts and numbers
		if err := file.Replace(j.path, append(line, '\n')); err != nil {
			return err
		}
		j.about = *now
	}
	if j.file, err = os.OpenFile(j.path, os.O_WRONLY, 0o600); err != nil {
		return err
	}
	if whole := bytes.LastIndexByte(data, '\n') + 1; keep && whole < len(data) {
		if err := j.file.Truncate(int64(whole)); err != nil {
			return err
		}
	}
	_, err = j.file.Seek(0, io.SeekEnd)
	return err
}

// write adds a line, and returns when it is on disk.
func (j *journal) write(e entry) error {
	e.At = time.Now().UTC().Truncate(time.Millisecond)
	line, _ := json.Marshal(e) // texts and numbers
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		return err
	}
	if err := j.file.Sync(); err != nil {
		return err
	}
	j.batches[e.Batch] = e
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
