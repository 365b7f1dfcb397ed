package lease_test

import (
	"errors"
	"testing"

	"github.com/ringcx-go/ringcx/store/internal/lease"
)

func TestWhatAServerSaysIsALineThatCanBeSeen(t *testing.T) {
	for in, want := range map[string]string{
		"ERR no\r\n\tway": "ERR no way",
		"ERR \x1b[2J\u009b31m\u202etxt\u200b \xff \u2028": "ERR [2J 31m txt ?",
		"FATAL: für Ö": "FATAL: für Ö",
	} {
		if got := lease.Plain(errors.New(in)); got != want {
			t.Errorf("%q is told as %q, want %q", in, got, want)
		}
	}
}
