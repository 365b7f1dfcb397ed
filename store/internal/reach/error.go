package reach

import (
	"errors"
	"io"
	"net"

	"github.com/ringcx-go/ringcx/store/internal/lease"
)

// OpURL and OpConnect are the values of [Error.Op] before a server has said anything.
const (
	OpURL     = "read the URL"
	OpConnect = "connect"
)

// Error is what a server of a Store, or the way to it, refused.
type Error struct {
	Server string // PostgreSQL
	Op     string
	Cause  error
	Text   string // in place of what the cause says, if not ""
	Remedy string
}

// Error says it in a line that holds no secret.
func (e *Error) Error() string {
	text := e.Text
	if text == "" {
		text = Clip(lease.Plain(e.Cause))
	}
	return e.Server + " store: cannot " + e.Op + ": " + text
}

// Setting says whether the store's URL cannot be understood, so that no server was asked.
func (e *Error) Setting() bool { return e.Op == OpURL }

// Hint is what can be done about it, "" if nothing better than the error can be said.
func (e *Error) Hint() string { return e.Remedy }

// Unwrap returns what the driver said.
func (e *Error) Unwrap() error { return e.Cause }

// IsCut tells a connection that was made and then closed or lost, from one that could not be made and from silence.
func IsCut(err error) bool {
	var op *net.OpError
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &op) && (op.Op == "read" || op.Op == "write") && !op.Timeout()
}
