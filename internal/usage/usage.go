// Package usage has the errors of a command that name a mistake of its caller, and what mends it.
package usage

// Error is a mistake on the command line or in the settings.
type Error struct{ Problem, Remedy string }

// New makes an Error of what is wrong and of what mends it, both without a secret in them.
func New(problem, remedy string) *Error { return &Error{Problem: problem, Remedy: remedy} }

// Error is the problem.
func (e *Error) Error() string { return e.Problem }

// Hint tells what mends it.
func (e *Error) Hint() string { return e.Remedy }
