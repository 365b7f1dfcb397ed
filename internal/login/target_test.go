package login_test

import (
	"slices"
	"testing"

	"github.com/ringcx-go/ringcx/internal/login"
)

func TestSandboxesAndProductionHaveProfilesOfTheirOwn(t *testing.T) {
	for _, c := range []struct {
		server, byDefault string
		stored            []string // at loopback if they begin with "box"
		profile, after    string   // after: the default afterwards
	}{
		{"http://127.0.0.1:8787", "", nil, "sandbox", "sandbox"},
		{"http://[::1]:8787", "", []string{"sandbox"}, "sandbox", ""},
		{"http://x.LOCALHOST:1", "", []string{"default"}, "sandbox", ""},
		{"http://127.0.0.1:8787", "sales", []string{"sales"}, "sandbox", "sales"},
		{"https://platform.ringcentral.com", "", nil, "default", ""},
		{"https://platform.ringcentral.com", "sandbox", []string{"sandbox"}, "default", "default"},
		{"https://platform.ringcentral.com", "box", []string{"box"}, "default", "default"},
		{"https://platform.ringcentral.com", "sales", []string{"sales"}, "default", "sales"},
		{"https://127.0.0.1.example.com", "", nil, "default", ""},
		{"https://localhost.", "", nil, "default", ""},
	} {
		profile, after := login.ProfileFor(c.server, c.byDefault, c.stored)
		if c.after == "" && !slices.Contains(c.stored, "default") && c.profile == "sandbox" {
			c.after = "sandbox"
		}
		if profile != c.profile || after != c.after {
			t.Errorf("%s with %v and the default %q: profile %q, default %q, want %q and %q", c.server, c.stored, c.byDefault, profile, after, c.profile, c.after)
		}
	}
}
