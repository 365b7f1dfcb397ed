package sandbox

import (
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

// Tokens that clients must not read say what the server wants to know: whose they are, and which one in a row. A server
// that can read its own tokens remembers sign-ins only, however often they are refreshed, and knows every token that it
// ever gave out again. A seal keeps others from making them.

// tokenKind keeps tokens for one purpose from serving another.
type tokenKind byte

// Kinds of what is sealed. They are written in tokens that people may keep: none may change its number.
const (
	kindAccess   tokenKind = 1 // RingCentral access token
	kindRefresh  tokenKind = 2 // RingCentral refresh token
	kindCX       tokenKind = 3 // RingCX refresh token
	kindXAuth    tokenKind = 4 // X-Auth-Token of a sign-in
	kindSession  tokenKind = 5 // session_id
	kindEndpoint tokenKind = 6 // endpoint_id
)

// sealed is what a token says.
type sealed struct {
	kind   tokenKind
	number uint64 // of the session or the sign-in
	turn   uint32 // which of its tokens, the first is 1
}

const (
	headBytes   = 16
	sealedBytes = headBytes + sha256.Size
)

// sealer makes and reads tokens. Those of another sealer are not its own.
type sealer struct{ key []byte }

func newSealer() sealer {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key)
	return sealer{key}
}

// text is what sealerOf reads.
func (s sealer) text() string { return hex.EncodeToString(s.key) }

// mask hides the head of a token with its seal, so that no two tokens look alike.
func mask(head, seal []byte) {
	for i := range head {
		head[i] ^= seal[i]
	}
}

func (t sealed) head() []byte {
	head := make([]byte, headBytes, sealedBytes)
	head[0] = byte(t.kind)
	binary.BigEndian.PutUint32(head[4:], t.turn)
	binary.BigEndian.PutUint64(head[8:], t.number)
	return head
}

func (s sealer) sum(head []byte) []byte {
	mac := hmac.New(sha256.New, s.key)
	mac.Write(head)
	return mac.Sum(nil)
}

func (s sealer) seal(t sealed) []byte {
	head := t.head()
	seal := s.sum(head)
	mask(head, seal)
	return append(head, seal...)
}

// open reads a token of a kind; false if it is not one of s.
func (s sealer) open(raw []byte, kind tokenKind) (sealed, bool) {
	if len(raw) != sealedBytes {
		return sealed{}, false
	}
	head := append(make([]byte, 0, headBytes), raw[:headBytes]...)
	mask(head, raw[headBytes:])
	t := sealed{tokenKind(head[0]), binary.BigEndian.Uint64(head[8:]), binary.BigEndian.Uint32(head[4:])}
	return t, t.kind == kind && hmac.Equal(s.sum(head), raw[headBytes:])
}

// platformToken is a token in RingCentral's shape: text for clients, with a prefix that only servers read.
func (s sealer) platformToken(t sealed) string {
	return base64.RawURLEncoding.EncodeToString(append([]byte(tokenPrefix), s.seal(t)...))
}

func (s sealer) openPlatform(token string, kind tokenKind) (sealed, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	rest, ok := strings.CutPrefix(string(raw), tokenPrefix)
	if err != nil || !ok {
		return sealed{}, false
	}
	return s.open([]byte(rest), kind)
}

// cxToken is a refresh token of RingCX.
func (s sealer) cxToken(t sealed) string { return base64.RawURLEncoding.EncodeToString(s.seal(t)) }

func (s sealer) openCX(token string, kind tokenKind) (sealed, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return sealed{}, false
	}
	return s.open(raw, kind)
}

// short is an id of 16 bytes that says nothing, and is the same whenever it is asked for.
func (s sealer) short(t sealed) [16]byte { return [16]byte(s.sum(t.head())) }

// uuid is a token in the shape of a UUID. Its second half is the head, its first the seal, so it holds smaller numbers:
// 40 bits of the number and 16 of the turn.
func (s sealer) uuid(t sealed) string {
	b := s.short(t)
	b[6] = b[6]&0x0f | 0x40
	binary.BigEndian.PutUint64(b[8:], 0x80<<56|t.number<<16|uint64(t.turn))
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func (s sealer) openUUID(token string, kind tokenKind) (sealed, bool) {
	parts := strings.Split(token, "-")
	if len(parts) != 5 {
		return sealed{}, false
	}
	v, err := strconv.ParseUint(parts[3]+parts[4], 16, 64)
	if err != nil {
		return sealed{}, false
	}
	v &^= 0x80 << 56
	t := sealed{kind, v >> 16, uint32(v & 0xffff)}
	return t, hmac.Equal([]byte(s.uuid(t)), []byte(token))
}

// opaqueToken is a token in RingCentral's shape that says nothing.
func opaqueToken() string {
	raw := append([]byte(tokenPrefix), make([]byte, sealedBytes)...)
	_, _ = rand.Read(raw[len(tokenPrefix):])
	return base64.RawURLEncoding.EncodeToString(raw)
}

func isPlatformToken(token string) bool {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	return err == nil && strings.HasPrefix(string(raw), tokenPrefix)
}

// randomText is n random bytes as base64url.
func randomText(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}

func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return formatUUID(b)
}

// formatUUID writes b as a random UUID.
func formatUUID(b [16]byte) string {
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
