// Package journal is the log of requests of one server: what it remembers of each, with the secrets left out, the ring of the
// latest, and a request written down as a command. It knows nothing of either vendor's sessions.
package journal

import (
	"errors"
	"fmt"
	"time"
)

// Request is one request to the emulated vendors: the same fields as those of sandbox.Request, which is documented.
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

// Entry is a request with what is needed to show it again. It holds no secret. Its JSON is its record.
type Entry struct {
	Request
	About uint64    `json:"about,omitempty"` // number of the session, or of the sign-in at RingCX, that it is about; 0: none is known
	Event Event     `json:"event,omitempty"` // what it did to a token of that
	Ends  time.Time `json:"ends,omitzero"`   // of the access token that it handed out, or of those that it ended though it was refused; zero: of none
	Shape
}

// Shape is what a request looked like, without its secrets: enough to write it down again.
type Shape struct {
	Auth  string      `json:"auth,omitempty"` // scheme of the Authorization header, "X-Auth-Token" or "Cookie"; "": none
	Query []Parameter `json:"query,omitempty"`
	Form  []Parameter `json:"form,omitempty"`
}

// Parameter is a name with its value. The value of a secret is "$" and the name of a variable, and Secret is true.
type Parameter struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Secret bool   `json:"secret,omitempty"`
}

// Check finds what says to be secret, and is no stand-in for a secret.
func (e *Entry) Check() error { return errors.Join(checkParameters(e.Query), checkParameters(e.Form)) }

func checkParameters(all []Parameter) error {
	for _, p := range all {
		if p.Secret && !isStandIn(p.Value) {
			return fmt.Errorf("the value of %s is no stand-in for a secret", p.Name)
		}
	}
	return nil
}

// Refusal is why a request was refused, for people: nothing in it is secret, and nobody should compare it.
type Refusal struct {
	Answer string // error code and message of the answer
	Reason string // what was wrong, in plain words, with how long ago
	Caller string // app and user that it came from, as far as they are known
	Token  string // fingerprint of the token that it brought
}
