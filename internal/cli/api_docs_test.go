package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/apidoc"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/cli"
)

// TestEveryCallThatIsShownCanBeMade takes the command lines that 'ringcx api describe' shows for what they are, with the body
// that it shows.
func TestEveryCallThatIsShownCanBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "body.json")
	d, seen := apispec.Default(), 0
	for _, op := range d.Operations {
		page := apidoc.Describe(d, op)
		if page.Command == "" {
			continue
		}
		for _, b := range page.Bodies {
			if b.Example == nil {
				continue
			}
			body, err := json.Marshal(b.Example)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, body, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for line := range strings.SplitSeq(page.Command, "\n") {
			seen++
			args := invocations(line)
			if len(args) != 1 {
				t.Fatalf("%q is %d calls", line, len(args))
			}
			if err := cli.Understood(args[0]); err != nil {
				t.Errorf("%s: %v", line, err)
			}
			call := &apicmd.Call{PageSize: 100}
			for i, word := range args[0] {
				switch {
				case i == 1:
					call.Args = []string{word}
				case i > 1 && args[0][i-1] == "-f":
					call.Fields = append(call.Fields, word)
				case word == "--input":
					call.Input, call.InputGiven = file, true
				case word == "--paginate":
					call.Paginate = true
				}
			}
			if err := call.Prepare(); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
	if seen < 400 {
		t.Errorf("only %d calls are shown", seen)
	}
}
