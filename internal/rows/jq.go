package rows

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/itchyny/gojq"

	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Filter is a program of jq. It sees what it is given and nothing else: no variables of the environment, no files, no modules.
type Filter struct {
	code   *gojq.Code
	indent bool // for people
}

// Compile reads a filter. What is wrong with it is a mistake of the caller, with its place.
func Compile(expr string) (*Filter, error) {
	const hint = "such as --jq '.[].userName'; quote it, so that the shell leaves it alone"
	query, err := gojq.Parse(expr)
	if err != nil {
		text := wording.OneLine(err.Error())
		var at *gojq.ParseError
		if errors.As(err, &at) {
			text += fmt.Sprintf(", at character %d", at.Offset)
		}
		return nil, usage.New("the filter of --jq cannot be read: "+text, hint)
	}
	code, err := gojq.Compile(query)
	if err != nil {
		return nil, usage.New("the filter of --jq cannot be used: "+wording.OneLine(err.Error()), hint)
	}
	return &Filter{code: code}, nil
}

// ForPeople is the filter with its objects and lists indented.
func (f *Filter) ForPeople() *Filter { return &Filter{f.code, true} }

// Run puts a JSON document through the filter, and writes each result as a line: texts as they are, without quotes,
// everything else as JSON. Numbers that are not calculated with keep their digits.
func (f *Filter) Run(ctx context.Context, to io.Writer, document []byte) error {
	dec := json.NewDecoder(bytes.NewReader(document))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return errors.New("the answer is not JSON, and --jq takes nothing else")
	}
	results := f.code.RunWithContext(ctx, v)
	for {
		v, more := results.Next()
		if !more {
			return nil
		}
		if err, failed := v.(error); failed {
			return f.failed(ctx, err)
		}
		if err := f.print(to, v); err != nil {
			return err
		}
	}
}

func (f *Filter) failed(ctx context.Context, err error) error {
	var halt *gojq.HaltError
	if errors.As(err, &halt) && halt.Value() == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("--jq: %s", wording.Said(err.Error()))
}

func (f *Filter) print(to io.Writer, v any) error {
	if s, isText := v.(string); isText {
		_, err := io.WriteString(to, s+"\n")
		return err
	}
	text, err := gojq.Marshal(v)
	if err != nil {
		return fmt.Errorf("--jq: %s", wording.Said(err.Error()))
	}
	var b bytes.Buffer
	if !f.indent || !strings.ContainsAny(string(text[:1]), "[{") || json.Indent(&b, text, "", "  ") != nil {
		b.Reset()
		b.Write(text)
	}
	b.WriteByte('\n')
	_, err = to.Write(b.Bytes())
	return err
}
