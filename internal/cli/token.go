package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx"
)

func (a *app) token() *cobra.Command {
	var minTTL time.Duration
	var asJSON bool
	cmd := &cobra.Command{
		Use: "token", Short: "Print an access token that works", Args: noArgs,
		Long: `Prints a RingCX access token that works, and nothing else. Most calls read it from the store and ask nobody;
a call that finds it due renews it, one for all who call at the same time.`,
		Example: `  curl -H "Authorization: Bearer $(ringcx token)" https://ringcx.ringcentral.com/voice/api/v1/admin/users
  ringcx token --min-ttl 90s --json`,
		RunE: func(*cobra.Command, []string) error {
			if minTTL < 0 {
				return &usageError{"--min-ttl must not be negative", "give a duration such as 90s or 2m"}
			}
			session, _, err := a.signedIn()
			if err != nil {
				return err
			}
			t, err := session.TokenFor(a.Context, minTTL)
			if err != nil {
				return tooMuch(err, minTTL)
			}
			if !asJSON {
				_, err = fmt.Fprintln(a.Stdout, t.AccessToken)
				return err
			}
			return writeJSON(a.Stdout, map[string]any{
				"accessToken": t.AccessToken, "tokenType": t.TokenType, "expiry": t.Expiry.UTC().Format(time.RFC3339Nano), "renewAt": t.RenewAt().UTC().Format(time.RFC3339Nano),
				"expiresIn": int(time.Until(t.Expiry).Seconds()),
			})
		},
	}
	cmd.Flags().DurationVar(&minTTL, "min-ttl", 0, "renew the token if it lives shorter than this `duration`")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the token with its expiry as JSON")
	return cmd
}

// tooMuch adds a hint to the only error of TokenFor that has none: no token of the vendor lives so long.
func tooMuch(err error, minTTL time.Duration) error {
	var hinted interface{ Hint() string }
	if minTTL == 0 || errors.As(err, &hinted) || errors.Is(err, ringcx.ErrLoginRequired) || errors.Is(err, context.Canceled) {
		return err
	}
	return &hintedError{err, "ask for less with --min-ttl"}
}

// hintedError adds what to do to an error that does not know.
type hintedError struct {
	error
	hint string
}

func (e *hintedError) Hint() string  { return e.hint }
func (e *hintedError) Unwrap() error { return e.error }

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
