package model

import (
	"strconv"
	"time"
)

// Access is a RingCentral access token that works.
type Access struct {
	Session uint64 // number of the session that it is of
	App     *App
	User    *User
	Scope   []string
	Issued  time.Time
	Expires time.Time
}

// SessionSign is what the use of a session of RingCentral is known by.
func SessionSign(number uint64) string { return strconv.FormatUint(number, 10) }
