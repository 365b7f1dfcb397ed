package ringcx

import (
	"errors"
	"fmt"
	"net/http"
)

// sameOrigin is a CheckRedirect that follows redirects within an origin only, and those only as far as own allows; nil: ten
// at most, as net/http has it. Who is redirected elsewhere would repeat there what was meant for one host.
func sameOrigin(own func(*http.Request, []*http.Request) error) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		if own != nil {
			if err := own(req, via); err != nil {
				return err
			}
		} else if len(via) >= 10 {
			return errors.New("stopped after 10 redirects")
		}
		from, to := originOf(via[len(via)-1].URL), originOf(req.URL)
		if from != to {
			return &redirectError{from, to}
		}
		return nil
	}
}

// redirectError is a redirect that leads to another origin.
type redirectError struct{ from, to string }

func (e *redirectError) Error() string {
	return oneLine(fmt.Sprintf("%s redirects to another host, %s, which is not followed", e.from, e.to))
}

// Hint tells what to do about it.
func (e *redirectError) Hint() string {
	return "check the RingCX server URL and any proxy in between; nothing was sent to the other host"
}
