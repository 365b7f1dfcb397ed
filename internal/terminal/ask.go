// Package terminal is the terminal of a command: what is asked there, and how what is shown fits it and harms nobody.
package terminal

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"

	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/tell"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// Terminal is what a command asks a person, and how it shows what there is.
type Terminal struct {
	*env.Env
	*tell.Teller

	in lines // Stdin, line by line
}

// New is a Terminal for an environment and for what speaks to its user.
func New(e *env.Env, to *tell.Teller) *Terminal { return &Terminal{Env: e, Teller: to} }

// lines reads lines, one caller at a time.
type lines struct {
	mu sync.Mutex // guards r
	r  *bufio.Reader
}

// ReadLine reads a line of Stdin, without its end. The end of the input is io.EOF, unless something stands before it.
func (t *Terminal) ReadLine(ctx context.Context) (string, error) {
	type result struct {
		text string
		err  error
	}
	got := make(chan result, 1)
	go func() {
		t.in.mu.Lock()
		defer t.in.mu.Unlock()
		if t.in.r == nil {
			t.in.r = bufio.NewReader(io.LimitReader(t.Stdin, env.MaxInput))
		}
		text, err := t.in.r.ReadString('\n')
		if err != nil && text != "" && errors.Is(err, io.EOF) {
			err = nil
		}
		got <- result{strings.TrimRight(text, "\r\n"), err}
	}()
	select {
	case r := <-got:
		return r.text, cmp.Or(r.err, t.CutLine(r.text))
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// CanAsk reports whether there is somebody to ask.
func (t *Terminal) CanAsk() bool { return t.InTerminal && t.ErrTerminal }

var errUnanswered = usage.New("there was no answer", "give it in a variable or a flag; see 'ringcx login --help'")

// Ask asks the person at the terminal, who must answer something.
func (t *Terminal) Ask(question string) (string, error) {
	for range 3 {
		t.Inform("%s: ", question)
		answer, err := t.ReadLine(t.Context)
		if errors.Is(err, io.EOF) {
			fmt.Fprintln(t.Stderr)
			return "", errUnanswered
		}
		if err != nil {
			return "", err
		}
		if answer = env.Pasted(answer); answer != "" {
			return answer, nil
		}
	}
	return "", errUnanswered
}

// AskMaybe asks for something that may be left out.
func (t *Terminal) AskMaybe(question string) (string, error) {
	t.Inform("%s: ", question)
	answer, err := t.ReadLine(t.Context)
	if errors.Is(err, io.EOF) {
		fmt.Fprintln(t.Stderr)
		return "", nil
	}
	return env.Pasted(answer), err
}

// AskHidden asks for a secret, which may be empty. With broken, lines that are pasted at once are one secret.
func (t *Terminal) AskHidden(question string, broken bool) (string, error) {
	prompt := func() { t.Inform("%s: ", question) }
	read := t.ReadHidden
	if read == nil {
		read = func(ctx context.Context, prompt func(), _ bool) (string, error) {
			prompt()
			return t.ReadLine(ctx)
		}
	}
	answer, err := read(t.Context, prompt, broken)
	fmt.Fprintln(t.Stderr)
	if errors.Is(err, io.EOF) {
		return "", errUnanswered
	}
	return answer, err
}

// ReadHidden reads a line of the terminal with its echo off, which it is before the prompt shows: what is pasted early must
// not be seen either. With broken, lines that come at once are read together. At the end, or if ctx ends first, the echo is
// put back.
func ReadHidden(ctx context.Context, in *os.File, prompt func(), broken bool) (string, error) {
	fd := int(in.Fd()) //nolint:gosec // a file descriptor fits
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	defer func() { _ = term.Restore(fd, before) }()
	if err := hideEcho(fd); err != nil {
		return "", err
	}
	prompt()
	type result struct {
		text []byte
		err  error
	}
	got := make(chan result, 1)
	go func() {
		text, err := readTyped(fd, broken)
		got <- result{text, err}
	}()
	select {
	case r := <-got:
		return string(r.text), r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
