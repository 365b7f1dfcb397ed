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

	// What the demo user types into RingCentral's sign-in page.
	Email    string
	Password string `json:"-"`

	// An app for programs on a desk: authorization code with PKCE, no secret, redirect http://127.0.0.1/callback or
	// http://localhost/callback, on any port.
	NativeClientID string
	// An app for servers: authorization code, with a secret. Its redirect URI is WebRedirectURI, exactly.
	WebClientID     string
	WebClientSecret string `json:"-"`
	WebRedirectURI  string

	// An administrator of RingCX who has no RingCentral login.
	AdminUsername string
	AdminPassword string `json:"-"`
	PlatformID    string
}

// String names the app and nothing secret.
func (c Credentials) String() string {
	return fmt.Sprintf("sandbox credentials of client %s (secret and JWT not shown)", c.ClientID)
}

// Format prints String for every verb and flag, so that %+v and %#v tell no more than %v.
func (c Credentials) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }
