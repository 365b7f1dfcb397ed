package token

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
)

// RandomText is n random bytes as base64url.
func RandomText(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// NewUUID is a random UUID.
func NewUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return FormatUUID(b)
}

// FormatUUID writes b as a random UUID.
func FormatUUID(b [16]byte) string {
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return inGroups(b)
}

// inGroups writes b in the shape of a UUID.
func inGroups(b [16]byte) string {
	text := make([]byte, 0, 36)
	for i := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			text = append(text, '-')
		}
		text = hex.AppendEncode(text, b[i:i+1])
	}
	return string(text)
}
