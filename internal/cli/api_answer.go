package cli

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// looked is how much of an answer is looked at before any of it is printed. What is longer passes by.
const looked = 1 << 20

// deliver sends req and passes the answer on: to the file of --output if it is a success, else to standard output.
func (c *call) deliver(client *http.Client, req *http.Request) error {
	resp, err := asMeant(client).Do(req)
	if err != nil {
		return bare(req, err)
	}
	defer func() { _ = resp.Body.Close() }()
	head, err := io.ReadAll(io.LimitReader(resp.Body, looked))
	if err != nil {
		return bare(req, brokeOff(err))
	}
	r := &reply{req, resp.Proto, resp.Status, resp.StatusCode, resp.Header, head}
	to, failed := io.Writer(c.Stdout), r.code/100 != 2 || r.isPage()
	if c.file != nil && !failed {
		to = c.file
	}
	if c.header {
		if err := printHeader(to, r); err != nil {
			return err
		}
	}
	sound, err := c.pass(to, r, resp.Body)
	switch {
	case err != nil:
		return err
	case failed:
		return r.err()
	case !sound:
		return fmt.Errorf("%s %s: the answer is damaged: it should be JSON, and is not", req.Method, req.URL.Path)
	case c.file != nil:
		return c.file.commit()
	}
	return nil
}

func brokeOff(err error) error { return fmt.Errorf("the answer broke off: %w", err) }

// pass writes an answer as it comes, and says whether it is what it says that it is. A short one is indented for people
// if it is JSON.
func (c *call) pass(to io.Writer, r *reply, rest io.Reader) (sound bool, err error) {
	people := c.OutTerminal && to == c.Stdout
	if len(r.body) < looked {
		answer := r.body
		if people && r.isJSON() {
			var b bytes.Buffer
			if json.Indent(&b, answer, "", "  ") == nil {
				answer = b.Bytes()
			}
		}
		if people && len(answer) > 0 && answer[len(answer)-1] != '\n' {
			answer = append(answer, '\n')
		}
		_, err := to.Write(answer)
		return !r.isDamaged(), err
	}
	buffered := bufio.NewWriterSize(to, piece)
	t := &tap{r: io.MultiReader(bytes.NewReader(r.body), rest), w: buffered}
	sound = !r.isJSON() || wellFormed(t)
	_, _ = io.Copy(io.Discard, t) // what is left; t keeps the error
	if people && t.last != '\n' {
		_ = buffered.WriteByte('\n')
	}
	if err := cmp.Or(t.writeErr, buffered.Flush()); err != nil {
		return false, err
	}
	if t.readErr != nil {
		return false, bare(r.request, brokeOff(t.readErr))
	}
	return sound, nil
}

// tap writes what is read from it, and keeps what went wrong.
type tap struct {
	r                 io.Reader
	w                 io.Writer
	last              byte // that was read
	readErr, writeErr error
}

func (t *tap) Read(p []byte) (int, error) {
	if err := cmp.Or(t.readErr, t.writeErr); err != nil {
		return 0, err
	}
	n, err := t.r.Read(p)
	if n > 0 {
		t.last = p[n-1]
		_, t.writeErr = t.w.Write(p[:n])
	}
	if err != nil && err != io.EOF { //nolint:errorlint // readers return it as it is
		t.readErr = err
	}
	return n, err
}

// wellFormed says whether what is read is one JSON value, of which it holds a word at a time.
func wellFormed(r io.Reader) bool {
	dec := json.NewDecoder(r)
	dec.UseNumber()
	depth := 0
	for {
		token, err := dec.Token()
		if err != nil {
			return false
		}
		switch token {
		case json.Delim('['), json.Delim('{'):
			depth++
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
		if depth == 0 {
			_, err := dec.Token()
			return errors.Is(err, io.EOF)
		}
	}
}

// isJSON says whether the answer says that it is JSON, and nothing has been done to it.
func (r *reply) isJSON() bool {
	return strings.Contains(r.header.Get("Content-Type"), "json") && r.header.Get("Content-Encoding") == ""
}

func printHeader(to io.Writer, r *reply) error {
	if _, err := fmt.Fprintf(to, "%s %s\n", r.proto, r.status); err != nil {
		return err
	}
	if err := r.header.Write(to); err != nil {
		return err
	}
	_, err := fmt.Fprintln(to)
	return err
}
