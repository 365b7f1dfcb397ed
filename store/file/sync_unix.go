//go:build !windows

package file

import (
	"errors"
	"os"
)

// syncDir makes a rename in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // see path
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
