package ringcx

import "errors"

// errNoRingCentral is a session that began without a login to RingCentral.
var errNoRingCentral error = &noRingCentralError{}

type noRingCentralError struct{}

func (*noRingCentralError) Error() string {
	return "the session has no RingCentral token: its login is one to RingCX itself"
}

// Is makes it errors.ErrUnsupported for callers that tell errors apart.
func (*noRingCentralError) Is(target error) bool { return target == errors.ErrUnsupported }

// Hint tells what to do about it.
func (*noRingCentralError) Hint() string {
	return "log in as a user of RingCentral, with a JWT or in the browser"
}
