package sandbox

import (
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
)

// Request is one request to the emulated vendors, as GET /_sandbox/requests lists it.
type Request struct {
	Time      time.Time `json:"time"`                // on the server's clock
	Method    string    `json:"method"`              // as sent
	Path      string    `json:"path"`                // escaped, without query; segments that may hold a token are "***"
	Status    int       `json:"status"`              // what was or would have been answered; 0 if the connection was cut before
	Verdicts  []string  `json:"verdicts"`            // misuse that a client should be told about; empty, never null
	Fault     string    `json:"fault,omitempty"`     // what a bad day did to it, such as "drop-answer" or "status 503"; "": nothing
	Operation string    `json:"operation,omitempty"` // what was called, by the vendor's name for it, else by method and path; "": nobody describes it
	Answer    string    `json:"answer,omitempty"`    // error code and message, if it was refused
	Reason    string    `json:"reason,omitempty"`    // why it was refused, in plain words, which may change
	Caller    string    `json:"caller,omitempty"`    // app and user, as far as they are known, if it was refused
	Token     string    `json:"token,omitempty"`     // fingerprint of the token that it brought, if it was refused
	Number    uint64    `json:"number"`              // 1 is the first after a start; a reset goes on counting

	Namespace string `json:"namespace,omitempty"` // which the request was for; only what an observer sees has it
}

// Requests is that of a [Server].
func (s *server) Requests() []Request {
	all := s.journal.List()
	out := make([]Request, 0, len(all))
	for _, r := range all {
		out = append(out, Request(r))
	}
	return out
}

// OnRequest is that of a [Server].
func (s *server) OnRequest(f func(Request)) {
	if f == nil {
		s.journal.SetObserver(nil)
		return
	}
	s.journal.SetObserver(func(r journal.Request) { f(Request(r)) })
}
