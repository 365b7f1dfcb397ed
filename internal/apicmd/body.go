package apicmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// readInput is the body as --input gives it.
func (c *Call) readInput() ([]byte, error) {
	if c.Input == "-" {
		return c.readStdin()
	}
	data, err := bounded(c.Input)
	if err != nil {
		return nil, usage.New(err.Error(), "--input names a file with the body, or - for standard input")
	}
	return data, nil
}

// readStdin is what standard input holds, which is there once.
func (c *Call) readStdin() ([]byte, error) {
	if c.stdinRead {
		return nil, usage.New("standard input is wanted twice, and can be read once", "take one of them from a file")
	}
	c.stdinRead = true
	return readBounded(c.Stdin)
}

// maxInput bounds what is read of a file or of standard input, which may have no end.
const maxInput = 64 << 20

func bounded(name string) ([]byte, error) {
	f, err := os.Open(name) //nolint:gosec // the caller names it
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return readBounded(f)
}

func readBounded(from io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(from, maxInput+1))
	if err == nil && len(data) > maxInput {
		return nil, usage.New(fmt.Sprintf("the input has more than %d MiB", maxInput>>20), "give a smaller one")
	}
	return data, err
}

// checkBody refuses what is sent as JSON and is none. Nothing may be sent as it.
func (c *Call) checkBody(data []byte) error {
	const hint = "mend it, or say what it is, such as -H 'Content-Type: text/csv'"
	kind := wording.First(c.headers.Get("Content-Type"), "application/json")
	switch {
	case len(data) == 0 || !strings.Contains(strings.ToLower(kind), "json") || json.Valid(data) && utf8.Valid(data):
		return nil
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return usage.New("the body of --input begins with a byte order mark, which JSON has not", "save it as UTF-8 without BOM")
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return usage.New("the body of --input is UTF-16, and JSON is UTF-8", "save it as UTF-8; in PowerShell: Out-File -Encoding ascii")
	}
	return usage.New("the body of --input is not JSON", hint)
}
