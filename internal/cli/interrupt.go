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
// away, unless the process was started so that it stays (nohup), or has called hangups: it gets that signal from then on. A
// second signal ends the process at once.
func interruptible() (ctx context.Context, hangups func() <-chan os.Signal) {
	ctx, cancel := context.WithCancelCause(context.Background())
	ends, hung, own := make(chan os.Signal, 1), make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(ends, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(hung, syscall.SIGHUP)
	}
	go func() {
		var s os.Signal
		select {
		case s = <-ends:
		case s = <-hung:
		}
		signal.Stop(ends)
		signal.Stop(hung)
		cancel(&interruption{s})
	}()
	return ctx, func() <-chan os.Signal {
		signal.Notify(own, syscall.SIGHUP)
		signal.Stop(hung)
		return own
	}
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
