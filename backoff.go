package ringcx

import "time"

const maxBackoff = 60 * time.Second

// backoff is how long to leave a failing server alone: one second, doubled with each failure, a minute at most.
func backoff(failures int) time.Duration {
	return min(time.Second<<min(max(failures-1, 0), 10), maxBackoff)
}
