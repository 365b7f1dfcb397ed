package upstream_test

import (
	"context"
	"net"
	"syscall"
	"testing"
)

func TestTheSystemEndsAConnectionThatWentSilent(t *testing.T) {
	v := newVendor(t, each("HTTP/1.1 204 No Content\r\n\r\n"))
	base := settings()
	var made *net.TCPConn
	base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, address)
		made, _ = c.(*net.TCPConn)
		return c, err
	}
	if _, err := send(transport(t, base), request(t, "GET", v.url, "")); err != nil {
		t.Fatal(err)
	}
	raw, err := made.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	for name, option := range map[string]struct{ at, want int }{
		"TCP_USER_TIMEOUT, milliseconds": {0x12, 8000}, "TCP_KEEPIDLE, seconds": {syscall.TCP_KEEPIDLE, 3}, "TCP_KEEPINTVL, seconds": {syscall.TCP_KEEPINTVL, 2},
	} {
		var got int
		if err := raw.Control(func(fd uintptr) { got, err = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, option.at) }); err != nil {
			t.Fatal(err)
		}
		if err != nil || got != option.want {
			t.Errorf("%s: %d, %v", name, got, err)
		}
	}
}
