package apicmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/rawjson"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// answerType is what the operation answers with a status, nil if that is not described, or no JSON.
func (c *Call) answerType(status int) *apispec.Type {
	if c.op == nil {
		return nil
	}
	for _, a := range c.op.Answers {
		if slices.Contains(a.Statuses, status) && a.ContentType == kindJSON {
			return a.Type
		}
	}
	return nil
}

// Fits tells whether a value has the form of a type, as far as answers have to.
func Fits(t *apispec.Type, data []byte) bool {
	v, err := decoded(data)
	return err == nil && answerChecker().value("", t, v) == nil
}

func answerChecker() *checker { return &checker{desc: apispec.Default(), answer: true} }

// watched is the rest of an answer that is compared with its description while it is read, and what is called once it is, and
// tells of a misfit if it is wished. Of a list no more than a row is held.
func (c *Call) watched(r *Reply, rest io.Reader, at *Out) (io.Reader, func(tell bool)) {
	t := c.answerType(r.Code)
	switch {
	case at.Warn == nil:
		return rest, func(bool) {}
	case len(r.Body) < looked:
		return rest, func(tell bool) {
			if tell {
				c.tellMisfit(t, r, at)
			}
		}
	case !r.isJSON():
		return rest, func(bool) {}
	}
	text := &rawjson.Outline{}
	from, to := io.Pipe()
	all := io.TeeReader(io.MultiReader(bytes.NewReader(r.Body), from), text)
	found := make(chan *misfit)
	go func() {
		m := answerChecker().stream(t, all)
		_, _ = io.Copy(io.Discard, all) // what comes behind it must not wait
		found <- m
	}()
	return io.TeeReader(rest, to), func(tell bool) {
		_ = to.Close() // it never fails
		if m := <-found; tell {
			c.tell(m, at)
			c.tellUTF8(text.IsUTF8(), at)
		}
	}
}

// tellMisfit tells of a short answer that is not as it is described.
func (c *Call) tellMisfit(t *apispec.Type, r *Reply, at *Out) {
	switch {
	case len(bytes.TrimSpace(r.Body)) == 0 && t != nil:
		c.tell(&misfit{problem: "it is empty, described as " + t.String()}, at)
	case r.isJSON():
		if v, err := decoded(r.Body); err == nil && t != nil {
			c.tell(answerChecker().whole(t, v), at)
		}
		c.tellUTF8(utf8.Valid(r.Body), at)
	}
}

// tellUTF8 tells of an answer that is no UTF-8, once for all pages.
func (c *Call) tellUTF8(is bool, at *Out) {
	if is || c.toldUTF8 {
		return
	}
	c.toldUTF8 = true
	name := "this path"
	if c.op != nil {
		name = c.op.ID
	}
	at.Warn("the answer of " + name + " has bytes that are no UTF-8; readers of JSON make other characters of them")
}

// maxRow is how much of a row is held to compare it.
const maxRow = 4 << 20

var errLongRow = errors.New("the row is too long")

// stream compares an answer as it comes.
func (c *checker) stream(t *apispec.Type, in io.Reader) *misfit {
	if t == nil {
		return nil
	}
	bound := &rowReader{Reader: in, left: maxRow}
	dec := json.NewDecoder(bound)
	dec.UseNumber()
	var v any
	if t.Kind != apispec.Array {
		if err := dec.Decode(&v); err != nil {
			return tooLong(err)
		}
		return c.whole(t, v)
	}
	switch first, err := dec.Token(); {
	case err != nil:
		return nil // it is damaged, which is told in another place
	case first == json.Delim('{'):
		return c.otherwise("", t, map[string]any{})
	case first != json.Delim('['):
		return c.otherwise("", t, first)
	}
	for i := 0; dec.More(); i++ {
		bound.left = maxRow
		if err := dec.Decode(&v); err != nil {
			return tooLong(err)
		}
		if m := c.value(element("", i), t.Elem, v); m != nil {
			return m
		}
	}
	return nil
}

// tooLong tells of what was not compared. What is damaged is told of in another place.
func tooLong(err error) *misfit {
	if errors.Is(err, errLongRow) {
		return &misfit{problem: "a part of it is too long to be compared"}
	}
	return nil
}

// rowReader is a reader that fails after so many bytes.
type rowReader struct {
	io.Reader
	left int
}

func (b *rowReader) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errLongRow
	}
	n, err := b.Reader.Read(p)
	b.left -= n
	return n, err
}

// tellMisfits tells of rows that are not as they are described, once for all pages; the first of them has a number.
func (c *Call) tellMisfits(rows []json.RawMessage, first int, at *Out) {
	t := c.answerType(200)
	for _, row := range rows {
		if at.Warn != nil {
			c.tellUTF8(utf8.Valid(row), at)
		}
	}
	if t == nil || t.Kind != apispec.Array || at.Warn == nil || c.told {
		return
	}
	check := answerChecker()
	for i, row := range rows {
		v, err := decoded(row)
		if err != nil {
			return
		}
		if m := check.value(element("", first+i), t.Elem, v); m != nil {
			c.tell(m, at)
			return
		}
	}
}

func (c *Call) tell(m *misfit, at *Out) {
	if m != nil && !c.told {
		c.told = true
		at.Warn("the answer of " + c.op.ID + " is not as described: " + wording.Said(m.problem))
	}
}
