// Package testservers starts real database servers for tests, on loopback with data of their own, and holds the tests
// that every Store with leases must pass. Only tests import it. It works on Unix.
package testservers
