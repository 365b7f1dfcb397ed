package cli

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// prepared is the app of a login: its profile as it will be saved, and its key.
type prepared struct {
	profile
	key string // PEM; "": the app does not sign with one
}

// prepareApp completes the app: how it shows who it is. It asks for what is missing.
func (a *app) prepareApp(acc *account, t *loginTarget, f *loginFlags) (*prepared, error) {
	if err := a.configure(acc, t.at, wording.First(t.appSecret(), acc.stored.ClientSecret)); err != nil {
		return nil, err
	}
	p := &prepared{}
	if t.same {
		a.authenticate(acc, t.saved)
	}
	if err := a.prepareAuth(acc, t.saved, f, p); err != nil {
		return nil, err
	}
	c := acc.config
	if c.ClientSecret == "" && c.SigningKey == nil && a.CanAsk() && (t.asked || a.clientID != "" && !t.same || f.secretJWT) {
		secret, err := a.AskHidden("Client secret (not shown; Enter if the app has none)", false)
		if err != nil {
			return nil, err
		}
		c.ClientSecret = env.Pasted(secret)
	}
	if p.ClientAuth == authSecretJWT && c.ClientSecret == "" {
		return nil, usage.New("there is no client secret to sign with", "set RC_APP_CLIENT_SECRET")
	}
	return p, nil
}

// prepareAuth settles how the app identifies itself: as the flags say, else as before.
func (a *app) prepareAuth(acc *account, saved profile, f *loginFlags, p *prepared) error {
	c := acc.config
	switch {
	case f.keyFile != "" && f.secretJWT:
		return usage.New("--client-key and --client-secret-jwt are two ways to sign", "give one of them")
	case f.keyFile != "":
		text, from, err := a.readSecret(f.keyFile, "--client-key names a file that holds a private key in PEM form", env.MaxSecret)
		if err != nil {
			return err
		}
		key, err := parseKey([]byte(text))
		if err != nil {
			return usage.New(fmt.Sprintf("%s: %s", from, err), wording.First(usage.Hint(err), "make one with: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem"))
		}
		c.SigningKey, c.KeyID, c.SecretJWT, c.ClientSecret = key, env.Pasted(f.keyID), false, ""
		p.ClientAuth, p.KeyID, p.key = authKey, c.KeyID, text
	case f.secretJWT:
		c.SigningKey, c.KeyID, c.SecretJWT = nil, "", true
		p.ClientAuth = authSecretJWT
	case c.SigningKey != nil:
		p.ClientAuth, p.KeyID, p.key = authKey, wording.First(env.Pasted(f.keyID), saved.KeyID), acc.stored.ClientKey
		c.KeyID, c.ClientSecret = p.KeyID, ""
	case f.keyID != "":
		return usage.New("--client-key-id names no key without --client-key", seeLogin)
	case c.SecretJWT:
		p.ClientAuth = authSecretJWT
	}
	return nil
}

// parseKey reads a private key that an app can sign with.
func parseKey(text []byte) (crypto.Signer, error) {
	block, rest := pem.Decode([]byte(env.PastedKey(string(text))))
	for block != nil && block.Type == "EC PARAMETERS" { // openssl writes them in front
		block, rest = pem.Decode(rest)
	}
	switch {
	case block == nil:
		return nil, errors.New("holds no private key in PEM form")
	case block.Type == "ENCRYPTED PRIVATE KEY", block.Headers["DEK-Info"] != "":
		return nil, usage.WithHint(errors.New("holds a key that is encrypted"), "take its passphrase off with: openssl pkey -in FILE -out plain.pem; the store keeps it private")
	case block.Type == "OPENSSH PRIVATE KEY":
		return nil, usage.WithHint(errors.New("holds a key in the form of OpenSSH, not of PKCS #8"), "turn a copy of it into the other with: ssh-keygen -p -m PKCS8 -N '' -f COPY")
	}
	var key any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	default:
		return nil, fmt.Errorf("holds a %q, not a private key", wording.Clip(block.Type))
	}
	if err != nil {
		return nil, errors.New("holds a private key that cannot be read")
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if k.N.BitLen() < 2048 { // RFC 7518, section 3.3
			return nil, fmt.Errorf("holds an RSA key of %d bits, which is too short: RS256 takes 2048 at least", k.N.BitLen())
		}
		return k, nil
	case ed25519.PrivateKey:
		return k, nil
	case *ecdsa.PrivateKey:
		if k.Curve == elliptic.P256() {
			return k, nil
		}
	}
	return nil, errors.New("holds a key that is none of RSA, ECDSA with P-256, and Ed25519")
}
