package tell

import "time"

// Noticeable is how long a wait may be before people are told of it.
const Noticeable = time.Second

// Awaits says on stderr what is waited for and until when, if that takes a moment. What it returns is called when the wait
// has ended.
func (t *Teller) Awaits(what string, until time.Time) (end func()) {
	if !until.IsZero() && time.Until(until) <= Noticeable {
		return func() {}
	}
	return t.AwaitsAfter(Noticeable, what, until)
}

// AwaitsAfter is Awaits for a wait that is told after d, whenever it ends.
func (t *Teller) AwaitsAfter(d time.Duration, what string, until time.Time) (end func()) {
	timer := time.AfterFunc(d, func() { t.InformWait(what, until) })
	return func() { timer.Stop() }
}

// InformWait says at once what is waited for, and until when if that is known.
func (t *Teller) InformWait(what string, until time.Time) {
	if until.IsZero() {
		t.Inform("ringcx: waiting for %s\n", what)
		return
	}
	t.Inform("ringcx: waiting for %s until %s\n", what, until.Local().Format(time.TimeOnly))
}

// Pause waits because of what why says.
func (t *Teller) Pause(d time.Duration, why string) error {
	until := time.Now().Add(d)
	t.Inform("ringcx: %s: waiting until %s\n", why, until.Local().Format(time.TimeOnly))
	select {
	case <-time.After(d):
		return nil
	case <-t.Context.Done():
		return t.Context.Err()
	}
}
