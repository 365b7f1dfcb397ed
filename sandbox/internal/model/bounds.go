package model

// Bounds of this program, not of the vendor.
const (
	SessionsMost  = 512 * 512 // sessions, and sign-ins, that a server remembers
	SessionsLeast = 2 * 512   // that each may, also if there is no room left that all share
)
