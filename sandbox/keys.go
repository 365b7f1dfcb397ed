package sandbox

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	_ "embed"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
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
	header    string // of every token, encoded, with the dot behind it
	signature func(text []byte) ([]byte, error)
	public    jose.JSONWebKey
}

// newSigningKey makes the key of a name and algorithm; the same seed gives the same key.
func newSigningKey(seed uint64, name, algorithm string) (*signingKey, error) {
	k := &signingKey{algorithm: jose.SignatureAlgorithm(algorithm)}
	var public any
	switch algorithm {
	case "ES256":
		key, err := deriveECDSA(seed, name)
		if err != nil {
			return nil, err
		}
		k.signature, public = signES256(key), key.Public()
	case "EdDSA":
		key := ed25519.NewKeyFromSeed(derive(seed, name, 0))
		k.signature, public = func(text []byte) ([]byte, error) { return ed25519.Sign(key, text), nil }, key.Public()
	case "RS256":
		key, err := demoRSAKey()
		if err != nil {
			return nil, err
		}
		k.signature, public = signRS256(key), key.Public()
	default:
		return nil, fmt.Errorf("unknown algorithm %q (known: ES256, RS256, EdDSA)", algorithm)
	}
	kid := text(seed, "kid of "+name, 22)
	header := fmt.Sprintf(`{"alg":%q,"kid":%q,"typ":"JWT"}`, algorithm, kid)
	k.header = base64.RawURLEncoding.EncodeToString([]byte(header)) + "."
	k.public = jose.JSONWebKey{Key: public, KeyID: kid, Algorithm: algorithm, Use: "sig"}
	return k, nil
}

// signES256 signs as RFC 7518 asks: both numbers at their full length. Signatures are deterministic (RFC 6979), which is
// a quarter cheaper.
func signES256(key *ecdsa.PrivateKey) func([]byte) ([]byte, error) {
	return func(text []byte) ([]byte, error) {
		digest := sha256.Sum256(text)
		der, err := key.Sign(nil, digest[:], crypto.SHA256)
		if err != nil {
			return nil, err
		}
		var numbers struct{ R, S *big.Int }
		if _, err := asn1.Unmarshal(der, &numbers); err != nil {
			return nil, err
		}
		out := make([]byte, 64)
		numbers.R.FillBytes(out[:32])
		numbers.S.FillBytes(out[32:])
		return out, nil
	}
}

func signRS256(key *rsa.PrivateKey) func([]byte) ([]byte, error) {
	return func(text []byte) ([]byte, error) {
		digest := sha256.Sum256(text)
		return rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	}
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
	token := make([]byte, 0, 1024)
	token = append(token, k.header...)
	token = base64.RawURLEncoding.AppendEncode(token, payload)
	signature, err := k.signature(token)
	if err != nil {
		return "", fmt.Errorf("signing: %w", err)
	}
	token = append(token, '.')
	return string(base64.RawURLEncoding.AppendEncode(token, signature)), nil
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
