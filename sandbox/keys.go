package sandbox

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	_ "embed"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

//go:embed demo_rsa_key.pem
var demoRSAKeyPEM []byte

// demoRSAKey is parsed once for all servers of the process; nobody changes it.
var demoRSAKey = sync.OnceValues(func() (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(demoRSAKeyPEM)
	if block == nil {
		return nil, fmt.Errorf("the embedded demo key is not PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("the embedded demo key: %w", err)
	}
	return key.(*rsa.PrivateKey), nil
})

// signingKey signs and verifies compact JWTs. It is safe for concurrent use.
type signingKey struct {
	algorithm jose.SignatureAlgorithm
	signer    jose.Signer
	public    jose.JSONWebKey
}

// newSigningKey makes the key of a name and algorithm; the same seed gives the same key.
func newSigningKey(seed uint64, name, algorithm string) (*signingKey, error) {
	var private any
	var public any
	switch algorithm {
	case "ES256":
		key, err := deriveECDSA(seed, name)
		if err != nil {
			return nil, err
		}
		private, public = key, key.Public()
	case "EdDSA":
		key := ed25519.NewKeyFromSeed(derive(seed, name, 0))
		private, public = key, key.Public()
	case "RS256":
		key, err := demoRSAKey()
		if err != nil {
			return nil, err
		}
		private, public = key, key.Public()
	default:
		return nil, fmt.Errorf("unknown algorithm %q (known: ES256, RS256, EdDSA)", algorithm)
	}
	kid := text(seed, "kid of "+name, 22)
	alg := jose.SignatureAlgorithm(algorithm)
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: private, KeyID: kid}},
		(&jose.SignerOptions{}).WithType("JWT"),
	)
	if err != nil {
		return nil, fmt.Errorf("preparing the %s key: %w", algorithm, err)
	}
	return &signingKey{alg, signer, jose.JSONWebKey{Key: public, KeyID: kid, Algorithm: algorithm, Use: "sig"}}, nil
}

func deriveECDSA(seed uint64, name string) (*ecdsa.PrivateKey, error) {
	var err error
	for round := range 8 {
		var key *ecdsa.PrivateKey
		if key, err = ecdsa.ParseRawPrivateKey(elliptic.P256(), derive(seed, name, round)); err == nil {
			return key, nil
		}
	}
	return nil, fmt.Errorf("deriving a key: %w", err)
}

// sign makes a compact JWT of claims.
func (k *signingKey) sign(claims any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encoding claims: %w", err)
	}
	jws, err := k.signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("signing: %w", err)
	}
	return jws.CompactSerialize()
}

// verify reports whether k signed token.
func (k *signingKey) verify(token string) bool {
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{k.algorithm})
	if err != nil {
		return false
	}
	_, err = jws.Verify(k.public)
	return err == nil
}

// jwks is the key set that publishes k.
func (k *signingKey) jwks() jose.JSONWebKeySet {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{k.public}}
}

// derive gives 32 bytes that depend on seed, label and round only.
func derive(seed uint64, label string, round int) []byte {
	var head [16]byte
	binary.BigEndian.PutUint64(head[:8], seed)
	binary.BigEndian.PutUint64(head[8:], uint64(round)) //nolint:gosec // rounds are counted from 0
	sum := sha256.Sum256(append(head[:], label...))
	return sum[:]
}

// text gives n characters of the base64url alphabet from seed and label. The first is a letter or digit, because a
// value that starts with a dash is a nuisance on command lines.
func text(seed uint64, label string, n int) string {
	for round := 0; ; round += 2 {
		raw := append(derive(seed, label, round), derive(seed, label, round+1)...)
		if s := base64.RawURLEncoding.EncodeToString(raw); s[0] != '-' && s[0] != '_' {
			return s[:n]
		}
	}
}

// spoken gives a password that a person can read from one window and type into another.
func spoken(seed uint64, label string) string {
	const consonants, vowels = "bdfghklmnprstvz", "aeiou"
	raw := derive(seed, label, 0)
	var out []byte
	for i := 0; i < 8; i += 2 {
		out = append(out, consonants[int(raw[i])%len(consonants)], vowels[int(raw[i+1])%len(vowels)])
		if i == 2 {
			out = append(out, '-')
		}
	}
	return fmt.Sprintf("%s-%02d", out, raw[8]%100)
}

// number gives a number in [0, limit) from seed and label.
func number(seed uint64, label string, limit uint64) int64 {
	return int64(binary.BigEndian.Uint64(derive(seed, label, 0)) % limit) //nolint:gosec // every limit here fits
}
