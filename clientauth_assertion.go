package ringcx

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// assertionType is the client_assertion_type of RFC 7523, section 2.2.
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// assertionLife is how long the vendor may accept a signed statement of who the app is. It leaves room for clocks that
// differ, until the vendor's is known.
const assertionLife = 5 * time.Minute

// clientAssertion states who the app is to the token endpoint (RFC 7523, section 3): a new one for each request, because
// it may be used once.
func (c Config) clientAssertion(s *signer) (string, error) {
	head := map[string]string{"alg": s.algorithm, "typ": "JWT"}
	if c.KeyID != "" {
		head["kid"] = c.KeyID
	}
	now := c.vendorNow()
	header, err := json.Marshal(head)
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(map[string]any{
		"iss": c.ClientID, "sub": c.ClientID, "aud": c.ringCentral() + tokenPath, "jti": rand.Text(),
		"iat": now.Unix(), "exp": now.Add(assertionLife).Unix(),
	})
	if err != nil {
		return "", err
	}
	input := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(claims)
	var signature []byte
	if !returns(func() { signature, err = s.sign([]byte(input)) }) {
		err = errors.New("the key is incomplete")
	}
	if err != nil {
		return "", fmt.Errorf("sign the client assertion: %w", err)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// misdated tells that the vendor refused who we say we are when its answer showed for the first time that its clock is far
// from ours: what we signed was dated by the wrong one. knew is how far we thought it was ahead, and knows how far it is.
func (c Config) misdated(e *Error, knew, knows time.Duration) bool {
	signs := c.SigningKey != nil || c.SecretJWT
	return signs && e.kind == failRefused && e.oauth == "invalid_client" && (knows-knew).Abs() > time.Minute
}
