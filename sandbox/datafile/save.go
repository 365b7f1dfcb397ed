package datafile

import (
	"encoding/binary"
	"errors"

	"github.com/ringcx-go/ringcx/sandbox"
)

// save is what was given to File.Save.
type save struct {
	namespace string
	replace   bool
	records   []sandbox.Record
}

// How saves and records are written: a number as a varint; a text as the number of its bytes and those.

func appendText[T ~string | ~[]byte](b []byte, text T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

func appendSave(b []byte, s save) []byte {
	b = appendFlag(appendText(b, s.namespace), s.replace)
	b = binary.AppendUvarint(b, uint64(len(s.records)))
	for _, r := range s.records {
		b = appendFlag(b, r.Value != nil)
		b = appendRecord(b, r)
	}
	return b
}

func appendRecord(b []byte, r sandbox.Record) []byte {
	return appendText(appendText(appendText(b, r.Kind), r.Key), r.Value)
}

func appendFlag(b []byte, flag bool) []byte {
	if flag {
		return append(b, 1)
	}
	return append(b, 0)
}

// reader reads what was written so, until there is less than there should be. Texts that it gives as bytes are parts of
// what it reads.
type reader struct {
	rest []byte
	err  error
}

var errShort = errors.New("a record ends too early")

func (r *reader) number() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.rest, r.err = nil, errShort
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *reader) flag() bool { return r.number() != 0 }

func (r *reader) text() []byte {
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.rest, r.err = nil, errShort
		return nil
	}
	text := r.rest[:n]
	r.rest = r.rest[n:]
	return text
}

func (r *reader) record() sandbox.Record {
	return sandbox.Record{Kind: string(r.text()), Key: string(r.text()), Value: r.text()}
}

func (r *reader) save() save {
	s := save{namespace: string(r.text()), replace: r.flag()}
	for n := r.number(); n > 0 && r.err == nil; n-- {
		there := r.flag()
		record := r.record()
		if !there {
			record.Value = nil
		}
		s.records = append(s.records, record)
	}
	return s
}
