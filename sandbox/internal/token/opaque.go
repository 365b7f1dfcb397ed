// Package token makes and reads the tokens of both servers: opaque ones, which clients must not read, and the keys that sign
// JWTs. It knows nothing of sessions.
package token

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// prefix is what RingCentral tokens of the sandbox begin with, once decoded.
const prefix = "SBX01P01PAS00|"

// Kind keeps tokens for one purpose from serving another.
type Kind byte

// Kinds of opaque tokens and of the ids beside them. They are written in tokens that people may keep: none may change its number.
const (
	Access        Kind = 1 // RingCentral access token
	Refresh       Kind = 2 // RingCentral refresh token
	RingCXRefresh Kind = 3 // RingCX refresh token
	XAuth         Kind = 4 // X-Auth-Token of a sign-in
	Session       Kind = 5 // session_id
	Endpoint      Kind = 6 // endpoint_id
)

// Opaque is what an opaque token says: whose it is, and which one in a row. A server that can read its own tokens remembers
// sign-ins only, however often they are refreshed, and knows every token that it ever gave out again. A seal keeps others
// from making them.
type Opaque struct {
	Kind   Kind
	Number uint64 // of the session or the sign-in
	Turn   uint32 // which of its tokens, the first is 1
}

const (
	headBytes   = 16
	opaqueBytes = headBytes + sha256.Size
)

// Maker makes and reads opaque tokens. It does not read those of another Maker.
type Maker struct {
	key          []byte
	inner, outer [sha256.BlockSize]byte // the key as its seals have it
}

// NewMaker gives a Maker with a random key.
func NewMaker() Maker {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key)
	return newMaker(key)
}

func newMaker(key []byte) Maker {
	m := Maker{key: key}
	if len(key) > sha256.BlockSize {
		short := sha256.Sum256(key)
		key = short[:]
	}
	copy(m.inner[:], key)
	copy(m.outer[:], key)
	for i := range sha256.BlockSize {
		m.inner[i] ^= 0x36
		m.outer[i] ^= 0x5c
	}
	return m
}

// Text is the key, for [ReadMaker]. It is a secret.
func (m Maker) Text() string { return hex.EncodeToString(m.key) }

// ReadMaker reads what [Maker.Text] gives.
func ReadMaker(text string) (Maker, error) {
	key, err := hex.DecodeString(text)
	if err != nil || len(key) == 0 {
		return Maker{}, fmt.Errorf("seals: %q is no key", text)
	}
	return newMaker(key), nil
}

// mask hides the head of a token with its seal, so that no two tokens look alike.
func mask(head, seal []byte) {
	for i := range head {
		head[i] ^= seal[i]
	}
}

func (t Opaque) head() (head [headBytes]byte) {
	head[0] = byte(t.Kind)
	binary.BigEndian.PutUint32(head[4:], t.Turn)
	binary.BigEndian.PutUint64(head[8:], t.Number)
	return head
}

// sum is the HMAC of head with SHA-256, as RFC 2104 has it: the same as that of crypto/hmac, which would allocate eight times
// for each, and a sign-in has several.
func (m Maker) sum(head [headBytes]byte) [sha256.Size]byte {
	var first [len(m.inner) + headBytes]byte
	copy(first[copy(first[:], m.inner[:]):], head[:])
	inside := sha256.Sum256(first[:])
	var second [len(m.outer) + len(inside)]byte
	copy(second[copy(second[:], m.outer[:]):], inside[:])
	return sha256.Sum256(second[:])
}

// seal writes t behind what is in to.
func (m Maker) seal(to []byte, t Opaque) []byte {
	head := t.head()
	seal := m.sum(head)
	mask(head[:], seal[:])
	return append(append(to, head[:]...), seal[:]...)
}

// open reads a token of a kind; false if it is not one of m.
func (m Maker) open(raw []byte, kind Kind) (Opaque, bool) {
	if len(raw) != opaqueBytes {
		return Opaque{}, false
	}
	head := [headBytes]byte(raw)
	mask(head[:], raw[headBytes:])
	t := Opaque{Kind(head[0]), binary.BigEndian.Uint64(head[8:]), binary.BigEndian.Uint32(head[4:])}
	seal := m.sum(head)
	return t, t.Kind == kind && hmac.Equal(seal[:], raw[headBytes:])
}

// RingCentral makes a token in RingCentral's shape: text for clients, with a prefix that only servers read.
func (m Maker) RingCentral(kind Kind, number uint64, turn uint32) string {
	raw := append(make([]byte, 0, len(prefix)+opaqueBytes), prefix...)
	return base64.RawURLEncoding.EncodeToString(m.seal(raw, Opaque{kind, number, turn}))
}

// ReadRingCentral reads a token that [Maker.RingCentral] made; false if it is not one of m, or of another kind.
func (m Maker) ReadRingCentral(token string, kind Kind) (Opaque, bool) {
	rest, ok := inRingCentral(token)
	if !ok {
		return Opaque{}, false
	}
	return m.open(rest, kind)
}

// RingCX makes a refresh token of RingCX.
func (m Maker) RingCX(number uint64, turn uint32) string {
	return base64.RawURLEncoding.EncodeToString(m.seal(make([]byte, 0, opaqueBytes), Opaque{RingCXRefresh, number, turn}))
}

// ReadRingCX reads a token that [Maker.RingCX] made; false if it is not one of m.
func (m Maker) ReadRingCX(token string) (Opaque, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return Opaque{}, false
	}
	return m.open(raw, RingCXRefresh)
}

// Short is an id of a session: 16 bytes that say nothing, the same whenever they are asked for.
func (m Maker) Short(kind Kind, number uint64) [16]byte {
	return m.short(Opaque{Kind: kind, Number: number})
}

func (m Maker) short(t Opaque) [16]byte {
	seal := m.sum(t.head())
	return [16]byte(seal[:])
}

// UUID makes an X-Auth-Token, in the shape of a UUID. Its second half is the head, its first the seal, so it holds smaller numbers:
// 40 bits of the number and 16 of the turn.
func (m Maker) UUID(number uint64, turn uint32) string {
	t := Opaque{XAuth, number, turn}
	b := m.short(t)
	b[6] = b[6]&0x0f | 0x40
	binary.BigEndian.PutUint64(b[8:], 0x80<<56|t.Number<<16|uint64(t.Turn))
	return inGroups(b)
}

// ReadUUID reads a token that [Maker.UUID] made; false if it is not one of m.
func (m Maker) ReadUUID(token string) (Opaque, bool) {
	parts := strings.Split(token, "-")
	if len(parts) != 5 {
		return Opaque{}, false
	}
	v, err := strconv.ParseUint(parts[3]+parts[4], 16, 64)
	if err != nil {
		return Opaque{}, false
	}
	v &^= 0x80 << 56
	t := Opaque{XAuth, v >> 16, uint32(v & 0xffff)}
	return t, hmac.Equal([]byte(m.UUID(t.Number, t.Turn)), []byte(token))
}

// RandomRingCentral makes a token in RingCentral's shape that says nothing.
func RandomRingCentral() string {
	raw := append([]byte(prefix), make([]byte, opaqueBytes)...)
	_, _ = rand.Read(raw[len(prefix):])
	return base64.RawURLEncoding.EncodeToString(raw)
}

// IsRingCentral reports whether token has the shape of a RingCentral token of any server of the sandbox.
func IsRingCentral(token string) bool {
	if strings.Contains(token, ".") { // as a JWT has it, which is what comes most often
		return false
	}
	_, ok := inRingCentral(token)
	return ok
}

// inRingCentral is what a token in RingCentral's shape has behind its prefix.
func inRingCentral(token string) (rest []byte, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	rest, ok = bytes.CutPrefix(raw, []byte(prefix))
	return rest, ok && err == nil
}
