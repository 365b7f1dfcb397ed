package profile

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
)

const (
	// NewJWT is what to do about a JWT that is none, or not the right one.
	NewJWT = "make one in the Developer Portal (your name, Credentials, Create JWT) for this app, and: ringcx login --jwt"
	// OpLogin is what the engine calls the step to RingCentral.
	OpLogin = "log in to RingCentral"
	// OpExchange is what the engine calls the step from RingCentral to RingCX.
	OpExchange = "exchange the RingCentral token"
)

// Claims are what is read of a JWT. Nothing is verified: the vendor does that.
type Claims struct {
	Algorithm string
	Issuer    string
	Audience  []string
	Expires   time.Time       // zero: it does not say
	Signature int             // bytes of it
	All       json.RawMessage // the payload
}

// ReadClaims decodes a JWT; false if it is none.
func ReadClaims(jwt string) (c Claims, ok bool) {
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
	c.Algorithm, c.Signature = header.Algorithm, base64.RawURLEncoding.DecodedLen(len(strings.TrimRight(parts[2], "=")))
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

// OfRingCX says that a token stands where a JWT belongs.
const OfRingCX = "what is given as the JWT is a RingCX access token, not the JWT of a user"

// OfRingCX tells an access token of RingCX by what it says of itself.
func (c Claims) OfRingCX() bool {
	var of struct {
		Platform string `json:"plat"`
		App      string `json:"lapp"`
	}
	return json.Unmarshal(c.All, &of) == nil && of.Platform != "" && of.App != ""
}

// Environment is the vendor's host that the JWT was made for, "" if it does not say.
func (c Claims) Environment() string {
	for _, claim := range append(slices.Clone(c.Audience), c.Issuer) {
		if u, err := url.Parse(claim); err == nil && Environment(u.Hostname()) != "" {
			return Environment(u.Hostname())
		}
	}
	return ""
}

// Environment is host if it is one of the vendor's: each is a world of its own.
func Environment(host string) string {
	host = strings.ToLower(host)
	if strings.HasPrefix(host, "platform.") && (strings.HasSuffix(host, ".ringcentral.com") || strings.HasSuffix(host, ".ringcentral.biz")) {
		return host
	}
	return ""
}

// checkJWT tells a text that only has the form of a JWT, and a token of RingCX, which has it too. "" is neither.
func checkJWT(jwt string) error {
	c, ok := ReadClaims(jwt)
	switch {
	case jwt == "":
		return nil
	case !ok:
		return usage.WithHint(errors.New("the JWT cannot be decoded: a piece of it is missing, or was changed"), "copy it as a whole from the Developer Portal (your name, Credentials)")
	case c.OfRingCX():
		return usage.WithHint(errors.New(OfRingCX), NewJWT)
	}
	return nil
}

// JwtProblem is what is wrong with a JWT.
func JwtProblem(jwt string) string { return ProblemOf(&Account{JWT: jwt, Config: &ringcx.Config{}}) }
