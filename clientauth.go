package ringcx

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"time"
)

// assertionType is the client_assertion_type of RFC 7523, section 2.2.
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// assertionLife is how long the vendor may accept a signed statement of who the app is. It leaves room for clocks that
// differ, until the vendor's is known.
const assertionLife = 5 * time.Minute

// authenticateForm adds to a form who the app is, unless a header says so (see authenticateHeader).
func (c Config) authenticateForm(form url.Values) error {
	sign, err := c.signer()
	switch {
	case err != nil:
		return err
	case sign != nil:
		assertion, err := c.clientAssertion(sign)
		if err != nil {
			return err
		}
		form.Set("client_assertion_type", assertionType)
		form.Set("client_assertion", assertion)
	case c.ClientSecret == "":
		form.Set("client_id", c.ClientID)
	}
	return nil
}

// authenticateHeader is HTTP Basic, for apps with a secret that is not only signed with.
func (c Config) authenticateHeader(req *http.Request) {
	if c.SigningKey == nil && !c.SecretJWT && c.ClientSecret != "" {
		req.SetBasicAuth(url.QueryEscape(c.ClientID), url.QueryEscape(c.ClientSecret))
	}
}

// signer signs the bytes of a JWT and names its algorithm.
type signer struct {
	algorithm string
	sign      func(input []byte) ([]byte, error)
}

// signingKeyError is a SigningKey that cannot be used.
type signingKeyError struct{}

func (signingKeyError) Error() string {
	return "the signing key must be RSA with 2048 bits at least, ECDSA with the curve P-256, or Ed25519"
}

// Hint tells what to do about it.
func (signingKeyError) Hint() string {
	return "give the private key whose public half is registered with the app; a key that could not be read is no key"
}

// returns tells whether f came back. A key that was never filled panics when it is asked, and renewals run where no caller
// could catch that.
func returns(f func()) (back bool) {
	defer func() { back = recover() == nil }()
	f()
	return
}

// signer is nil for apps that do not sign.
func (c Config) signer() (*signer, error) {
	switch {
	case c.SigningKey != nil:
		return keySigner(c.SigningKey)
	case !c.SecretJWT:
		return nil, nil
	case c.ClientSecret == "":
		return nil, errors.New("there is no client secret to sign with")
	}
	return &signer{"HS256", func(input []byte) ([]byte, error) {
		mac := hmac.New(sha256.New, []byte(c.ClientSecret))
		_, _ = mac.Write(input)
		return mac.Sum(nil), nil
	}}, nil
}

func keySigner(key crypto.Signer) (*signer, error) {
	hashed := func(input []byte) ([]byte, error) {
		hash := sha256.Sum256(input)
		return key.Sign(rand.Reader, hash[:], crypto.SHA256)
	}
	var public crypto.PublicKey
	if !returns(func() { public = key.Public() }) {
		return nil, signingKeyError{}
	}
	switch public := public.(type) {
	case *rsa.PublicKey:
		if public == nil || public.N == nil || public.N.BitLen() < 2048 { // RFC 7518, section 3.3
			return nil, signingKeyError{}
		}
		return &signer{"RS256", hashed}, nil
	case *ecdsa.PublicKey:
		if public == nil || public.Curve != elliptic.P256() {
			return nil, signingKeyError{}
		}
		return &signer{"ES256", func(input []byte) ([]byte, error) {
			der, err := hashed(input)
			if err != nil {
				return nil, err
			}
			return rawSignature(der)
		}}, nil
	case ed25519.PublicKey:
		return &signer{"EdDSA", func(input []byte) ([]byte, error) { return key.Sign(rand.Reader, input, crypto.Hash(0)) }}, nil
	}
	return nil, signingKeyError{}
}

// keyName tells signing keys apart; "" if there is none.
func (c Config) keyName() string {
	if c.SigningKey == nil {
		return ""
	}
	var der []byte
	var err error
	if !returns(func() { der, err = x509.MarshalPKIXPublicKey(c.SigningKey.Public()) }) || err != nil {
		return c.KeyID
	}
	return c.KeyID + fingerprint(string(der))
}

// rawSignature is an ECDSA signature as JWS wants it (RFC 7518, section 3.4): both numbers in 32 bytes each.
func rawSignature(der []byte) ([]byte, error) {
	var pair struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &pair); err != nil {
		return nil, fmt.Errorf("read the signature: %w", err)
	}
	raw := make([]byte, 64)
	pair.R.FillBytes(raw[:32])
	pair.S.FillBytes(raw[32:])
	return raw, nil
}

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
// from ours: what we signed was dated by the wrong one. knew is how far we thought it was ahead.
func (s *Session) misdated(e *Error, knew time.Duration) bool {
	signs := s.config.SigningKey != nil || s.config.SecretJWT
	return signs && e.kind == failRefused && e.oauth == "invalid_client" && (time.Duration(s.skew.Load())-knew).Abs() > time.Minute
}

// vendorNow is the time as the vendor last told it: what we sign is judged by the vendor's clock.
func (c Config) vendorNow() time.Time {
	if c.skew == nil {
		return c.now()
	}
	return c.now().Add(c.skew())
}
