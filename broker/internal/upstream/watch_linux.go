package upstream

import (
	"net"
	"syscall"
	"time"
)

// unanswered is how long what was sent may go without a sign of life from the other system.
const unanswered = 8 * time.Second

// tcpUserTimeout is TCP_USER_TIMEOUT of linux/tcp.h.
const tcpUserTimeout = 0x12

// watch has the system end a connection that went silent: what it sends is confirmed, or the connection ends.
func watch(c net.Conn) {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return
	}
	_ = tcp.SetKeepAliveConfig(signs)
	raw, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(unanswered.Milliseconds()))
	})
}
