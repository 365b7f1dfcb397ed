package cli

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
)

// lines reads lines, one caller at a time.
type lines struct {
	mu sync.Mutex // guards r
	r  *bufio.Reader
}

// maxInput bounds what is read from standard input for all questions together.
const maxInput = 1 << 20

// maxSecret bounds a single secret.
const maxSecret = 64 << 10

// readLine reads a line of Stdin, without its end. The end of the input is io.EOF, unless something stands before it.
func (a *app) readLine(ctx context.Context) (string, error) {
	type result struct {
		text string
		err  error
	}
	got := make(chan result, 1)
	go func() {
		a.in.mu.Lock()
		defer a.in.mu.Unlock()
		if a.in.r == nil {
			a.in.r = bufio.NewReader(io.LimitReader(a.Stdin, maxInput))
		}
		text, err := a.in.r.ReadString('\n')
		if err != nil && text != "" && errors.Is(err, io.EOF) {
			err = nil
		}
		got <- result{strings.TrimRight(text, "\r\n"), err}
	}()
	select {
	case r := <-got:
		return r.text, cmp.Or(r.err, a.cutLine(r.text))
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// canAsk reports whether there is somebody to ask.
func (a *app) canAsk() bool { return a.InTerminal && a.ErrTerminal }

var errUnanswered = &usageError{"there was no answer", "give it in a variable or a flag; see 'ringcx login --help'"}

// ask asks the person at the terminal, who must answer something.
func (a *app) ask(question string) (string, error) {
	for range 3 {
		a.inform("%s: ", question)
		answer, err := a.readLine(a.Context)
		if errors.Is(err, io.EOF) {
			fmt.Fprintln(a.Stderr)
			return "", errUnanswered
		}
		if err != nil {
			return "", err
		}
		if answer = pasted(answer); answer != "" {
			return answer, nil
		}
	}
	return "", errUnanswered
}

// askMaybe asks for something that may be left out.
func (a *app) askMaybe(question string) (string, error) {
	a.inform("%s: ", question)
	answer, err := a.readLine(a.Context)
	if errors.Is(err, io.EOF) {
		fmt.Fprintln(a.Stderr)
		return "", nil
	}
	return pasted(answer), err
}

// askHidden asks for a secret, which may be empty. With broken, lines that are pasted at once are one secret.
func (a *app) askHidden(question string, broken bool) (string, error) {
	prompt := func() { a.inform("%s: ", question) }
	read := a.ReadHidden
	if read == nil {
		read = func(ctx context.Context, prompt func(), _ bool) (string, error) {
			prompt()
			return a.readLine(ctx)
		}
	}
	answer, err := read(a.Context, prompt, broken)
	fmt.Fprintln(a.Stderr)
	if errors.Is(err, io.EOF) {
		return "", errUnanswered
	}
	return answer, err
}

// readHidden reads a line of the terminal with its echo off, which it is before the prompt shows: what is pasted early must
// not be seen either. With broken, lines that come at once are read together. At the end, or if ctx ends first, the echo is
// put back.
func readHidden(ctx context.Context, prompt func(), broken bool) (string, error) {
	fd := int(os.Stdin.Fd()) //nolint:gosec // a file descriptor fits
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

// cutLine names a line that a terminal has cut, as it does silently with what is longer than it keeps.
func (a *app) cutLine(text string) error {
	if !a.InTerminal || terminalLine == 0 {
		return nil
	}
	for line := range strings.Lines(text) {
		if len(strings.TrimRight(line, "\r\n")) >= terminalLine {
			return &usageError{fmt.Sprintf("the terminal hands on %d bytes of a line and no more, so its end is missing", terminalLine), "give it in a file, or in a variable"}
		}
	}
	return nil
}
