package profile_test

import (
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/profile"
)

func TestWhatIsOfAnotherTypeIsToldWithItsLineAndWhatBelongsThere(t *testing.T) {
	const sound = "[profile.a]\nmethod = \"direct\"\nringcx_server_url = \"https://b\"\n"
	for text, want := range map[string]string{
		"\nprofile = 3\n":                       `line 2: profile is 3, and has to be a table, such as [profile.NAME]`,
		"profile = \"a\"\n":                     `line 1: profile is a text, and has to be a table, such as [profile.NAME]`,
		"[[profile]]\n":                         `line 1: profile is a list, and has to be a table, such as [profile.NAME]`,
		sound + "[default]\n":                   `line 4: default is a table, and has to be the name of a profile, in quotes`,
		"default = true\n" + sound:              `line 1: default is true, and has to be the name of a profile, in quotes`,
		"directory = []\n" + sound:              `line 1: directory is a list, and has to be a table of directories and profiles, [directory]`,
		sound + "[directory]\n\"/a\" = 1\n":     `line 5: directory."/a" is 1, and has to be the name of a profile, in quotes`,
		sound + "[directory]\n\"/a\" = \"a\"\n": "",
	} {
		_, _, err := profile.ParseSettings([]byte(text))
		if (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestAProfileThatCannotBeUsedKeepsNoOtherFromIt(t *testing.T) {
	const sound = "[profile.a]\nmethod = \"direct\"\nringcx_server_url = \"https://b\"\n"
	for bad, want := range map[string]string{
		"[profile.z]\n":                      `line 4: profile "z": ringcx_server_url is missing`,
		"[profile.z]\nmethod = \"pigeon\"\n": `line 4: profile "z": unknown method "pigeon"`,
		"[profile.z]\nmethod = 3\n":          `line 5: profile.z.method is 3, and has to be a text, in quotes`,
		"[profile]\nz = 3\n":                 `line 5: profile.z is 3, and has to be a table, [profile.NAME] and its settings below`,
		"[profile.z]\nclient_id = \"x\"\nringcx_server_url = \"https://b\"\n":             `line 4: profile "z": client_id or server_url is missing`,
		"[profile.\"A b\"]\nmethod = \"legacy\"\nringcx_server_url = \"https://b\"\n":     `line 4: "A b" is not a profile name: "A" may not be in it`,
		"[profile.\"a.b\"]\nmethod = \"legacy\"\nringcx_server_url = \"https://b\"\n":     `line 4: "a.b" is not a profile name: "." may not be in it`,
		"[profile.\"\\u00e9\"]\nmethod = \"legacy\"\nringcx_server_url = \"https://b\"\n": `line 4: "é" is not a profile name: "é" may not be in it`,
		"[profile.z.y]\nringcx_server_url = \"https://b\"\n":                              `line 4: profile "z": ringcx_server_url is missing`,
		"[profile.z]\nclient_auth = \"basic\"\n":                                          `line 4: profile "z": unknown client_auth "basic"`,
		"[profile.\"z z\"]\nmethod = \"jwt\"\n":                                           `line 4: profile "z z": ringcx_server_url is missing`,
		"[profile.z]\nringcx_server_url = \"https://b\"\nMethod = \"direct\"\n":           `line 6: "profile.z.Method" is written "method"`,
	} {
		invalid, err := profile.Unfit(sound + bad)
		if err != nil || len(invalid) != 1 || invalid[0] != want {
			t.Errorf("%q: %q, %v, want %q", bad, invalid, err, want)
		}
		out, inPlace, err := profile.Entered(sound+bad, "b", "https://c", "", "")
		if strings.HasPrefix(bad, "[profile]") {
			continue // written so, it takes no others
		}
		if err != nil || !inPlace || !strings.Contains(out, bad) {
			t.Errorf("another profile cannot be entered beside %q: %v\n%s", bad, err, out)
		}
	}
}

func TestANameThatIsNoneIsToldWhichRuleItBreaks(t *testing.T) {
	for name, want := range map[string]string{
		"": "it is empty", "-a": `it begins with "-"`, "_a": `it begins with "_"`, "A b": `"A" may not be in it`, "a b": `" " may not be in it`,
		"..": `"." may not be in it`, "a/b": `"/" may not be in it`, "é": `"é" may not be in it`, strings.Repeat("a", 65): "it has 65 characters, and may have 64",
		"ledger-x": `names that begin with "ledger-" are taken`, "a-b_9": "", strings.Repeat("a", 64): "", "0": "",
	} {
		if got := profile.BrokenName(name); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestATableThatNothingOpensIsReadAsFastAsOneThatIsOpened(t *testing.T) {
	const profiles = "[profile.a]\nmethod = \"direct\"\nringcx_server_url = \"https://b\"\n"
	cost := func(text string) float64 {
		return testing.AllocsPerRun(20, func() {
			if _, warnings, err := profile.ParseSettings([]byte(text)); err != nil || warnings != nil {
				t.Fatalf("%q: %q, %v", text, warnings, err)
			}
		})
	}
	bare, opened := cost(profiles), cost("[profile]\n"+profiles)
	if bare > 1.5*opened {
		t.Errorf("%q takes %v allocations, and %v behind [profile]: it is read more than once", profiles, bare, opened)
	}
}
