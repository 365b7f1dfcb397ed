package apicmd

import (
	"bytes"
	"encoding/json"
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
	data, err := os.ReadFile(c.Input)
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
	return io.ReadAll(c.Stdin)
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
