package profile_test

import (
	"testing"

	"github.com/BurntSushi/toml"

	"github.com/ringcx-go/ringcx/internal/profile"
)

func TestTheAccountOfAProfileMayBeWrittenAsANumber(t *testing.T) {
	for text, want := range map[string]string{`account = "21000001"`: "21000001", `account = 21000001`: "21000001", ``: ""} {
		var p profile.Profile
		if _, err := toml.Decode(text, &p); err != nil || string(p.Account) != want {
			t.Errorf("%s: %q (%v)", text, p.Account, err)
		}
	}
	for _, text := range []string{`account = 2.5`, `account = true`, `account = [1]`} { // the control
		var p profile.Profile
		if _, err := toml.Decode(text, &p); err == nil {
			t.Errorf("%s: %q", text, p.Account)
		}
	}
}
