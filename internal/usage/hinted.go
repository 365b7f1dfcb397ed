package usage

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/ringcx-go/ringcx"
)

// Explained is an error of package ringcx about the network, with its cause.
type Explained interface {
	error
	Cause() string
	Hint() string
}

// Hint is what to do about an error, "" where nothing is known.
func Hint(err error) string {
	var hinted interface{ Hint() string }
	if errors.As(err, &hinted) && hinted.Hint() != "" {
		return hinted.Hint()
	}
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		return "raise the limit of open files (ulimit -n), or close some; nothing stored was lost"
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return "see that it is there, is yours and has room; nothing stored was lost"
	}
	if errors.Is(err, ringcx.ErrLoginRequired) {
		return LoginHint
	}
	return ""
}

// LoginHint is what to do where nobody has logged in.
const LoginHint = "run 'ringcx login --jwt' with RC_APP_CLIENT_ID, RC_APP_CLIENT_SECRET and RC_USER_JWT set ('eval \"$(ringcx sandbox env)\"' sets them for the sandbox), or 'ringcx login --browser'"

// Hinted adds what to do to an error that does not know.
type Hinted struct {
	error
	hint string
}

// WithHint adds a hint to an error.
func WithHint(err error, hint string) *Hinted { return &Hinted{err, hint} }

// Hint tells what to do about it.
func (e *Hinted) Hint() string { return e.hint }

// Unwrap is the error without the hint.
func (e *Hinted) Unwrap() error { return e.error }
