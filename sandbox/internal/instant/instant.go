// Package instant has moments in little room.
package instant

import "time"

// Time is a moment on a server's clock in nanoseconds since 1970. The zero value means never. It takes a third of the room of
// a time.Time, and a server remembers very many.
type Time int64

// Of is t; never if t is zero.
func Of(t time.Time) Time {
	if t.IsZero() {
		return 0
	}
	return Time(t.UnixNano())
}

// After is the moment d later.
func (t Time) After(d time.Duration) Time { return t + Time(d) }

// Time is t in UTC; the zero time if it is never.
func (t Time) Time() time.Time {
	if t == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(t)).UTC()
}
