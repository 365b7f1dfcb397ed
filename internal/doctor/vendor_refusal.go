package doctor

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// cause is what a code of the vendor means.
type cause struct{ id, text, fix string }

const inPortal = " (Developer Portal, the app's "

// causes of the platform's token endpoint.
var causes = map[string]cause{
	"OAU-251": {"app-flow", "the app %s is registered with another auth method than the JWT auth flow", "register an app with the JWT auth flow, or log in as this app does: ringcx login"},
	"OAU-250": {"jwt-environment", "the vendor does not take this kind of login, which mostly means a JWT of another environment", profile.NewJWT},
	"OAU-110": {"jwt-app", "the JWT was made for other apps than %s", profile.NewJWT},
	"OAU-213": {"jwt-unknown", "the vendor does not know the JWT: it was deleted, or made in another environment", profile.NewJWT},
	"OAU-211": {"jwt-revoked", "the JWT was revoked", profile.NewJWT},
	"OAU-210": {"jwt-expired", "the JWT has ended", profile.NewJWT},
	"OAU-149": {"jwt-malformed", "the vendor cannot read the JWT", profile.NewJWT},
	"OAU-347": {"jwt-self-signed", "the JWT was signed by a program of yours; only the vendor makes JWTs that work", profile.NewJWT},
	"OAU-136": {"user-gone", "the user behind the login no longer exists", "make a JWT for another user, and: ringcx login --jwt"},
	"OAU-232": {"user-gone", "the user behind the login no longer exists", "make a JWT for another user, and: ringcx login --jwt"},
	"OAU-236": {"user-disabled", "the user behind the login is disabled or frozen", "have the account's administrator enable the user, or log in as another"},
	"OAU-120": {"client-id", "the vendor does not know the client ID %s", "check RC_APP_CLIENT_ID" + inPortal + "Credentials), and: ringcx login --jwt"},
	"OAU-121": {"client-id", "the vendor does not know the client ID %s", "check RC_APP_CLIENT_ID" + inPortal + "Credentials), and: ringcx login --jwt"},
	"OAU-153": {"client-id", "the vendor does not know the client ID %s at this server", "check RC_APP_CLIENT_ID" + inPortal + "Credentials) and RC_SERVER_URL, and: ringcx login --jwt"},
	"OAU-146": {"client-secret", "the client secret is not that of the app %s, or the key that signs in its place is not", "check RC_APP_CLIENT_SECRET or the key" + inPortal + "Credentials), and: ringcx login --jwt"},
	"OAU-123": {
		"client-auth", "the app %s has to name itself with its client secret in an HTTP Basic header (a secret in the form is refused)",
		"set RC_APP_CLIENT_ID and RC_APP_CLIENT_SECRET, and: ringcx login --jwt; in a program of your own use HTTP Basic",
	},
	"OAU-125": {"app-flow", "the app %s may not log in this way", "register an app with the JWT auth flow"},
	"OAU-127": {"app-inactive", "the app %s is not active", "activate it in the Developer Portal"},
	"OAU-165": {"app-sandbox", "the app %s is one of the vendor's retired sandbox", "register a production app in the Developer Portal"},
}

// refusal judges an answer of the vendor that brought no token. st is what is known of the lineage it was for.
func refusal(f *Facts, e *ringcx.Error, st *ringcx.Status) []Finding {
	if e.Op == profile.OpExchange && e.StatusCode/100 == 4 && e.StatusCode != http.StatusTooManyRequests {
		return []Finding{noAccess(e, st)}
	}
	code := e.Code
	if code == "invalid_client" {
		code = "OAU-146"
	}
	if c, known := causes[code]; known && (e.Op == profile.OpLogin || !strings.HasPrefix(c.id, "jwt-")) {
		text := strings.ReplaceAll(c.text, "%s", f.clientID)
		if e.Code != "" {
			text += " (" + e.Code + ")"
		}
		return []Finding{problem(c.id, c.fix, "%s", text)}
	}
	switch {
	case e.StatusCode == http.StatusTooManyRequests, e.StatusCode == 0 && e.RetryAfter > 0:
		if !f.probed {
			return nil // the budget tells
		}
		return []Finding{problem("limited", "wait, and try again", "%s", e)}
	case e.StatusCode == 0 && !f.probed && (f.offline() || len(judgeJWT(f)) > 0):
		return nil // told already
	case e.StatusCode == 0 && !f.probed, e.StatusCode >= 500:
		return []Finding{note("last-failure", "try again: ringcx token", "the last attempt failed: %s", e)}
	case st != nil && !st.EvictedAt.IsZero() && st.Next == "login required":
		return []Finding{problem("login-required", wording.First(f.again, "ringcx login"), "nothing stored can bring a new token: %s", e)}
	}
	return []Finding{problem("refused", wording.First(e.Hint(), f.again, "ringcx login"), "%s", e)}
}

// noAccess tells why RingCX refused a login that RingCentral accepted.
func noAccess(e *ringcx.Error, st *ringcx.Status) Finding {
	switch {
	case e.StatusCode == http.StatusForbidden && st != nil && lacksScope(st.Scope):
		return missingScope
	case e.StatusCode == http.StatusForbidden:
		return problem("account-not-production", "use the login of a production account with RingCX; one made in the Developer Portal alone has none, and 'ringcx sandbox' needs none",
			"RingCX refuses the account (403): it is not a production account, or the user may not use RingCX")
	case e.StatusCode == http.StatusNotFound:
		return problem("no-ringcx", "have the RingCX administrator give the user access, or log in as a user who has it",
			"the account has no RingCX, or the user is not linked to it (404)")
	}
	return problem("exchange-refused", "check that RC_SERVER_URL and RINGCX_SERVER_URL belong to the same environment", "RingCX does not accept the login of RingCentral (%d)", e.StatusCode)
}

var missingScope = problem("scope", "add Read Accounts in the Developer Portal (the app's Settings, Security, Application Scopes), and: ringcx login --jwt",
	"the app lacks the scope Read Accounts, without which RingCX lets nobody in")

// lacksScope tells whether a list of scopes has none that holds ReadAccounts.
func lacksScope(scopes string) bool {
	have := strings.Fields(scopes)
	return !slices.ContainsFunc([]string{"ReadAccounts", "EditAccounts", "Accounts"}, func(s string) bool { return slices.Contains(have, s) })
}

// judgeApp tells how the app is registered, as far as tokens show it.
func judgeApp(f *Facts) []Finding {
	st := f.status
	if f.probe != nil && !f.probe.RingCentralExpiry.IsZero() {
		st = f.probe
	}
	if st == nil || st.RingCentralExpiry.IsZero() {
		return nil
	}
	var all []Finding
	if st.Scope != "" && lacksScope(st.Scope) {
		all = append(all, missingScope)
	}
	if !st.RingCentralRefreshable && st.RingCentralRefreshExpiry.IsZero() {
		tell, cost := note, "each hour costs a login"
		if f.jwt == "" {
			tell, cost = problem, "a person has to log in each hour"
		}
		all = append(all, tell("refresh-tokens-off", "switch on \"Issue refresh tokens\" in the Developer Portal (the app's Settings, Auth), and: "+wording.First(f.again, "ringcx login"),
			"the app %s issues no refresh tokens, so %s", f.clientID, cost))
	}
	return all
}

func fineApp(f *Facts) string {
	if f.status == nil || f.status.RingCentralExpiry.IsZero() {
		return ""
	}
	return "has the scope Read Accounts and issues refresh tokens"
}

// aboutJWT are the codes with which the vendor refuses a JWT itself, and of which its own words say little.
var aboutJWT = []string{"OAU-149", "OAU-210", "OAU-211", "OAU-213", "OAU-250"}

// WhyRefused is what a JWT that the vendor refused says of itself, and what to do about it; "": it says nothing against it.
func WhyRefused(acc *profile.Account, err error) string {
	var vendor *ringcx.Error
	if acc == nil || acc.JWT == "" || !errors.As(err, &vendor) || vendor.Op != profile.OpLogin || !slices.Contains(aboutJWT, vendor.Code) {
		return ""
	}
	for _, f := range judgeJWT(&Facts{now: time.Now(), jwt: acc.JWT, servers: acc.Config.Endpoint}) {
		return f.Text + ": " + f.Fix
	}
	if c, _ := profile.ReadClaims(acc.JWT); strings.HasPrefix(c.Algorithm, "RS") && c.Signature%64 != 0 { // keys have 2048, 3072 or 4096 bits
		return fmt.Sprintf("the JWT seems to be cut: its signature has %d bytes, which none with %s has; copy it as a whole", c.Signature, wording.Clip(c.Algorithm))
	}
	return ""
}

// RefusedLast is the last failure, if it is one that the doctor calls a problem; both have the same exit code for it.
func RefusedLast(acc *profile.Account, st *ringcx.Status) error {
	f := &Facts{now: time.Now(), status: st}
	f.describe(acc)
	for _, found := range f.failed() {
		if found.Level == LevelProblem {
			err := errors.New("no token came the last time: " + found.Text)
			if strings.HasPrefix(st.Failure, ringcx.ErrLoginRequired.Error()) {
				err = fmt.Errorf("%w: %s", ringcx.ErrLoginRequired, found.Text)
			}
			return usage.WithHint(err, found.Fix)
		}
	}
	return nil
}
