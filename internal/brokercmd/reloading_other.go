//go:build !linux

package brokercmd

// reloading tells the service manager that the configuration is read again.
func reloading() []string { return []string{"RELOADING=1"} }
