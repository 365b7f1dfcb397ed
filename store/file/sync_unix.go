//go:build !windows

package file

import (
	"errors"
	"os"
	"syscall"
)

// syncDir makes a rename in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // see path
	if err != nil {
		return err
	}
	return errors.Join(synced(d.Sync()), d.Close())
}

// synced is err, unless it says that the file system knows no such thing and is as durable as it is.
func synced(err error) error {
	for _, unknown := range []error{syscall.EINVAL, syscall.ENOTSUP, syscall.EOPNOTSUPP, syscall.ENOSYS} {
		if errors.Is(err, unknown) {
			return nil
		}
	}
	return err
}
