package seeded_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox/internal/seeded"
)

func TestASeedAndALabelGiveOneValue(t *testing.T) {
	seen := map[string]string{}
	for seed := range uint64(40) {
		for _, label := range []string{"a", "b"} {
			text := seeded.Text(seed, label, 22)
			if again := seeded.Text(seed, label, 22); again != text || len(text) != 22 || strings.HasPrefix(text, "-") || strings.HasPrefix(text, "_") {
				t.Errorf("%q, then %q", text, again)
			}
			of := fmt.Sprint(seed, label)
			if other := seen[text]; other != "" {
				t.Errorf("%s is that of %s and of %s", text, other, of)
			}
			seen[text] = of
			if n := seeded.Number(seed, label, 10); n < 0 || n > 9 || n != seeded.Number(seed, label, 10) {
				t.Errorf("a number below 10 is %d", n)
			}
			if password := seeded.Password(seed, label); len(password) != len("bada-gafa-12") || password != seeded.Password(seed, label) {
				t.Errorf("a password is %q", password)
			}
		}
	}
}
