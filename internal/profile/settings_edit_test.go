package profile_test

import (
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/profile"
)

// annotated is a config.toml on which people have worked.
const annotated = `# Ours.
# Ask Ada.

default = "a" # for now
future = { x = 1 }

# production
[profile.a] # main
  # the app of 2024
  ringcx_server_url = 'https://b' # as the vendor says
  method = "direct"
  color = "blue"

# test
[ profile . "b" ]
	method='direct'
	ringcx_server_url="https://#c" #moved
	[profile.b.more]
	x = """
[profile.a]
method = "no"
"""

# rules
[directory]
"/work" = "a" # the shop
`

func TestWhatPeopleWroteInTheSettingsStays(t *testing.T) {
	line := func(old, replacement string) string { return strings.Replace(annotated, old, replacement, 1) }
	for name, c := range map[string]struct{ profile, server, dir, rule, want string }{
		"nothing":             {"a", "https://b", "/work", "a", annotated},
		"a value":             {"a", "https://new", "/work", "a", line("'https://b'", `"https://new"`)},
		"another's value":     {"b", "https://d", "/work", "a", line(`"https://#c" #moved`, ` "https://d" #moved`)},
		"a rule":              {"a", "https://b", "/work", "b", line(`"/work" = "a" #`, `"/work" = "b" #`)},
		"a new rule":          {"a", "https://b", "/x y", "b", annotated + `"/x y" = "b"` + "\n"},
		"a rule that goes":    {"a", "https://b", "/work", "", strings.TrimSuffix(annotated, "\n# rules\n[directory]\n\"/work\" = \"a\" # the shop\n") + "\n# rules\n"},
		"a new profile":       {"c", "https://d", "/work", "a", annotated + "\n[profile.c]\n  ringcx_server_url = \"https://d\"\n  method = \"direct\"\n"},
		"a profile that goes": {"b", "", "/work", "a", strings.Replace(annotated, annotated[strings.Index(annotated, "[ profile"):strings.Index(annotated, "# rules")], "", 1)},
	} {
		for kind, form := range map[string]func(string) string{
			"as it is":      func(s string) string { return s },
			"with CRLF":     func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
			"with a mark":   func(s string) string { return "\ufeff" + s },
			"without a \\n": func(s string) string { return s },
		} {
			before, want := form(annotated), form(c.want)
			if kind == "without a \\n" {
				before = strings.TrimSuffix(before, "\n")
				if c.want == annotated || !strings.HasSuffix(want, "# the shop\n") && !strings.Contains(want, "# the shop\n") {
					want = strings.TrimSuffix(want, "\n")
				}
			}
			got, inPlace, err := profile.Entered(before, c.profile, c.server, c.dir, c.rule)
			if strings.TrimSuffix(got, "\n") != strings.TrimSuffix(want, "\n") || !inPlace || err != nil {
				t.Errorf("%s, %s: %v, %v, it is now\n%s\nand not\n%s", name, kind, inPlace, err, got, want)
			}
		}
	}
}

func TestSettingsThatCannotBeChangedLineByLineAreWrittenAnew(t *testing.T) {
	for _, text := range []string{
		"profile = {a = {method = \"direct\", ringcx_server_url = \"https://b\"}}\n",
		"profile.a = {method = \"direct\", ringcx_server_url = \"https://b\"}\n",
		"directory = {\"/work\" = \"a\"}\n",
	} {
		if _, inPlace, err := profile.Entered(text, "a", "https://new", "/work", "b"); inPlace || err != nil {
			t.Errorf("%q: %v, %v", text, inPlace, err)
		}
	}
	for _, text := range []string{
		"profile.a.method = \"direct\"\nprofile.a.ringcx_server_url = \"https://b\"\n",
		"[profile]\na.method = \"direct\"\na.ringcx_server_url = \"https://b\"\n",
		"[profile.a]\nmethod = \"direct\"\nringcx_server_url = \"\"\"\nhttps://b\"\"\"\n",
		"[profile.\"a\"]\n\"method\" = \"direct\"\n'ringcx_server_url' = \"https://b\"\n",
	} {
		if out, inPlace, err := profile.Entered(text, "a", "https://new", "/work", "b"); !inPlace || err != nil {
			t.Errorf("%q: %v, %v\n%s", text, inPlace, err, out)
		}
	}
}
