//go:build !linux && !darwin

package caller

import "net"

// credentials are not told here: callers need a key.
func credentials(*net.UnixConn) (uid, gid uint32, ok bool) { return 0, 0, false }
