package main

import (
	"errors"
	"syscall"
	"time"
)

// sharingViolation is the error of a file that another process does not share.
const sharingViolation = syscall.Errno(32)

// lock waits until no other copy runs with this state. The lock ends with the process, also if it crashes.
func lock(path string) (unlock func(), err error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	for {
		const access, shared = syscall.GENERIC_READ | syscall.GENERIC_WRITE, 0
		file, err := syscall.CreateFile(name, access, shared, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
		if !errors.Is(err, sharingViolation) {
			return func() { _ = syscall.CloseHandle(file) }, err
		}
		<-time.After(100 * time.Millisecond)
	}
}
