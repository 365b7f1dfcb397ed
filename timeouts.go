package ringcx

import "time"

// connectTimeout bounds how long a token request may look for a connection. Others wait for their turn meanwhile.
const connectTimeout = 8 * time.Second

// requestTimeout bounds one token request, connection and answer together.
const requestTimeout = 30 * time.Second

// maxPause is how long after its intent was written down a request may still be sent without asking the Store again
// whether this is still the only one to send: a process that was stopped in between may have lost its turn.
const maxPause = time.Second

const (
	// pingAfter is how long an HTTP/2 connection may be silent before it is asked for a sign of life, and pingTimeout
	// how long that may take. Together they are the time after which a connection is known to be dead.
	pingAfter   = 3 * time.Second
	pingTimeout = 5 * time.Second

	// idleTimeout ends connections that nobody uses, on the clock on the wall too, so that one that was there before the
	// machine slept is not used after it. A transport that says less is taken at its word.
	idleTimeout = 30 * time.Second
)

// headerTimeout is how long a client of Config.Client waits for an answer to begin, once the request is sent.
const headerTimeout = time.Minute
