// Package upgrades holds what programs have stored, in every version of every format, and tests that today's program reads it or
// refuses it with a way out. It has tests only:
//
//	go test ./internal/upgrades           # each fixture is read; one with a higher number is refused, and left as it is
//	go test ./internal/upgrades -update   # makes the fixtures that are not there; none is ever made anew
//
// A fixture is called by its format and the number of its version. What docs/upgrades.md says of formats is tested here.
package upgrades
