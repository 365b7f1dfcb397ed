// Package testservers starts real database servers for tests, on loopback with data of their own, serves connections as a
// test says ([Listen]), and holds the tests that every Store with leases must pass. Only tests import it. All but Listen works
// on Unix alone.
package testservers
