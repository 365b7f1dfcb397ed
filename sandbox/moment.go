package sandbox

import "time"

// moment is a time on the server's clock in nanoseconds since 1970. The zero value means never: there is no moment. It
// takes a third of the room of a time.Time, and a server remembers very many.
type moment int64

func momentOf(t time.Time) moment {
	if t.IsZero() {
		return 0
	}
	return moment(t.UnixNano())
}

// after is the moment d later.
func (m moment) after(d time.Duration) moment { return m + moment(d) }

// time is m in UTC; the zero time if there is none.
func (m moment) time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(m)).UTC()
}
