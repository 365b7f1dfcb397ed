package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/budget"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// recordMost is how many bytes a record of a snapshot that is posted can have.
const recordMost = 16 << 20

// errRecord is read in the middle of a record that is too large.
var errRecord = budget.HeavyError(fmt.Sprintf("a record is larger than %d MiB", recordMost>>20))

// snapshotReader reads a snapshot record by record.
type snapshotReader struct {
	*json.Decoder
	from *meter
	in   *archive
	room *atomic.Int64 // that all who read take of; nil: there is no bound

	kinds []string // of the records that are read
}

// meter reads so many bytes more.
type meter struct {
	r    io.Reader
	left int
}

func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, errRecord
	}
	n, err := m.r.Read(p[:min(len(p), m.left)])
	m.left -= n
	return n, err
}

// readSnapshot reads the records of some kinds that a snapshot has; passing are those of which a server holds only so many. If
// room is given, there are bounds, and it takes of the room until the caller calls leave.
func readSnapshot(r io.Reader, room *atomic.Int64, kinds, passing []string) (in *archive, leave func(), err error) {
	s := &snapshotReader{in: newArchive(passing), room: room, kinds: kinds}
	if room == nil {
		s.Decoder = json.NewDecoder(r)
	} else {
		s.from = &meter{r, recordMost}
		s.Decoder = json.NewDecoder(s.from)
	}
	leave = func() {
		if room != nil {
			room.Add(-int64(s.in.weight))
		}
	}
	return s.in, leave, s.read()
}

func (s *snapshotReader) read() error {
	format := ""
	err := s.object(func(name string) error {
		switch name {
		case "format":
			if err := s.Decode(&format); err != nil {
				return err
			}
			return checkFormat(format)
		case "made":
			return s.Decode(new(time.Time))
		case "records":
			return s.object(s.readKind)
		}
		return fmt.Errorf("unknown field %q", wording.Clip(name))
	})
	switch {
	case errors.As(err, new(formatError)):
		return err
	case err != nil:
		return fmt.Errorf("reading the snapshot: %w", err)
	}
	if err := checkFormat(format); err != nil {
		return err
	}
	if _, err := s.Token(); !errors.Is(err, io.EOF) {
		return errors.New("reading the snapshot: there is something behind it")
	}
	return nil
}

type formatError string

func (f formatError) Error() string {
	return fmt.Sprintf("the format of the snapshot is %q; this server reads %q", wording.Clip(string(f)), snapshotFormat)
}

func checkFormat(format string) error {
	if format != snapshotFormat {
		return formatError(format)
	}
	return nil
}

// readKind reads the records of a kind.
func (s *snapshotReader) readKind(kind string) error {
	known := slices.Contains(s.kinds, kind)
	return s.object(func(key string) error {
		var value json.RawMessage
		if err := s.Decode(&value); err != nil || !known {
			return err
		}
		before := s.in.weight
		if err := s.in.add(Record{kind, key, value}); err != nil {
			return err
		}
		return s.weigh(kind, s.in.weight-before)
	})
}

// weigh says whether there is room for one more record.
func (s *snapshotReader) weigh(kind string, weight int) error {
	if s.room == nil {
		return nil
	}
	together := s.room.Add(int64(weight))
	switch {
	case kind == recordRequest && len(s.in.kinds[kind]) > journal.RequestsHeld:
		return budget.HeavyError(fmt.Sprintf("it has more than %d requests", journal.RequestsHeld))
	case s.in.weight > budget.SnapshotMost:
		return budget.HeavyError(fmt.Sprintf("what is in it takes more than %d MiB", budget.SnapshotMost>>20))
	case together > budget.SnapshotsRoom:
		return budget.ErrCrowded
	}
	return nil
}

// object reads an object; field reads what has a name in it.
func (s *snapshotReader) object(field func(name string) error) error {
	at := s.InputOffset()
	open, err := s.Token()
	switch {
	case errors.Is(err, io.EOF) && at > 0:
		return io.ErrUnexpectedEOF
	case err != nil:
		return err
	case open != json.Delim('{'):
		return fmt.Errorf("there is %v where an object should be", wording.Clip(fmt.Sprint(open)))
	}
	for s.More() {
		if s.from != nil {
			s.from.left = recordMost
		}
		name, err := s.Token()
		if err == nil {
			err = field(name.(string))
		}
		if err != nil {
			return whole(err)
		}
	}
	_, err = s.Token()
	return whole(err)
}

// whole is err for somebody who is in the middle of something.
func whole(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
