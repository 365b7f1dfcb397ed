// Package caller tells who calls the broker: by a key, or by the user at the other end of a unix socket.
package caller

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Caller is who calls.
type Caller struct {
	Name    string    // as policies and the audit log have it
	ID      string    // of the key or token; "": it has none
	Profile string    // the only profile that it may use; "": any that a policy leaves
	Keyed   bool      // ID is that of a key, which may be revoked
	Until   time.Time // what it showed is good no longer; zero: it does not end, or ID tells
	Remote  string    // how it came: unix, loopback, network
}

// ErrUnknown is a caller that showed nothing that says who it is, or nothing that is known.
var ErrUnknown = errors.New("the caller is not known")

// Authenticator is one way to tell who calls. What a later way needs (certificates of clients, tokens of another issuer) it finds
// in the request.
type Authenticator interface {
	// Authenticate tells who sent r, from secret, the one secret that its headers hold ("": none). It answers ErrUnknown if
	// this way cannot tell, and the next way is asked.
	Authenticate(r *http.Request, secret string) (*Caller, error)
}

// connKey is where a connection's peer is kept in a context.
type connKey struct{}

// Peer is the process at the other end of a connection.
type Peer struct {
	Remote string // as Caller.Remote
	Known  bool   // the system told its user and groups
	UID    uint32
	// Groups are its primary group, and its others in the order of the system.
	Groups []uint32
}

// WithPeer is ctx of a connection with its peer.
func WithPeer(ctx context.Context, p *Peer) context.Context {
	return context.WithValue(ctx, connKey{}, p)
}

// PeerOf is the peer of a request's connection; one that nothing is known of if nobody noted it.
func PeerOf(ctx context.Context) *Peer {
	if p, ok := ctx.Value(connKey{}).(*Peer); ok {
		return p
	}
	return &Peer{Remote: "network"}
}
