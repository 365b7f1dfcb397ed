// Command ringcx-demo tells what a RingCX token goes through, as "ringcx demo" does. It links the SDK and the sandbox alone,
// so that who sees this repository for the first time waits for half of what there is to compile.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"github.com/ringcx-go/ringcx/internal/demo"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/terminal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	terminal.UnderstandStyles(os.Stdout)
	err := run(&env.Env{
		Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Context: ctx,
		OutTerminal: term.IsTerminal(int(os.Stdout.Fd())), //nolint:gosec // a file descriptor fits
		Width:       func() int { return terminal.WidthOf(os.Stdout, os.Stderr) },
	})
	stop()
	if err != nil {
		os.Exit(1)
	}
}

// run tells the story, and says why if it ends too early.
func run(e *env.Env) error {
	e, failure, end := terminal.Guard(e)
	defer end()
	err := demo.Run(e.Context, terminal.New(e, nil).Narrator())
	if err == nil {
		err = failure()
	}
	if err != nil {
		fmt.Fprintln(e.Stderr, "ringcx-demo:", err)
	}
	return err
}
