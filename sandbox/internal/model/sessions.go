package model

import (
	"strconv"
	"sync/atomic"
	"time"
)

// Bounds of this program, not of the vendor.
const (
	SessionsMost  = 512 * 512 // sessions, and sign-ins, that a server remembers
	SessionsLeast = 2 * 512   // that each may, also if there is no room left that all share
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

// Endings counts sign-ins that were cut, and sessions of RingCentral that ended. Who ends one adds it before giving back the
// lock. So who still reads the count of before came before the end, and who looks again waits for it.
type Endings struct{ count atomic.Uint64 }

// Add counts another ending.
func (e *Endings) Add() { e.count.Add(1) }

// Count is how many there were.
func (e *Endings) Count() uint64 { return e.count.Load() }
