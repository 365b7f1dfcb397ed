package ringcx

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"math/big"
)

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
