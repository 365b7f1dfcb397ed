package model

import "sync/atomic"

// Endings counts sign-ins that were cut, and sessions of RingCentral that ended. Who ends one adds it before giving back the
// lock. So who still reads the count of before came before the end, and who looks again waits for it.
type Endings struct{ count atomic.Uint64 }

// Add counts another ending.
func (e *Endings) Add() { e.count.Add(1) }

// Count is how many there were.
func (e *Endings) Count() uint64 { return e.count.Load() }
