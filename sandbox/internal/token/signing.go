package token

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"sync"

	"github.com/go-jose/go-jose/v4"

	"github.com/ringcx-go/ringcx/sandbox/internal/recent"
	"github.com/ringcx-go/ringcx/sandbox/internal/seeded"
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

// Key signs and verifies compact JWTs. It is safe for concurrent use.
type Key struct {
	algorithm jose.SignatureAlgorithm
	header    string // of every token, encoded, with the dot behind it
	signature func(text []byte) ([]byte, error)
	public    jose.JSONWebKey
}

// NewKey makes the key of a name and algorithm; the same seed gives the same key, but for RS256: making
// one takes too long, so all have that of the demo. Algorithms are ES256, EdDSA and RS256.
func NewKey(seed uint64, name, algorithm string) (*Key, error) {
	k := &Key{algorithm: jose.SignatureAlgorithm(algorithm)}
	var public any
	switch algorithm {
	case "ES256":
		key, err := deriveECDSA(seed, name)
		if err != nil {
			return nil, err
		}
		k.signature, public = signES256(key), key.Public()
	case "EdDSA":
		raw := seeded.Bytes(seed, name, 0)
		key := ed25519.NewKeyFromSeed(raw[:])
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
	kid := seeded.Text(seed, "kid of "+name, 22)
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
		// A sequence of two numbers, each behind its kind and its length in a byte.
		r, s := der[4:4+der[3]], der[6+der[3]:]
		out := make([]byte, 64)
		fill(out[:32], r)
		fill(out[32:], s)
		return out, nil
	}
}

// fill writes a number, which may have zeros before it, at the end of room.
func fill(room, number []byte) {
	number = bytes.TrimLeft(number, "\x00")
	copy(room[len(room)-len(number):], number)
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
		raw := seeded.Bytes(seed, name, round)
		if key, err = ecdsa.ParseRawPrivateKey(elliptic.P256(), raw[:]); err == nil {
			return key, nil
		}
	}
	return nil, fmt.Errorf("deriving a key: %w", err)
}

// Sign makes a compact JWT of claims.
func (k *Key) Sign(claims any) (string, error) {
	text, err := k.text(claims)
	if err != nil {
		return "", err
	}
	return k.signed(text)
}

// once are the latest tokens that SignOnce made, by their texts without the signature.
var once = struct {
	sync.Mutex
	tokens *recent.Map[string]
}{tokens: recent.New[string](onceKept)}

const onceKept = 200

// SignOnce is Sign for claims that many servers of the process have in common, as those of one seed begin with one credential: a
// signature takes longer than all the rest of a start. A text has one signature, and names its key, so it is made once.
func (k *Key) SignOnce(claims any) (string, error) {
	text, err := k.text(claims)
	if err != nil {
		return "", err
	}
	once.Lock()
	defer once.Unlock()
	if token, is := once.tokens.Get(string(text)); is {
		return token, nil
	}
	token, err := k.signed(text)
	if err == nil {
		once.tokens.Put(token[:len(text)], token)
	}
	return token, err
}

// text is what is signed: header and claims, encoded, with room for the signature.
func (k *Key) text(claims any) ([]byte, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return nil, fmt.Errorf("encoding claims: %w", err)
	}
	text := append(make([]byte, 0, 1024), k.header...)
	return base64.RawURLEncoding.AppendEncode(text, payload), nil
}

// signed is the token of a text.
func (k *Key) signed(token []byte) (string, error) {
	signature, err := k.signature(token)
	if err != nil {
		return "", fmt.Errorf("signing: %w", err)
	}
	token = append(token, '.')
	return string(base64.RawURLEncoding.AppendEncode(token, signature)), nil
}

// Verify reports whether k signed token.
func (k *Key) Verify(token string) bool {
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{k.algorithm})
	if err != nil {
		return false
	}
	_, err = jws.Verify(k.public)
	return err == nil
}

// JWKS is the key set that publishes k.
func (k *Key) JWKS() jose.JSONWebKeySet {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{k.public}}
}
