package audit

import (
	"fmt"
	"os"
)

// Open opens a file to append to, or makes one that only its owner may read. What is no file is refused at once, also a pipe that
// nobody reads, and so is a file of another user than this one and root, or one that others may read or write.
func Open(path string) (*Log, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, noFile(path)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_RDWR|noWait, 0o600) //nolint:gosec // whoever runs the broker names it
	if err != nil {
		return nil, fmt.Errorf("open the audit log: %w", err)
	}
	torn, err := examine(f, path)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return &Log{to: f, path: path, torn: torn}, nil
}

func noFile(path string) error { return fmt.Errorf("open the audit log: %s is no file", path) }

// examine refuses what is no log, and tells whether its last line has no end: whoever wrote it may have been killed within it.
func examine(f *os.File, path string) (torn bool, err error) {
	info, err := f.Stat()
	switch {
	case err != nil:
		return false, fmt.Errorf("open the audit log: %w", err)
	case !info.Mode().IsRegular(): // it was exchanged
		return false, noFile(path)
	case foreign(info):
		return false, fmt.Errorf("open the audit log: %s belongs to another user, who could change what is in it: sudo chown \"$(id -u)\" %s, or another file", path, path)
	case looser(info.Mode()):
		return false, fmt.Errorf("open the audit log: %s may be read or written by others: chmod 600 %s", path, path)
	case info.Size() == 0:
		return false, nil
	}
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, info.Size()-1); err != nil {
		return false, fmt.Errorf("open the audit log: %w", err)
	}
	return last[0] != '\n', nil
}
