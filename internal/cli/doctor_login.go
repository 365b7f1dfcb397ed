package cli

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

const (
	newJWT  = "make one in the Developer Portal (your name, Credentials, Create JWT) for this app, and: ringcx login --jwt"
	opLogin = "log in to RingCentral"
	// opExchange is what the engine calls the step from RingCentral to RingCX.
	opExchange = "exchange the RingCentral token"
)

// jwtClaims are what the doctor reads of a JWT. Nothing is verified: the vendor does that.
type jwtClaims struct {
	Algorithm string
	Issuer    string
	Audience  []string
	Expires   time.Time       // zero: it does not say
	signature int             // bytes of it
	All       json.RawMessage // the payload
}

// readClaims decodes a JWT; false if it is none.
func readClaims(jwt string) (c jwtClaims, ok bool) {
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 || parts[2] == "" {
		return c, false
	}
	var header struct {
		Algorithm string `json:"alg"`
	}
	var payload struct {
		Issuer   any     `json:"iss"`
		Audience any     `json:"aud"`
		Expires  float64 `json:"exp"`
	}
	for i, v := range []any{&header, &payload} {
		raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[i], "="))
		if err != nil || json.Unmarshal(raw, v) != nil {
			return c, false
		}
		c.All = raw
	}
	c.Algorithm, c.signature = header.Algorithm, base64.RawURLEncoding.DecodedLen(len(strings.TrimRight(parts[2], "=")))
	c.Issuer, _ = payload.Issuer.(string)
	switch aud := payload.Audience.(type) {
	case string:
		c.Audience = []string{aud}
	case []any:
		for _, a := range aud {
			c.Audience = append(c.Audience, fmt.Sprint(a))
		}
	}
	if payload.Expires > 0 && payload.Expires < 1e11 {
		c.Expires = time.Unix(int64(payload.Expires), 0)
	}
	return c, true
}

const ofRingCX = "what is given as the JWT is a RingCX access token, not the JWT of a user"

// ofRingCX tells an access token of RingCX by what it says of itself.
func (c jwtClaims) ofRingCX() bool {
	var of struct {
		Platform string `json:"plat"`
		App      string `json:"lapp"`
	}
	return json.Unmarshal(c.All, &of) == nil && of.Platform != "" && of.App != ""
}

// judgeJWT reads the JWT without sending it.
func judgeJWT(f *facts) []finding {
	if f.jwt == "" {
		return nil
	}
	c, ok := readClaims(f.jwt)
	if !ok {
		return []finding{problem("jwt-malformed", "copy it as a whole, as the Developer Portal showed it; or "+newJWT, "%s",
			wording.First(jwtProblem(f.jwt), "the JWT is not of the form header.payload.signature"))}
	}
	if c.ofRingCX() {
		return []finding{problem("jwt-access-token", newJWT, ofRingCX)}
	}
	var all []finding
	if strings.HasPrefix(c.Algorithm, "HS") || strings.EqualFold(c.Algorithm, "none") || c.Algorithm == "" {
		all = append(all, problem("jwt-self-signed", newJWT, "the JWT was signed by a program of yours (%s); only the vendor makes JWTs that work", wording.First(wording.OneLine(wording.Clip(c.Algorithm)), "no algorithm")))
	}
	if now := f.vendorNow(); !c.Expires.IsZero() && !now.Before(c.Expires) {
		all = append(all, problem("jwt-expired", newJWT, "the JWT ended %s, on %s", wording.Ago(now, c.Expires), c.Expires.UTC().Format(time.DateOnly)))
	}
	if made := c.environment(); made != "" {
		if u, err := url.Parse(f.servers.RingCentral); err == nil && environment(u.Hostname()) != "" && environment(u.Hostname()) != made {
			all = append(all, problem("jwt-environment", newJWT, "the JWT was made for %s, and is used at %s", made, u.Hostname()))
		}
	}
	return all
}

// vendorNow is the time by the vendor's clock, as far as it is known.
func (f *facts) vendorNow() time.Time {
	for _, c := range f.contacts {
		if c.dated && c.skew.Abs() > maxSkew {
			return f.now.Add(c.skew)
		}
	}
	return f.now
}

// environment is the vendor's host that the JWT was made for, "" if it does not say.
func (c jwtClaims) environment() string {
	for _, claim := range append(slices.Clone(c.Audience), c.Issuer) {
		if u, err := url.Parse(claim); err == nil && environment(u.Hostname()) != "" {
			return environment(u.Hostname())
		}
	}
	return ""
}

// environment is host if it is one of the vendor's: each is a world of its own.
func environment(host string) string {
	host = strings.ToLower(host)
	if strings.HasPrefix(host, "platform.") && (strings.HasSuffix(host, ".ringcentral.com") || strings.HasSuffix(host, ".ringcentral.biz")) {
		return host
	}
	return ""
}

func fineJWT(f *facts) string {
	if f.jwt == "" {
		return ""
	}
	c, _ := readClaims(f.jwt)
	if c.Expires.IsZero() {
		return "well formed, without an end"
	}
	return "well formed, ends on " + c.Expires.UTC().Format(time.DateOnly)
}

// judgeLogin tells why there is no token, or will be none.
func judgeLogin(f *facts) []finding {
	switch {
	case !f.resolved:
		return nil
	case f.missing != nil && f.storeErr == nil:
		fix := f.missing.Hint()
		if fix == usage.LoginHint {
			fix = "ringcx login --jwt, with RC_APP_CLIENT_ID, RC_APP_CLIENT_SECRET and RC_USER_JWT set"
		}
		return []finding{problem(f.missing.id, fix, "%s", f.missing.text)}
	case f.missing != nil:
		return nil // the store says why
	case isNewer(f.damaged):
		return []finding{problem("credentials-newer", usage.Hint(f.damaged), "%s", f.damaged)}
	case f.damaged != nil:
		return []finding{problem("credentials-damaged", usage.Hint(f.damaged), "%s", f.damaged)}
	case isNewer(f.statusErr):
		return []finding{problem("session-newer", usage.Hint(f.statusErr), "%s", f.statusErr)}
	case f.statusErr != nil:
		return []finding{problem("session-damaged", usage.Hint(f.statusErr), "%s", f.statusErr)}
	}
	if found := f.failed(); len(found) > 0 {
		return found
	}
	if st := f.status; st != nil && st.Next == "login required" && !f.probed {
		return []finding{problem("login-required", wording.First(f.again, "ringcx login"), "nothing stored can bring a new token")}
	}
	return nil
}

// isNewer tells what only a newer program understands from what is damaged.
func isNewer(err error) bool {
	var newer interface{ Newer() bool }
	return errors.As(err, &newer) && newer.Newer()
}

// failed judges the login that was tried, or else the last failure that is remembered.
func (f *facts) failed() []finding {
	var e *ringcx.Error
	switch {
	case f.probed && f.probeErr == nil:
		return nil
	case f.probed && errors.As(f.probeErr, &e):
		return refusal(f, e, f.probe)
	case f.probed:
		return []finding{problem("login-failed", wording.First(usage.Hint(f.probeErr), "try again"), "a login failed: %s", f.probeErr)}
	case f.status != nil && f.status.LastError != nil:
		return refusal(f, f.status.LastError, f.status)
	}
	return nil
}

func fineLogin(f *facts) string {
	st := f.status
	switch {
	case f.probed:
		return "a login works, from RingCentral to a RingCX token; the stored session was left alone"
	case st == nil:
		return ""
	case st.Generation == 0:
		return "not tried yet with these credentials; 'ringcx doctor --login' tries"
	case st.Expiry.After(f.now):
		return "the access token " + ends(st.Expiry)
	}
	return "the next call renews the token (" + st.Next + ")"
}
