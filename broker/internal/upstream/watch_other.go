//go:build !linux

package upstream

import "net"

// watch has the system ask for signs of life of a connection on which nothing is sent. For what was sent and not confirmed it waits as long as
// it does.
func watch(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetKeepAliveConfig(signs)
	}
}
