package usage

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
)

// PlainPath is what went wrong with a file, without its name.
func PlainPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// OfOp leaves out of a network error the address, which has been named already, and the call of the system.
func OfOp(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	var call *os.SyscallError
	if errors.As(err, &call) {
		err = call.Err
	}
	return err
}

// OfPath is what went wrong with a file, the file first.
func OfPath(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return fmt.Sprintf("%s: %s", path.Path, path.Err)
	}
	return err.Error()
}
