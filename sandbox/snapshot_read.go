package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// What a snapshot can have, whatever its size.
const (
	recordMost  = 16 << 20 // bytes of a record
	recordsMost = 2 << 20  // records
)

// errRecord is read in the middle of a record that is too large.
var errRecord = fmt.Errorf("a record is larger than %d MiB", recordMost>>20)

// snapshotReader reads a snapshot record by record.
type snapshotReader struct {
	*json.Decoder
	from *meter
	in   *archive
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

// readSnapshot reads all of a snapshot.
func readSnapshot(r io.Reader) (*archive, error) {
	from := &meter{r, recordMost}
	s := &snapshotReader{json.NewDecoder(from), from, newArchive()}
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
		return fmt.Errorf("unknown field %q", clip(name))
	})
	switch {
	case errors.As(err, new(formatError)):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("reading the snapshot: %w", err)
	}
	if err := checkFormat(format); err != nil {
		return nil, err
	}
	if _, err := s.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("reading the snapshot: there is something behind it")
	}
	return s.in, nil
}

type formatError string

func (f formatError) Error() string {
	return fmt.Sprintf("the format of the snapshot is %q; this server reads %q", clip(string(f)), snapshotFormat)
}

func checkFormat(format string) error {
	if format != snapshotFormat {
		return formatError(format)
	}
	return nil
}

// readKind reads the records of a kind.
func (s *snapshotReader) readKind(kind string) error {
	known := slices.Contains(recordKinds, kind)
	return s.object(func(key string) error {
		var value json.RawMessage
		if err := s.Decode(&value); err != nil || !known {
			return err
		}
		if s.in.count >= recordsMost {
			return fmt.Errorf("it has more than %d records", recordsMost)
		}
		return s.in.add(Record{kind, key, value})
	})
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
		return fmt.Errorf("there is %v where an object should be", clip(fmt.Sprint(open)))
	}
	for s.More() {
		s.from.left = recordMost
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
