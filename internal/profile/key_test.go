package profile_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/profile"
)

func TestAKeyIsReadAsItIsPasted(t *testing.T) {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	for name, pasted := range map[string]string{
		"as it is":         text,
		"lines of Windows": strings.ReplaceAll(text, "\n", "\r\n"),
		"indented":         "  " + strings.ReplaceAll(text, "\n", "\n  "),
		"after a mark":     "\ufeff" + text,
		"in quotes":        `"` + text + `"`,
		"of a variable":    `"` + strings.ReplaceAll(text, "\n", `\n`) + `"`,
		"of JSON":          `"` + strings.ReplaceAll(text, "\n", `\r\n`) + `",`,
		"no-break spaces":  strings.ReplaceAll(text, " ", "\u00a0"),
		"unseen marks":     strings.ReplaceAll(text, "\n", "\u200b\n\u200b"),
	} {
		if _, err := profile.ParseKey([]byte(pasted)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if block, _ := pem.Decode([]byte("  " + strings.ReplaceAll(text, "\n", "\n  "))); block != nil {
		t.Error("an indented key is read anyhow, so this test shows nothing")
	}
}
