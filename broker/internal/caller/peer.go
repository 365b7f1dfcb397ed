package caller

import (
	"net"
	"net/http"
	"strconv"
)

// NewPeer looks who is at the other end of a connection.
func NewPeer(conn net.Conn) *Peer {
	switch at := conn.RemoteAddr().(type) {
	case *net.UnixAddr:
		p := &Peer{Remote: "unix"}
		if c, ok := conn.(*net.UnixConn); ok {
			p.UID, p.Groups, p.Known = credentials(c)
		}
		return p
	case *net.TCPAddr:
		if at.IP.IsLoopback() {
			return &Peer{Remote: "loopback"}
		}
	}
	return &Peer{Remote: "network"}
}

// Peers lets in users by their unix sockets, and by their connections if their owners were looked for.
type Peers struct {
	// Users are the names of callers by user ID.
	Users map[uint32]string
	// Groups are the same by group ID. A user comes first, then the primary group of the process, then its other groups.
	Groups map[uint32]string
}

// Authenticate implements [Authenticator].
func (p *Peers) Authenticate(r *http.Request, secret string) (*Caller, error) {
	peer := PeerOf(r.Context())
	tcp := peer.Remote != "unix"
	if secret != "" || !peer.Known || tcp && !plain(r) {
		return nil, ErrUnknown // what a caller shows says who it is
	}
	name, ok := p.Users[peer.UID]
	for i := 0; i < len(peer.Groups) && !ok && !tcp; i++ { // groups are told of a unix socket alone
		name, ok = p.Groups[peer.Groups[i]]
	}
	if !ok {
		return nil, ErrUnknown
	}
	return &Caller{Name: name, ID: "uid " + strconv.FormatUint(uint64(peer.UID), 10)}, nil
}
