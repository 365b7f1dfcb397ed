package model

import "github.com/ringcx-go/ringcx/sandbox/internal/token"

// Key signs and verifies JWT credentials and id_tokens.
func (w *World) Key() *token.Key { return w.key.Load() }

// NewKey makes the key of a seed, which takes as long as a key of RSA does.
func NewKey(seed uint64) (*token.Key, error) { return token.NewKey(seed, "credentials", "RS256") }

// SetKey gives w the key of its seed.
func (w *World) SetKey(key *token.Key) { w.key.Store(key) }
