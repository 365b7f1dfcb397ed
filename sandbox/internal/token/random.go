package token

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
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
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
