package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// tokenOptions say how the token is shown. Of the three ways at most one is chosen.
type tokenOptions struct {
	minTTL                   time.Duration // one that lives shorter is renewed
	asJSON, claims, validate bool
}

func newTokenCmd(a *app) *cobra.Command {
	var o tokenOptions
	cmd := &cobra.Command{
		Use: "token", Short: "Print an access token that works", Args: cmdline.NoArgs,
		Long: `Prints a RingCX access token that works, and nothing else. Most calls read it from the store and ask nobody;
a call that finds it due renews it, one for all who call at the same time.`,
		Example: `  ringcx token | sed 's/^/Authorization: Bearer /' | curl -H @- https://ringcx.ringcentral.com/voice/api/v1/admin/users
  ringcx token --min-ttl 90s --json
  ringcx token --claims | jq .exp`,
		RunE: func(*cobra.Command, []string) error { return a.runToken(&o) },
	}
	cmd.Flags().DurationVar(&o.minTTL, "min-ttl", 0, "renew the token if it lives shorter than this `duration`")
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print the token with its expiry as JSON")
	cmd.Flags().BoolVar(&o.claims, "claims", false, "print what the token says of itself instead, without asking anybody")
	cmd.Flags().BoolVar(&o.validate, "validate", false, "ask RingCX whether it accepts the token, instead of printing it")
	return cmd
}

func (a *app) runToken(o *tokenOptions) error {
	switch {
	case o.asJSON && o.claims, o.asJSON && o.validate, o.claims && o.validate:
		return usage.New("--json, --claims and --validate exclude each other", "give one of them")
	case o.minTTL < 0:
		return usage.New("--min-ttl must not be negative", "give a duration such as 90s or 2m")
	}
	session, acc, err := a.SignedIn()
	if err != nil {
		return err
	}
	t, err := session.TokenFor(a.Context, o.minTTL)
	if err != nil {
		return tooMuch(err, o.minTTL)
	}
	switch {
	case o.claims:
		return a.printClaims(t)
	case o.validate:
		return a.validate(session, acc)
	}
	if !o.asJSON {
		_, err = fmt.Fprintln(a.Stdout, t.AccessToken)
		return err
	}
	return terminal.WriteJSON(a.Stdout, map[string]any{
		"accessToken": t.AccessToken, "tokenType": t.TokenType, "expiry": t.Expiry.UTC().Format(time.RFC3339Nano), "renewAt": t.RenewAt().UTC().Format(time.RFC3339Nano),
		"expiresIn": int(time.Until(t.Expiry).Seconds()),
	})
}

// printClaims prints the payload of the token. RingCX puts an older kind of token into it (xauth), which stays inside.
func (a *app) printClaims(t *ringcx.Token) error {
	c, ok := profile.ReadClaims(t.AccessToken)
	var all map[string]any
	if ok {
		dec := json.NewDecoder(bytes.NewReader(c.All))
		dec.UseNumber()
		ok = dec.Decode(&all) == nil
	}
	if !ok {
		return usage.WithHint(errors.New("the token is not a JWT, so it says nothing of itself"), "run 'ringcx whoami' to have RingCX tell whom it stands for")
	}
	return terminal.WriteJSON(a.Stdout, withoutSecrets(all))
}

// validate asks RingCX about the token. One that it refuses is renewed and asked about once more.
func (a *app) validate(session profile.Login, acc *profile.Account) error {
	if err := notAsked(acc); err != nil {
		return err
	}
	path := "/api/auth/token/validate"
	if acc.Method == profile.ByLegacy {
		path = legacyUser // the vendor's own question wants the token in the URL
	}
	r, err := a.request(session.Client(), http.MethodGet, acc, path, "*/*")
	switch {
	case err != nil:
		return err
	case r.Code != http.StatusOK || r.IsPage():
		return r.Err()
	case strings.TrimSpace(string(r.Body)) == "false":
		return usage.WithHint(errors.New("RingCX does not accept the token"), "run 'ringcx doctor'")
	}
	t, err := session.Token(a.Context)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Stdout, "valid, %s\n", wording.Ends(t.Expiry))
	return err
}

// tooMuch adds a hint to the only error of TokenFor that has none: no token of the vendor lives so long.
func tooMuch(err error, minTTL time.Duration) error {
	var hinted interface{ Hint() string }
	if minTTL == 0 || errors.As(err, &hinted) && hinted.Hint() != "" || errors.Is(err, ringcx.ErrLoginRequired) || errors.Is(err, context.Canceled) {
		return err
	}
	return usage.WithHint(err, "ask for less with --min-ttl")
}
