package token_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox/internal/token"
)

// shapes are the three shapes of an opaque token: what makes one, and what reads it as a kind.
var shapes = map[string]struct {
	kind token.Kind
	give func(m token.Maker, number uint64, turn uint32) string
	read func(m token.Maker, text string) (token.Opaque, bool)
}{
	"RingCentral": {
		token.Refresh,
		func(m token.Maker, number uint64, turn uint32) string {
			return m.RingCentral(token.Refresh, number, turn)
		},
		func(m token.Maker, text string) (token.Opaque, bool) { return m.ReadRingCentral(text, token.Refresh) },
	},
	"RingCX": {token.RingCXRefresh, token.Maker.RingCX, token.Maker.ReadRingCX},
	"UUID":   {token.XAuth, token.Maker.UUID, token.Maker.ReadUUID},
}

func TestATokenIsReadByItsMakerOnly(t *testing.T) {
	m, other := token.NewMaker(), token.NewMaker()
	again, err := token.ReadMaker(m.Text())
	if err != nil {
		t.Fatal(err)
	}
	for name, shape := range shapes {
		text := shape.give(m, 1<<40-1, 1<<16-1)
		want := token.Opaque{Kind: shape.kind, Number: 1<<40 - 1, Turn: 1<<16 - 1}
		for _, maker := range []token.Maker{m, again} {
			if got, ok := shape.read(maker, text); !ok || got != want {
				t.Errorf("%s: read %+v, %v", name, got, ok)
			}
		}
		if _, ok := shape.read(other, text); ok {
			t.Errorf("%s: another maker reads it", name)
		}
		for i := range text {
			altered := []byte(text)
			altered[i] ^= 4
			if got, ok := shape.read(m, string(altered)); ok {
				t.Errorf("%s: altered at %d it is read as %+v", name, i, got)
			}
		}
		if _, ok := shape.read(m, ""); ok {
			t.Errorf("%s: an empty text is read", name)
		}
	}
	for _, text := range []string{"", "xyz"} {
		if _, err := token.ReadMaker(text); err == nil {
			t.Errorf("%q is a key", text)
		}
	}
}

// Tokens that were handed out stay good: their seals are those that RFC 2104 describes.
func TestASealIsAnHMAC(t *testing.T) {
	for _, key := range []string{"k", strings.Repeat("key", 10), strings.Repeat("long", 40)} {
		m, err := token.ReadMaker(hex.EncodeToString([]byte(key)))
		if err != nil {
			t.Fatal(err)
		}
		raw, err := base64.RawURLEncoding.DecodeString(m.RingCX(7, 3))
		if err != nil {
			t.Fatal(err)
		}
		head, seal := raw[:len(raw)-sha256.Size], raw[len(raw)-sha256.Size:]
		for i := range head {
			head[i] ^= seal[i]
		}
		want := hmac.New(sha256.New, []byte(key))
		want.Write(head)
		if !hmac.Equal(seal, want.Sum(nil)) {
			t.Errorf("with a key of %d bytes the seal of %x is %x", len(key), head, seal)
		}
	}
}

func TestATokenServesOnePurpose(t *testing.T) {
	m := token.NewMaker()
	text := m.RingCentral(token.Access, 1, 1)
	if _, ok := m.ReadRingCentral(text, token.Access); !ok || !token.IsRingCentral(text) {
		t.Error("it is not read as what it is")
	}
	if _, ok := m.ReadRingCentral(text, token.Refresh); ok {
		t.Error("an access token serves as a refresh token")
	}
	nothing := token.RandomRingCentral()
	if _, ok := m.ReadRingCentral(nothing, token.Access); ok || !token.IsRingCentral(nothing) || token.IsRingCentral(m.RingCX(1, 1)) {
		t.Error("a text of RingCentral's shape that says nothing is read, or the shapes look alike")
	}
}
