// Package jq filters JSON with expressions of jq, which see nothing but what they are given: no environment, no files, no
// modules.
package jq

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/itchyny/gojq"

	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Program is an expression that is ready to run. It is safe for concurrent use.
type Program struct{ code *gojq.Code }

// Compile reads an expression. One that cannot be understood is a usage.Error with the place.
func Compile(expression string) (*Program, error) {
	query, err := gojq.Parse(expression)
	var wrong *gojq.ParseError
	switch {
	case errors.As(err, &wrong):
		at := max(0, min(wrong.Offset-len(wrong.Token), len(expression)))
		return nil, refusal(fmt.Sprintf("%s at character %d", err, len([]rune(expression[:at]))+1))
	case err != nil:
		return nil, refusal(err.Error())
	}
	code, err := gojq.Compile(query)
	if err == nil {
		err = checkFormats(reflect.ValueOf(query))
	}
	if err != nil {
		return nil, refusal(err.Error())
	}
	return &Program{code}, nil
}

// checkFormats refuses formats that jq knows and this one does not, such as @base32d, which would be told of when they are
// come to.
func checkFormats(v reflect.Value) error {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return checkFormats(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			if err := checkFormats(v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Struct:
		if term, ok := v.Interface().(gojq.Term); ok && term.Format != "" {
			if _, err := gojq.Parse(term.Format); err != nil {
				return err
			}
			code, err := gojq.Compile(&gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeFormat, Format: term.Format}})
			if err != nil {
				return err
			}
			result, _ := code.Run("").Next()
			if err, failed := result.(error); failed && strings.Contains(err.Error(), "format not defined") {
				return err
			}
		}
		for i := range v.NumField() {
			if err := checkFormats(v.Field(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func refusal(why string) error {
	return usage.New("--jq is no expression of jq: "+wording.OneLine(why), "such as --jq '.[].accountId'; environment, files and modules are not to be had")
}

// Error is an expression that failed on what it was given.
type Error struct{ Cause error }

// Error says why, in one line.
func (e *Error) Error() string { return "--jq: " + wording.Said(e.Cause.Error()) }

// Unwrap is why.
func (e *Error) Unwrap() error { return e.Cause }

// Run runs the program on a JSON value, and writes each result as a line: a text as it is, all else as JSON, indented if
// wanted. Numbers that the program leaves alone stay as they were written. What is no JSON, and a program that fails, are
// an Error.
func (p *Program) Run(ctx context.Context, data []byte, to io.Writer, indent bool) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return &Error{errors.New("the answer is not JSON")}
	}
	if _, err := dec.Token(); err != io.EOF { //nolint:errorlint // decoders return it as it is
		return &Error{errors.New("the answer is damaged: something stands behind its JSON")}
	}
	for results := p.code.RunWithContext(ctx, v); ; {
		result, ok := results.Next()
		if !ok {
			return nil
		}
		if err, failed := result.(error); failed {
			var halt *gojq.HaltError
			switch {
			case errors.As(err, &halt) && halt.Value() == nil && halt.ExitCode() == 0:
				return nil
			case ctx.Err() != nil:
				return ctx.Err()
			}
			return &Error{err}
		}
		if err := write(to, result, indent); err != nil {
			return err
		}
	}
}

func write(to io.Writer, result any, indent bool) error {
	line, isText := result.(string)
	if !isText {
		text, err := gojq.Marshal(result)
		if err != nil {
			return &Error{err}
		}
		var b bytes.Buffer
		if indent && json.Indent(&b, text, "", "  ") == nil {
			text = b.Bytes()
		}
		line = string(text)
	}
	_, err := io.WriteString(to, line+"\n")
	return err
}
