package callback

import "fmt"

// Refused is an answer of the sign-in page that says no.
type Refused struct{ Code, Description string }

// Error is in the vendor's words.
func (e *Refused) Error() string {
	if e.Description == "" {
		return "the sign-in page answered " + e.Code
	}
	return fmt.Sprintf("the sign-in page answered %s: %s", e.Code, e.Description)
}
