package main

import (
	"strings"
	"testing"
)

func TestOnlyTheHighestVersionThatIsNoPrereleaseIsTheLatest(t *testing.T) {
	for _, c := range []struct{ tag, all, want string }{
		{"v0.1.0", "v0.1.0", "prerelease=false latest=true"},
		{"v0.2.0-rc.1", "v0.1.0 v0.2.0-rc.1", "prerelease=true latest=false"},
		{"v0.1.0-rc.1", "v0.1.0-rc.1", "prerelease=true latest=false"}, // also where there is nothing else
		{"v0.1.1", "v0.1.0 v0.1.1 v0.2.0", "prerelease=false latest=false"},
		{"v0.2.0", "v0.1.0 v0.2.0 v0.3.0-rc.1", "prerelease=false latest=true"},
		{"v0.10.0", "v0.9.9 v0.10.0 v0.2.0", "prerelease=false latest=true"}, // numbers, not letters
		{"v0.9.9", "v0.9.9 v0.10.0", "prerelease=false latest=false"},
		{"v1.0.0", "v1.0.0 video v2 v1.0 v09.0.0", "prerelease=false latest=true"}, // other tags are no versions
	} {
		var out strings.Builder
		if err := placeOf(&out, strings.ReplaceAll(c.all, " ", "\n"), c.tag); err != nil || strings.Join(strings.Fields(out.String()), " ") != c.want {
			t.Errorf("%s of %s: %q, %v, want %q", c.tag, c.all, out.String(), err, c.want)
		}
	}
	for _, tag := range []string{"", "main", "v1.2", "1.2.3", "v1.2.3\nlatest=true", "v01.2.3", "v1.02.3", "v1.2.00"} {
		if err := placeOf(new(strings.Builder), "", tag); err == nil {
			t.Errorf("%q is taken for a version", tag)
		}
	}
}

// placeOf runs the command with these tags at stdin.
func placeOf(w *strings.Builder, all, tag string) error {
	return run([]string{"place", tag}, strings.NewReader(all), w)
}
