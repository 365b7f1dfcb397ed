package ringcx

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
)

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
