package cli

import (
	"errors"
	"fmt"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/execcmd"
	"github.com/ringcx-go/ringcx/internal/login"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Exit codes, a contract with scripts.
const (
	exitDone          = 0
	exitError         = 1
	exitUsage         = 2
	exitLoginRequired = 4
	exitBusy          = 75 // the vendor or another process is busy; later it is not (EX_TEMPFAIL)
	exitInterrupted   = 130
	exitUnread        = 141 // the reader of the output left, as shells have it of programs that die of SIGPIPE
	exitTerminated    = 143
)

// report prints an error in one line, and a hint where there is one.
func (a *app) report(err error) int {
	var ended *execcmd.Ended
	if errors.As(err, &ended) && ended.Err == nil {
		return ended.Code
	}
	fmt.Fprintf(a.Stderr, "ringcx: %s\n", wording.ErrorLine(err.Error()))
	if hint := a.hintFor(err); hint != "" {
		fmt.Fprintf(a.Stderr, "hint: %s\n", wording.ErrorLine(hint))
	}
	var misuse *usage.Error
	var failed *login.Failed
	switch {
	case ended != nil:
		return ended.Code
	case errors.As(err, &misuse):
		return exitUsage
	case usage.IsBusy(err):
		return exitBusy
	case errors.Is(err, ringcx.ErrLoginRequired) && !errors.As(err, &failed):
		return exitLoginRequired
	}
	return exitError
}
