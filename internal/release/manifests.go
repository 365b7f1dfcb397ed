package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

const (
	homepage    = "https://github.com/ringcx-go/ringcx"
	description = "RingCX access tokens that are always good"
)

// archive is an archive of a release, for one system and architecture.
type archive struct{ name, version, sum string }

// url is where a release has it.
func (a archive) url() string { return homepage + "/releases/download/v" + a.version + "/" + a.name }

// dir is the directory that all of it is in.
func (a archive) dir() string {
	return strings.TrimSuffix(strings.TrimSuffix(a.name, ".zip"), ".tar.gz")
}

var archiveLine = regexp.MustCompile(`(?m)^([0-9a-f]{64}) [ *](ringcx_([^_\s]+)_([a-z]+_[a-z0-9]+)\.(?:tar\.gz|zip))$`)

// archivesOf finds the archives in what sha256sum has written, by system and architecture. All have one version.
func archivesOf(checksums string) (map[string]archive, error) {
	all, version := map[string]archive{}, ""
	for _, m := range archiveLine.FindAllStringSubmatch(checksums, -1) {
		if version != "" && version != m[3] {
			return nil, fmt.Errorf("there are archives of versions %s and %s", version, m[3])
		}
		version = m[3]
		all[m[4]] = archive{name: m[2], version: m[3], sum: m[1]}
	}
	return all, nil
}

// writeManifest writes the manifest of the archives in a file of checksums.
func writeManifest(w io.Writer, checksums string, manifest func(map[string]archive) (string, error)) error {
	text, err := os.ReadFile(checksums) //nolint:gosec // what was asked for
	if err != nil {
		return err
	}
	archives, err := archivesOf(string(text))
	if err != nil {
		return err
	}
	made, err := manifest(archives)
	if err != nil {
		return fmt.Errorf("%s: %w", checksums, err)
	}
	_, err = io.WriteString(w, made)
	return err
}

// need refuses a release that lacks one of these archives.
func need(archives map[string]archive, platforms ...string) error {
	for _, p := range platforms {
		if archives[p].name == "" {
			return errors.New("there is no archive for " + p)
		}
	}
	return nil
}

// formula is for Homebrew, on macOS and Linux.
func formula(archives map[string]archive) (string, error) {
	if err := need(archives, "darwin_arm64", "darwin_amd64", "linux_arm64", "linux_amd64"); err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, `class Ringcx < Formula
  desc %q
  homepage %q
  version %q
  license "MIT"
`, description, homepage, archives["darwin_arm64"].version)
	for _, system := range []struct{ brew, ours string }{{"macos", "darwin"}, {"linux", "linux"}} {
		fmt.Fprintf(&b, "\n  on_%s do\n", system.brew)
		for _, arch := range []struct{ brew, ours string }{{"arm", "arm64"}, {"intel", "amd64"}} {
			a := archives[system.ours+"_"+arch.ours]
			fmt.Fprintf(&b, "    on_%s do\n      url %q\n      sha256 %q\n    end\n", arch.brew, a.url(), a.sum)
		}
		b.WriteString("  end\n")
	}
	b.WriteString(`
  def install
    bin.install "ringcx"
    man1.install Dir["man/*.1.gz"]
    bash_completion.install "completions/ringcx.bash" => "ringcx"
    zsh_completion.install "completions/_ringcx"
    fish_completion.install "completions/ringcx.fish"
  end

  test do
    assert_match "ringcx #{version.to_s[/\A[\d.]+/]}", shell_output("#{bin}/ringcx version")
  end
end
`)
	return b.String(), nil
}

// scoop is for Scoop, on Windows.
func scoop(archives map[string]archive) (string, error) {
	if err := need(archives, "windows_amd64", "windows_arm64"); err != nil {
		return "", err
	}
	type source struct {
		URL  string `json:"url"`
		Hash string `json:"hash"`
		Dir  string `json:"extract_dir"`
	}
	of := func(platform string) source {
		a := archives[platform]
		return source{a.url(), a.sum, a.dir()}
	}
	type manifest struct {
		Version      string            `json:"version"`
		Description  string            `json:"description"`
		Homepage     string            `json:"homepage"`
		License      string            `json:"license"`
		Architecture map[string]source `json:"architecture"`
		Bin          string            `json:"bin"`
	}
	made, err := json.MarshalIndent(manifest{
		Version: archives["windows_amd64"].version, Description: description, Homepage: homepage, License: "MIT", Bin: "ringcx.exe",
		Architecture: map[string]source{"64bit": of("windows_amd64"), "arm64": of("windows_arm64")},
	}, "", "    ")
	return string(made) + "\n", err
}
