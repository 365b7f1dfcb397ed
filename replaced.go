package ringcx

import (
	"sync"
	"time"
)

// loginsApart is how far apart logins of a session are at the least that it needs only because it found the record of other credentials:
// two programs with different credentials under one key would else use up the logins of the app.
const loginsApart = time.Minute

// replaced is what a session knows of records of other credentials in place of its own.
type replaced struct {
	mu  sync.Mutex // guards the fields below
	had bool       // the last record that it found was its own
	at  time.Time  // when one was last found in place of it; zero: never
	in  time.Time  // when it last logged in because of one; zero: never
}

// finds notes a record that is of these credentials or of others, and tells whether it came in place of their own.
func (p *replaced) finds(own bool, r *record, now time.Time) (lost bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if own {
		p.had = p.had || r.Generation > 0
		return false
	}
	if lost = p.had; lost {
		p.had, p.at = false, now
	}
	return lost
}

// logsIn notes a login that is needed because of such a record.
func (p *replaced) logsIn(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.in = now
}

// until is when such a login may be next; zero: at once.
func (p *replaced) until(now time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.in.IsZero() || p.in.After(now) {
		return time.Time{}
	}
	return p.in.Add(loginsApart)
}

// when is when a record of others was last found in place of one of these credentials; zero: never.
func (p *replaced) when() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at
}
