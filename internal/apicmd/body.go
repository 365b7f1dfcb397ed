package apicmd

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/internal/rawjson"
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

// checkBody refuses what is sent as JSON and is none, or not the same to all who read it, and what is said to have parts and has
// none. Nothing may be sent as it.
func (c *Call) checkBody(data []byte) error {
	if err := c.checkParts(data); err != nil {
		return err
	}
	if kind := c.said(); len(data) == 0 || kind != "" && !isJSONType(kind) {
		return nil
	}
	const hint = "mend it, or say what it is, such as -H 'Content-Type: text/csv'"
	w := &rawjson.Walker{}
	sound := utf8.Valid(data) && w.Walk(data)
	switch {
	case sound && w.Again:
		return usage.New(fmt.Sprintf("the body has the field %q twice in one object, and servers take one or the other", wording.Clip(w.Twice)), "leave one of them out")
	case sound && w.Half:
		return usage.New(`the body has half a character, such as \ud800 alone`, "a pair of two makes a character, or write it in UTF-8")
	case sound:
		return nil
	case bytes.HasPrefix(data, bom):
		return usage.New("the body of --input begins with a byte order mark, which JSON has not", "save it as UTF-8 without BOM")
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return usage.New("the body of --input is UTF-16, and JSON is UTF-8", "save it as UTF-8; in PowerShell: Out-File -Encoding ascii")
	}
	return usage.New("the body of --input is not JSON", hint)
}

// bom is the byte order mark that some editors put before UTF-8.
var bom = []byte("\xef\xbb\xbf")
