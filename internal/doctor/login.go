package doctor

import (
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// judgeJWT reads the JWT without sending it.
func judgeJWT(f *Facts) []Finding {
	if f.jwt == "" {
		return nil
	}
	c, ok := profile.ReadClaims(f.jwt)
	if !ok {
		return []Finding{problem("jwt-malformed", "copy it as a whole, as the Developer Portal showed it; or "+profile.NewJWT, "%s",
			wording.First(profile.JwtProblem(f.jwt), "the JWT is not of the form header.payload.signature"))}
	}
	if c.OfRingCX() {
		return []Finding{problem("jwt-access-token", profile.NewJWT, profile.OfRingCX)}
	}
	var all []Finding
	if strings.HasPrefix(c.Algorithm, "HS") || strings.EqualFold(c.Algorithm, "none") || c.Algorithm == "" {
		all = append(all, problem("jwt-self-signed", profile.NewJWT, "the JWT was signed by a program of yours (%s); only the vendor makes JWTs that work", wording.First(wording.OneLine(wording.Clip(c.Algorithm)), "no algorithm")))
	}
	if now := f.vendorNow(); !c.Expires.IsZero() && !now.Before(c.Expires) {
		all = append(all, problem("jwt-expired", profile.NewJWT, "the JWT ended %s, on %s", wording.Ago(now, c.Expires), c.Expires.UTC().Format(time.DateOnly)))
	}
	if made := c.Environment(); made != "" {
		if u, err := url.Parse(f.servers.RingCentral); err == nil && profile.Environment(u.Hostname()) != "" && profile.Environment(u.Hostname()) != made {
			all = append(all, problem("jwt-environment", profile.NewJWT, "the JWT was made for %s, and is used at %s", made, u.Hostname()))
		}
	}
	return all
}

// vendorNow is the time by the vendor's clock, as far as it is known.
func (f *Facts) vendorNow() time.Time {
	for _, c := range f.contacts {
		if c.dated && c.skew.Abs() > maxSkew {
			return f.now.Add(c.skew)
		}
	}
	return f.now
}

func fineJWT(f *Facts) string {
	if f.jwt == "" {
		return ""
	}
	c, _ := profile.ReadClaims(f.jwt)
	if c.Expires.IsZero() {
		return "well formed, without an end"
	}
	return "well formed, ends on " + c.Expires.UTC().Format(time.DateOnly)
}

// judgeLogin tells why there is no token, or will be none.
func judgeLogin(f *Facts) []Finding {
	switch {
	case !f.resolved:
		return nil
	case f.missing != nil && f.storeErr == nil:
		fix := f.missing.Hint()
		if fix == usage.LoginHint {
			fix = "ringcx login --jwt, with RC_APP_CLIENT_ID, RC_APP_CLIENT_SECRET and RC_USER_JWT set"
		}
		return []Finding{problem(f.missing.ID, fix, "%s", f.missing.Text)}
	case f.missing != nil:
		return nil // the store says why
	case f.damaged != nil:
		return undecodable("credentials", f.damaged)
	case f.statusErr != nil:
		return undecodable("session", f.statusErr)
	}
	if found := f.failed(); len(found) > 0 {
		return found
	}
	if st := f.status; st != nil && st.Next == "login required" && !f.probed {
		return []Finding{problem("login-required", wording.First(f.again, "ringcx login"), "nothing stored can bring a new token")}
	}
	return nil
}

// undecodable is why what is stored cannot be read, nil if it can.
func undecodable(what string, err error) []Finding {
	switch {
	case err == nil:
		return nil
	case isNewer(err):
		return []Finding{problem(what+"-newer", usage.Hint(err), "%s", err)}
	}
	return []Finding{problem(what+"-damaged", usage.Hint(err), "%s", err)}
}

// isNewer tells what only a newer program understands from what is damaged.
func isNewer(err error) bool {
	var newer interface{ Newer() bool }
	return errors.As(err, &newer) && newer.Newer()
}

// failed judges the login that was tried, or else the last failure that is remembered.
func (f *Facts) failed() []Finding {
	var e *ringcx.Error
	switch {
	case f.probed && f.probeErr == nil:
		return nil
	case f.probed && errors.As(f.probeErr, &e):
		return refusal(f, e, f.probe)
	case f.probed:
		return []Finding{problem("login-failed", wording.First(usage.Hint(f.probeErr), "try again"), "a login failed: %s", f.probeErr)}
	case f.status != nil && f.status.LastError != nil:
		return refusal(f, f.status.LastError, f.status)
	}
	return nil
}

func fineLogin(f *Facts) string {
	st := f.status
	switch {
	case f.probed:
		return "a login works, from RingCentral to a RingCX token; the stored session was left alone"
	case st == nil:
		return ""
	case st.Generation == 0:
		return "not tried yet with these credentials; 'ringcx doctor --login' tries"
	case st.Expiry.After(f.now):
		return "the access token " + wording.Ends(st.Expiry)
	}
	return "the next call renews the token (" + st.Next + ")"
}
