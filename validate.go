package ringcx

import "fmt"

// Validate reports what is wrong with the configuration, as far as it can be known without asking the vendor. The first
// call of a session that needs a token reports the same.
func (c Config) Validate() error {
	if problem := allowedProblem(c.AllowHTTP); problem != "" {
		return &allowError{problem}
	}
	for _, h := range []struct{ name, url string }{{"RingCentral", c.ringCentral()}, {"RingCX", c.ringCX()}} {
		if problem := hostProblem(h.url, c.AllowHTTP); problem != "" {
			return &hostError{h.name, problem}
		}
	}
	if err := checkInputs(
		input{"client ID", c.ClientID, stray}, input{"client secret", c.ClientSecret, straySecret},
		input{"name of the signing key (KeyID)", c.KeyID, unseen}, input{"UserAgent", c.UserAgent, unsendable},
	); err != nil {
		return err
	}
	_, err := c.signer()
	return err
}

type hostError struct{ name, problem string }

func (e *hostError) Error() string { return fmt.Sprintf("the %s server URL %s", e.name, e.problem) }

// Hint tells what to do about it.
func (e *hostError) Hint() string {
	return "use https://platform.ringcentral.com for RingCentral and https://ringcx.ringcentral.com for RingCX"
}

type allowError struct{ problem string }

func (e *allowError) Error() string {
	return "the host that is allowed to be reached without TLS " + e.problem
}

// Hint tells what to do about it.
func (e *allowError) Hint() string {
	return "name one host alone, without scheme and port, such as the sandbox of a compose network"
}
