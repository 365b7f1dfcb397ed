package broker

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/ringcx-go/ringcx/broker/internal/audit"
	"github.com/ringcx-go/ringcx/broker/internal/caller"
	"github.com/ringcx-go/ringcx/broker/internal/handout"
	"github.com/ringcx-go/ringcx/broker/internal/policy"
)

// Rule allows or denies what all its fields match; an empty field matches everything. Of a list the first that matches decides.
type Rule = policy.Rule

// Caller is who calls.
type Caller = caller.Caller

// Authenticator is a way to tell who calls, from a request and the secret that it shows.
type Authenticator = caller.Authenticator

// ErrUnknown is what an [Authenticator] answers about callers that it does not know.
var ErrUnknown = caller.ErrUnknown

// Keys are the keys of callers in a Store. Brokers that share it know them all within a second, and a revoked one no more after
// ten.
type Keys = caller.Keys

// AuditLog is a log of what was decided and what came of it, a line of JSON for each event.
type AuditLog = audit.Log

// OpenAuditLog opens a log in a file that is appended to, and makes it if there is none, for its owner alone.
func OpenAuditLog(path string) (*AuditLog, error) { return audit.Open(path) }

// NewAuditLog is a log that is written to w, with one Write for each line.
func NewAuditLog(w io.Writer) *AuditLog { return audit.New(w) }

// StandIn is a text in the form of a JWT that stands for a key: a program that logs in by itself presents it in place of the
// vendor's, and no one but a broker takes it.
func StandIn(key string) string { return handout.StandIn(key) }

// CreateKey makes a key for callers of a name, which may use only one profile ("": any that the rules leave), for a time (0: for
// ever). The key is told here and stored nowhere.
func (b *Broker) CreateKey(ctx context.Context, name, profile string, life time.Duration) (string, error) {
	at := b.at.Load()
	if at.keys == nil {
		return "", errors.New("there is no Store that keeps keys")
	}
	if profile != "" && at.profiles[profile] == nil {
		return "", errors.New("there is no such profile")
	}
	return at.keys.Create(ctx, name, profile, life)
}

// May tells what would become of a request of a caller who is known: whether a method and a path, with a query or without, would be
// let through or answered, with a profile ("": the first), and why. It judges as a request is judged, but asks nobody and waits for
// no limit.
func (b *Broker) May(caller, profile, method, path string) (allowed bool, why string) {
	at := b.at.Load()
	p := at.first
	if profile != "" {
		p = at.profiles[profile]
	}
	if p == nil {
		return false, "there is no such profile"
	}
	return at.judge(&Caller{Name: caller}, p, method, path)
}
