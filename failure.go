package ringcx

import (
	"fmt"
	"time"
)

// failure is what callers are told while it is too early to try again.
type failure struct {
	Time        time.Time `json:"time"`
	Until       time.Time `json:"until,omitzero"` // no use trying before
	Count       int       `json:"count"`          // failures in a row
	Credentials string    `json:"credentials"`    // with which credentials, by fingerprint
	Op          string    `json:"op"`
	StatusCode  int       `json:"status,omitempty"`
	Code        string    `json:"code,omitempty"`
	OAuth       string    `json:"oauth,omitempty"`
	Message     string    `json:"message"`
	RequestID   string    `json:"request_id,omitempty"`
	Login       bool      `json:"login_required,omitempty"`
	Final       bool      `json:"final,omitempty"` // the vendor refused; asking again brings the same answer
	Kind        failKind  `json:"kind,omitempty"`

	origin *Error // what it was made of, for who asked; nil: not known any more
}

func (f *failure) err() error { return f.errUntil(0) }

// errUntil is the failure as an error that says how long there is no use in trying again.
func (f *failure) errUntil(d time.Duration) error {
	e := f.asError()
	e.RetryAfter = max(d, 0)
	if f.Login {
		return fmt.Errorf("%w: %w", ErrLoginRequired, e)
	}
	return e
}

// asError is the failure as the vendor's error, nil if there is none.
func (f *failure) asError() *Error {
	if f == nil {
		return nil
	}
	if f.origin != nil {
		e := *f.origin
		return &e
	}
	return &Error{
		Op: f.Op, StatusCode: f.StatusCode, Code: printable(f.Code), Message: printable(f.Message), RequestID: printable(f.RequestID),
		oauth: f.OAuth, kind: f.Kind,
	}
}

// atRingCX tells that it says nothing about RingCentral.
func (f *failure) atRingCX() bool {
	switch f.Op {
	case opExchange, opRefresh, string(actExchange), string(actRefresh):
		return true
	}
	return false
}
