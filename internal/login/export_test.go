package login

import (
	"strings"

	"github.com/ringcx-go/ringcx/internal/profile"
)

// ProfileFor is the profile of a login at a server that names none, and the default after it.
func ProfileFor(server, byDefault string, stored []string) (name, after string) {
	s := &profile.Settings{Default: byDefault, Profiles: map[string]profile.Profile{}}
	for _, name := range stored {
		p := profile.Profile{ClientID: "x", RingCentral: "https://elsewhere", RingCX: "https://elsewhere"}
		if strings.HasSuffix(name, "box") {
			p.RingCentral, p.RingCX = "http://localhost:2", "http://localhost:2"
		}
		s.Profiles[name] = p
	}
	t := &target{at: profile.NewLineage("a", server, server)}
	t.name = profile.NameFor(t.at)
	t.save(s, profile.Profile{})
	return t.name, s.Default
}
