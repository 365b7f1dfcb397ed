package cli

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// interruption is why the context of a process ended: somebody sent it a signal. It is a cancellation to everybody else.
type interruption struct{ signal os.Signal }

func (e *interruption) Error() string { return e.signal.String() }

// Is makes it a kind of context.Canceled: net/http reports the cause in its place.
func (e *interruption) Is(target error) bool { return target == context.Canceled }

// interruptible is a context that ends when somebody wants the process to end: Ctrl-C, SIGTERM, or a terminal that went
// away, unless the process was started so that it stays (nohup). A second signal ends the process at once.
func interruptible() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		s := <-signals
		signal.Stop(signals)
		cancel(&interruption{s})
	}()
	return ctx
}

// interruptCode is the exit code of a command that was interrupted before it was done, as shells have it: 130 for Ctrl-C,
// 143 for every other way.
func interruptCode(ctx context.Context) int {
	var by *interruption
	if errors.As(context.Cause(ctx), &by) && by.signal != os.Interrupt {
		return exitTerminated
	}
	return exitInterrupted
}
