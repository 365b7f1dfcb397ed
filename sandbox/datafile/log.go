package datafile

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
)

const (
	logEnding = "-wal"
	longLog   = 4 << 20 // bytes
)

// log is the file beside the database: one entry for each save that the database does not have yet. An entry is the number
// of its bytes, their checksum (four bytes each), and those bytes: its number, and what was saved.
//
// Entries are numbered one by one, and a database knows the number of the last that it has. The first number of all is
// random, so a log that was left beside another database does not go on where this one is. What ends in the middle of
// an entry was cut off with the machine, and what follows is not read.
type log struct {
	file *os.File
	end  int64  // where the next entry begins
	last uint64 // the number of the entry before it
}

const entryHead = 8 // bytes before those that are summed

// append writes one entry. One that was written in part is written over by the next.
func (l *log) append(s save) error {
	b := make([]byte, entryHead, 4096)
	b = appendSave(binary.AppendUvarint(b, l.last+1), s)
	binary.LittleEndian.PutUint32(b, uint32(len(b)-entryHead)) //nolint:gosec // a save fits into memory many times
	binary.LittleEndian.PutUint32(b[4:], checksum(b[entryHead:]))
	if _, err := l.file.WriteAt(b, l.end); err != nil {
		return err
	}
	l.end += int64(len(b))
	l.last++
	return nil
}

// readLog gives the saves that follow the one with a number, in order, and the log behind them. What else is in the file
// is cut off.
func readLog(file *os.File, number uint64, yield func(save)) (*log, error) {
	raw, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	l := &log{file: file, last: number}
	for previous := uint64(0); ; {
		content := entryIn(raw[l.end:])
		r := reader{rest: content}
		at := r.number()
		s := r.save()
		if r.err != nil || previous != 0 && at != previous+1 || at > l.last+1 {
			break
		}
		if previous = at; at > number {
			yield(s)
			l.last = at
		}
		l.end += int64(entryHead + len(content))
	}
	if l.last == number { // the database has all of it
		l.end = 0
	}
	return l, file.Truncate(l.end)
}

// entryIn is what the entry at the begin of a log says, nil if there is no whole one.
func entryIn(raw []byte) []byte {
	if len(raw) < entryHead {
		return nil
	}
	size, sum := int64(binary.LittleEndian.Uint32(raw)), binary.LittleEndian.Uint32(raw[4:])
	if raw = raw[entryHead:]; size > int64(len(raw)) || checksum(raw[:size]) != sum {
		return nil
	}
	return raw[:size]
}

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) } // one table, made at its first use

// empty forgets all entries.
func (l *log) empty() error {
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	l.end = 0
	return nil
}

// remove closes and deletes the log.
func (l *log) remove() error { return errors.Join(l.file.Close(), os.Remove(l.file.Name())) }
