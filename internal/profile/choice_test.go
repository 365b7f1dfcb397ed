package profile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/profile"
)

var (
	apps  = []string{"", "a", "b"}
	hosts = []string{"", "https://h", "http://127.0.0.1:1", "https://platform.ringcentral.com"}
)

func drawSaid(t *rapid.T, what string) profile.Said {
	return profile.Said{
		ClientID: rapid.SampledFrom(apps).Draw(t, what+" app"), RingCentral: rapid.SampledFrom(hosts).Draw(t, what+" host"),
		RingCX: rapid.SampledFrom(hosts).Draw(t, what+" RingCX"),
	}
}

// Whatever is stored and given, an account is whole: all of it is what one place says.
func TestAnAccountIsNeverMixedFromTwoPlaces(t *testing.T) {
	names := []string{"", "default", "sandbox", "x"}
	rapid.Check(t, func(t *rapid.T) {
		stored := map[string]profile.Stored{}
		for _, name := range names[1:] {
			if rapid.Bool().Draw(t, name+" is stored") {
				stored[name] = profile.Stored{
					ClientID: rapid.SampledFrom(apps[1:]).Draw(t, "app"), RingCentral: rapid.SampledFrom(hosts[1:]).Draw(t, "host"),
					RingCX: rapid.SampledFrom(hosts[1:]).Draw(t, "RingCX"), JWT: rapid.SampledFrom([]string{"", "j", "k"}).Draw(t, "its JWT"),
				}
			}
		}
		flags, vars := drawSaid(t, "flags'"), drawSaid(t, "variables'")
		named, jwt := rapid.SampledFrom(names).Draw(t, "named"), rapid.SampledFrom([]string{"", "j"}).Draw(t, "JWT")
		profile, own, note, err := profile.Choose(stored, named, flags, vars, jwt)
		if err != nil {
			if !errors.Is(err, ringcx.ErrLoginRequired) && jwt == "" { // half an account is a mistake
				t.Fatalf("not a call for a login: %v", err)
			}
			return
		}
		p, known := stored[profile]
		if profile != "" && !known || profile == "" && !own {
			t.Fatalf("profile %q does not exist", profile)
		}
		if named != "" {
			if profile != named || own {
				t.Fatalf("%q was named, and %q is used", named, profile)
			}
			return
		}
		want := func(flag, variable string) string {
			if flag != "" {
				return flag
			}
			return variable
		}
		app, rc, cx := want(flags.ClientID, vars.ClientID), want(flags.RingCentral, vars.RingCentral), want(flags.RingCX, vars.RingCX)
		if known {
			for _, pair := range [][2]string{{app, p.ClientID}, {rc, p.RingCentral}, {cx, p.RingCX}} {
				if pair[0] != "" && pair[0] != pair[1] {
					t.Fatalf("%v was given, and a profile at %v is used", []string{app, rc, cx}, p)
				}
			}
		}
		if app != "" && known && (rc == "" && p.RingCentral != ringcx.Production.RingCentral || cx == "" && p.RingCX != ringcx.Production.RingCX) {
			t.Fatalf("an app of production is that of %v", p)
		}
		if own != (jwt != "") || own && known && p.JWT != jwt {
			t.Fatalf("a JWT was given: %v; profile %q with the JWT %q is used", jwt != "", profile, p.JWT)
		}
		if app == "" && profile != "default" && note == "" {
			t.Fatalf("another profile than the default, %q, in silence", profile)
		}
	})
}

func TestNamesThatAreNotThereAreToldWithTheNearest(t *testing.T) {
	stored := map[string]profile.Stored{}
	for _, name := range []string{"sales", "support", "sandbox", "a", "b", "c", "d", "e", "f", "g"} {
		stored[name] = profile.Stored{ClientID: "a", RingCentral: "https://h", RingCX: "https://h"}
	}
	for typed, want := range map[string]string{"slaes": "sales", "upport": "support", "sandbax": "sandbox", "": ""} {
		_, _, _, err := profile.Choose(stored, typed, profile.Said{}, profile.Said{}, "")
		if want == "" {
			want = "default"
		}
		text := fmt.Sprint(err)
		if _, list, _ := strings.Cut(text, "(there is "); !strings.HasPrefix(list, want) && want != "default" || !strings.Contains(text, want) {
			t.Errorf("%q: %s", typed, text)
		}
	}
}
