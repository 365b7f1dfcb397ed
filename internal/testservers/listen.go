package testservers

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// Port is a port of this machine that nobody listens at, and that no connection gets by chance: one can listen there, end,
// and listen there again. (Linux gives connections those from 32768, RFC 6335 those from 49152.)
func Port() (string, error) {
	for range 1_000 {
		port := strconv.Itoa(10_000 + rand.IntN(22_000))                //nolint:gosec // no secret
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil { //nolint:noctx // at once
			return port, l.Close()
		}
	}
	return "", errors.New("no port is free")
}

// FreePort is Port, or the end of the test.
func FreePort(t testing.TB) string {
	t.Helper()
	port, err := Port()
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// Listen serves each connection to an address on loopback with a function, and closes it then, until the test ends.
func Listen(t testing.TB, serve func(net.Conn)) (address string) {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				serve(conn)
			}()
		}
	}()
	return l.Addr().String()
}
