package sandbox

import (
	"fmt"
	"io"
)

// Credentials are what a program needs to sign in to the sandbox. The fields can be read; printing the value with any
// verb of fmt, with log/slog or as JSON shows the client ID only.
type Credentials struct {
	ClientID     string // 22 characters of the base64url alphabet, as the vendor's
	ClientSecret string `json:"-"` // 44 characters of the same alphabet
	JWT          string `json:"-"` // JWT credential of the demo user, for the assertion of the JWT bearer grant
}

// String names the app and nothing secret.
func (c Credentials) String() string {
	return fmt.Sprintf("sandbox credentials of client %s (secret and JWT not shown)", c.ClientID)
}

// Format prints String for every verb and flag, so that %+v and %#v tell no more than %v.
func (c Credentials) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }
