//go:build !linux && !darwin

package caller

import "net"

// credentials are not told here: callers need a key.
func credentials(*net.UnixConn) (uid uint32, groups []uint32, ok bool) { return 0, nil, false }
