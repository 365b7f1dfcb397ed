package leads

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/usage"
)

// ident is what something is known by: the begin of its hash.
type ident uint64

func identOf(data []byte) ident {
	sum := sha256.Sum256(data)
	return ident(binary.BigEndian.Uint64(sum[:]))
}

func packed(ids []ident) []byte {
	all := make([]byte, 0, 8*len(ids))
	for _, id := range ids {
		all = binary.BigEndian.AppendUint64(all, uint64(id))
	}
	return all
}

func unpacked(data []byte) []ident {
	all := make([]ident, 0, len(data)/8)
	for ; len(data) >= 8; data = data[8:] {
		all = append(all, ident(binary.BigEndian.Uint64(data)))
	}
	return all
}

// without are the rows that an import leaves out, and how often each is.
func (a *about) without() map[ident]int {
	all := map[ident]int{}
	for _, id := range unpacked(a.Without) {
		all[id]++
	}
	return all
}

// leave has rows left out that were sent before, which changes what the batches are.
func (im *Import) leave(without []byte) error {
	if len(without) == 0 {
		return nil
	}
	im.about.Without, im.about.Batches, im.sums, im.first = without, 0, nil, nil
	r := im.reading()
	r.full = im.planned
	_, sum, err := r.run()
	if err == nil && sum != im.about.SHA256 {
		err = fmt.Errorf("%s: %w", im.src.name, errChanged)
	}
	im.Report.leftOut(len(without)/8, &im.about)
	return err
}

// before is what other imports have sent into a campaign: how often each row is in, or may be.
type before struct {
	in, unsure map[ident]int
	last       about // the import that was begun last, of those that sent a row of this file
}

// sentBefore reads the journals of other imports into the campaign. Those that are not believed say nothing.
func (im *Import) sentBefore(dir, own string) (before, error) {
	b := before{map[ident]int{}, map[ident]int{}, about{}}
	paths, _ := filepath.Glob(filepath.Join(dir, "*.jsonl")) // the pattern is one
	ours := map[ident]bool{}
	for _, row := range im.rows {
		ours[row.id] = true
	}
	for _, path := range paths {
		if path == own {
			continue
		}
		data, err := readJournal(path)
		if err != nil || !im.about.intoTheSame(data) {
			continue
		}
		j := &journal{path: path}
		if err := j.parse(data); err != nil {
			hint := "--again sends everything whatever was sent; or move it away"
			if errors.Is(err, errNewerJournal) {
				hint = "update this program; without it " + hint
			}
			return b, usage.New(fmt.Sprintf("what another import has sent into campaign %d is not known: its journal %s cannot be read: %s", im.Campaign, path, err), hint)
		}
		for _, run := range j.runs {
			for _, e := range run.batches {
				to := map[string]map[ident]int{done: b.in, uncertain: b.unsure}[e.State]
				if e.unexplained() {
					to = b.unsure
				}
				for _, id := range unpacked(e.IDs) {
					if to != nil && ours[id] {
						if to[id]++; run.about.Begun.After(b.last.Begun) {
							b.last = run.about
						}
					}
				}
			}
		}
	}
	return b, nil
}

// intoTheSame tells the journal of an import into the same campaign, and one of a newer version that may be.
func (a *about) intoTheSame(data []byte) bool {
	var other about
	line, _, _ := bytes.Cut(data, []byte("\n"))
	err := json.Unmarshal(line, &other)
	same := other.Server == a.Server && other.Account == a.Account && other.Campaign == a.Campaign
	if other.Version > journalVersion {
		return same || err != nil || other.Campaign == 0
	}
	return same && err == nil
}

// skipSent sees that no row is sent that another import has sent, unless that is asked for.
func (im *Import) skipSent(own string) error {
	b, err := im.sentBefore(im.Dir, own)
	if err != nil {
		return err
	}
	var in, unsure []ident
	var lines []int
	for _, row := range im.rows {
		switch {
		case b.in[row.id] > 0:
			b.in[row.id]--
			in, lines = append(in, row.id), append(lines, row.line)
		case b.unsure[row.id] > 0:
			b.unsure[row.id]--
			unsure, lines = append(unsure, row.id), append(lines, row.line)
		}
	}
	if len(unsure) == 0 && len(im.Settle) > 0 {
		return usage.New(nothingUnsure, "leave --settle out")
	}
	if len(lines) == 0 {
		return nil
	}
	with := fmt.Sprintf("%s on %s", b.last.File, b.last.Begun.Local().Format("2006-01-02 15:04"))
	switch {
	case !im.SkipSent:
		what := fmt.Sprintf("%d of %d rows were sent into campaign %d before, with %s: %s", len(in)+len(unsure), im.about.Rows, im.Campaign, with, linesOf(lines))
		return usage.New(what, "--skip-sent sends the others alone, --again all of them once more")
	case len(unsure) > 0 && len(im.Settle) == 0:
		return usage.New(fmt.Sprintf("%d rows may be in campaign %d since they were sent with %s: that is not known", len(unsure), im.Campaign, with), "look there; then --settle sent leaves them out, --settle unsent sends them")
	case len(unsure) > 0 && slices.Equal(im.Settle, []string{Sent}):
		in = append(in, unsure...)
	case len(unsure) > 0 && !slices.Equal(im.Settle, []string{Unsent}):
		return usage.New("--settle takes sent or unsent with --skip-sent", "give one of them for all rows")
	}
	return im.leave(packed(in))
}

// linesOf are lines in words, not all of them if they are many.
func linesOf(lines []int) string {
	const most = 8
	var spans []string
	for i := 0; i < len(lines); {
		n := i
		for n+1 < len(lines) && lines[n+1] == lines[n]+1 {
			n++
		}
		span := fmt.Sprintf("line %d", lines[i])
		if n > i {
			span = fmt.Sprintf("lines %d to %d", lines[i], lines[n])
		}
		if spans = append(spans, span); len(spans) == most && n+1 < len(lines) {
			return fmt.Sprintf("%s, and %d more", strings.Join(spans, ", "), len(lines)-n-1)
		}
		i = n + 1
	}
	return strings.Join(spans, ", ")
}
