// Package toy is code whose mutants are known: the tests of mutate change it.
package toy

import "errors"

// Left says how much of a limit is left, and never less than nothing.
func Left(limit, used int) int {
	if used > limit {
		return 0
	}
	return limit - used
}

// Take refuses a negative amount.
func Take(amount int) error {
	if amount < 0 {
		return errors.New("a negative amount")
	}
	return nil
}

// forgotten is run by no test.
func forgotten(s []int) bool {
	return len(s) == 0
}

var _ = forgotten
