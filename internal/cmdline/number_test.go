package cmdline_test

import (
	"testing"

	"github.com/spf13/pflag"

	"github.com/ringcx-go/ringcx/internal/cmdline"
)

func TestANumberIsReadAsPeopleWriteIt(t *testing.T) {
	for text, want := range map[string]int{"1234": 1234, "010": 10, "0": 0, "-3": -3, "0x10": -1, "1_000": -1, "0b1": -1, "0o7": -1, "1e3": -1, "": -1, " 7": -1, "+7": -1, "99999999999999999999": -1} {
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		var n, theirs int
		cmdline.NumberFlag(flags, &n, "n", 5, "")
		flags.IntVar(&theirs, "theirs", 0, "")
		if err := flags.Set("n", text); (err != nil) != (want == -1) || err == nil && n != want || err != nil && n != 5 {
			t.Errorf("%q is %d, %v", text, n, err)
		}
		if text == "010" || text == "0x10" { // a control
			if err := flags.Set("theirs", text); err != nil || theirs == want {
				t.Errorf("the library reads %q as %d, %v", text, theirs, err)
			}
		}
	}
}
