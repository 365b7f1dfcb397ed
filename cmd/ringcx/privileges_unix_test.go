//go:build !windows

package main_test

import "syscall"

// nobody is a user who owns nothing, on Linux; elsewhere an unused one, which is as good.
const nobody = 65534

// dropPrivileges makes the process an ordinary one: for the superuser there are no permissions to lack.
func dropPrivileges() {
	if syscall.Geteuid() != 0 {
		return
	}
	if err := syscall.Setgroups(nil); err != nil {
		panic(err)
	}
	if err := syscall.Setgid(nobody); err != nil {
		panic(err)
	}
	if err := syscall.Setuid(nobody); err != nil {
		panic(err)
	}
}
