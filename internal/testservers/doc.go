// Package testservers starts real database servers for tests, on loopback with data of their own, and serves connections as a
// test says ([Listen]). Only tests import it. All but Listen works on Unix alone.
package testservers
