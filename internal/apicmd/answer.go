package apicmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/ringcx-go/ringcx/internal/rawjson"
	"github.com/ringcx-go/ringcx/internal/terminal"
)

// looked is how much of an answer is looked at before any of it is printed. What is longer passes by.
const looked = 1 << 20

// deliver sends req and passes the answer on: to the file of --output if it is a success, else to standard output.
func (c *Call) deliver(client *http.Client, req *http.Request, at *Out) error {
	way := &way{}
	if c.Changes() {
		req = way.watch(req)
	}
	resp, err := asMeant(client).Do(req)
	if err != nil {
		return way.lost(req, bare(req, err))
	}
	defer func() { _ = resp.Body.Close() }()
	head, err := io.ReadAll(io.LimitReader(resp.Body, looked))
	if err != nil {
		return way.lost(req, bare(req, brokeOff(err)))
	}
	r := newReply(req, resp, head)
	refusal := at.refusal(r)
	to, failed := io.Writer(at.Stdout), refusal != nil
	if c.file != nil && !failed {
		to = c.file
	}
	if c.Include {
		if err := printHeader(to, r); err != nil {
			return unprinted(r, err)
		}
	}
	rest, told := c.watched(r, resp.Body, at)
	sound, err := c.print(to, r, rest, at, failed)
	told(!failed && sound)
	switch {
	case err != nil:
		return unprinted(r, err)
	case failed:
		return refusal
	case !sound:
		return fmt.Errorf("%s %s: the answer is damaged: it should be JSON, and is not", req.Method, req.URL.Path)
	case c.file != nil:
		return c.file.Commit()
	}
	return nil
}

// refusal is why an answer is no success; nil: it is one.
func (at *Out) refusal(r *Reply) error {
	switch {
	case r.Code/100 != 2 || r.IsPage():
		return r.Err()
	case at.Check != nil:
		return at.Check(r)
	}
	return nil
}

// unprinted is an answer that could not be printed. To what only reads, that says all.
func unprinted(r *Reply, err error) error {
	if r.Request.Method == http.MethodGet || r.Code/100 != 2 {
		return err
	}
	return terminal.NewUnprinted(
		fmt.Errorf("%s %s was done (%d), but its answer was not printed whole: %w", r.Request.Method, r.Request.URL.Path, r.Code, err),
		"what it has made or changed is there; get it again before doing it twice")
}

func brokeOff(err error) error { return fmt.Errorf("the answer broke off: %w", err) }

// pass writes an answer as it comes, and says whether it is what it says that it is. A short one is indented for people
// if it is JSON. Where something is said after it, as an error is, its last line ends.
func pass(to io.Writer, r *Reply, rest io.Reader, people, lines bool) (sound bool, err error) {
	to = terminal.Unfolded(to)
	if len(r.Body) < looked {
		answer := r.Body
		if people && r.isJSON() {
			var b bytes.Buffer
			if json.Indent(&b, answer, "", "  ") == nil {
				answer = b.Bytes()
			}
		}
		if lines && len(answer) > 0 && answer[len(answer)-1] != '\n' {
			answer = append(answer[:len(answer):len(answer)], '\n')
		}
		_, err := to.Write(answer)
		return !r.isDamaged(), err
	}
	o := &rawjson.Outline{}
	in := &noted{Reader: io.MultiReader(bytes.NewReader(r.Body), rest)}
	all := to
	if r.isJSON() {
		all = io.MultiWriter(to, o)
	}
	_, err = io.CopyBuffer(all, in, make([]byte, terminal.Piece))
	switch {
	case in.err != nil:
		return false, bare(r.Request, brokeOff(in.err))
	case err == nil && lines && in.last != '\n':
		_, err = io.WriteString(to, "\n")
	}
	return !r.isJSON() || o.IsWhole(), err
}

// noted is a reader that keeps its error, to tell it from one of writing, and the last byte.
type noted struct {
	io.Reader
	err  error
	last byte
}

func (n *noted) Read(p []byte) (int, error) {
	read, err := n.Reader.Read(p)
	if read > 0 {
		n.last = p[read-1]
	}
	if err != nil && err != io.EOF { //nolint:errorlint // readers return it as it is
		n.err = err
	}
	return read, err
}

// isJSON says whether the answer says that it is JSON, and nothing has been done to it.
func (r *Reply) isJSON() bool {
	return isJSONType(mediaType(r.header.Get("Content-Type"))) && r.header.Get("Content-Encoding") == ""
}

func printHeader(to io.Writer, r *Reply) error {
	if _, err := fmt.Fprintf(to, "%s %s\n", r.proto, r.status); err != nil {
		return err
	}
	if err := r.header.Write(to); err != nil {
		return err
	}
	_, err := fmt.Fprintln(to)
	return err
}
