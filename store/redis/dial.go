package redis

import (
	"context"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
)

// quiet makes a dialer that never fails: the connection does at its first use. The driver writes each failure to dial
// to standard error, which is the program's, and the caller gets the error anyway.
func quiet(options *redis.Options) func(context.Context, string, string) (net.Conn, error) {
	dial := redis.NewDialer(options)
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return broken{&dialError{err}}, nil
		}
		return conn, nil
	}
}

// dialError does not unwrap: the driver would, down to what no longer says where it wanted to go.
type dialError struct{ cause error }

func (e *dialError) Error() string { return e.cause.Error() }

// broken is a connection that could not be made.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error)         { return 0, b.err }
func (b broken) Write([]byte) (int, error)        { return 0, b.err }
func (b broken) Close() error                     { return nil }
func (b broken) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (b broken) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (b broken) SetDeadline(time.Time) error      { return nil }
func (b broken) SetReadDeadline(time.Time) error  { return nil }
func (b broken) SetWriteDeadline(time.Time) error { return nil }
