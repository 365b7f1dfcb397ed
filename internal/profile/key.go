package profile

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

// ParseKey reads a private key that an app can sign with.
func ParseKey(text []byte) (crypto.Signer, error) {
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
