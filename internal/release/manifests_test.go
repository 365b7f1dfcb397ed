package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// checksums of a release, of which each archive has another.
func checksums(version string) string {
	var b strings.Builder
	for i, p := range platforms {
		ending := ".tar.gz"
		if p.os == "windows" {
			ending = ".zip"
		}
		b.WriteString(strings.Repeat(string(rune('a'+i)), 64) + "  ringcx_" + version + "_" + p.os + "_" + p.arch + ending + "\n")
	}
	return b.String() + strings.Repeat("0", 64) + "  ringcx_" + version + "_amd64.deb\n"
}

// manifest runs the command on a file of checksums.
func manifest(t *testing.T, kind, sums string) (string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "checksums.txt")
	if err := os.WriteFile(file, []byte(sums), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	err := run([]string{kind, file}, nil, &out)
	return out.String(), err
}

func TestTheFormulaHasTheArchiveOfEachSystem(t *testing.T) {
	made, err := manifest(t, "formula", checksums("1.2.3-rc.1"))
	if err != nil {
		t.Fatal(err)
	}
	rest := made
	for _, want := range []string{
		`version "1.2.3-rc.1"`,
		"on_macos do", "on_arm do", `url "https://github.com/ringcx-go/ringcx/releases/download/v1.2.3-rc.1/ringcx_1.2.3-rc.1_darwin_arm64.tar.gz"`, `sha256 "dddd`,
		"on_intel do", `_darwin_amd64.tar.gz"`, `sha256 "cccc`,
		"on_linux do", "on_arm do", `_linux_arm64.tar.gz"`, `sha256 "bbbb`,
		"on_intel do", `_linux_amd64.tar.gz"`, `sha256 "aaaa`,
		`bin.install "ringcx"`,
	} {
		_, after, ok := strings.Cut(rest, want)
		if !ok {
			t.Fatalf("%q is missing, or not in its place:\n%s", want, made)
		}
		rest = after
	}
}

func TestTheManifestForScoopHasTheArchivesOfWindows(t *testing.T) {
	made, err := manifest(t, "scoop", checksums("1.2.3"))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Version, Bin string
		Architecture map[string]struct {
			URL, Hash string
			Dir       string `json:"extract_dir"`
		}
	}
	if err := json.Unmarshal([]byte(made), &got); err != nil {
		t.Fatal(err)
	}
	a := got.Architecture["arm64"]
	if got.Version != "1.2.3" || got.Bin != "ringcx.exe" || len(got.Architecture) != 2 || a.Hash != strings.Repeat("f", 64) ||
		a.URL != "https://github.com/ringcx-go/ringcx/releases/download/v1.2.3/ringcx_1.2.3_windows_arm64.zip" || a.Dir != "ringcx_1.2.3_windows_arm64" {
		t.Errorf("it is %s", made)
	}
}

func TestAReleaseThatLacksAnArchiveHasNoManifest(t *testing.T) {
	without := func(platform string) string {
		var kept []string
		for line := range strings.Lines(checksums("1.2.3")) {
			if !strings.Contains(line, platform) {
				kept = append(kept, line)
			}
		}
		return strings.Join(kept, "")
	}
	for _, c := range []struct{ kind, sums, want string }{
		{"formula", without("linux_arm64"), "no archive for linux_arm64"},
		{"scoop", without("windows_amd64"), "no archive for windows_amd64"},
		{"scoop", checksums("1.2.3") + checksums("1.2.4"), "versions 1.2.3 and 1.2.4"},
	} {
		if made, err := manifest(t, c.kind, c.sums); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q\n%s", c.kind, err, c.want, made)
		}
	}
	if err := run([]string{"formul"}, nil, new(strings.Builder)); err == nil {
		t.Error("it does what nobody knows")
	}
}
