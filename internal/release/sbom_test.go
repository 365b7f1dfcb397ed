package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

// program is what a program says of itself.
func program() *debug.BuildInfo {
	return &debug.BuildInfo{
		GoVersion: "go1.26.8",
		Main:      debug.Module{Path: "github.com/ringcx-go/ringcx", Version: "v0.1.0+dirty"},
		Deps: []*debug.Module{
			{Path: "example.com/Old", Version: "v1.0.0", Replace: &debug.Module{Path: "example.com/New", Version: "v2.0.0"}},
			{Path: "example.com/two", Version: "v1.2.3"},
		},
		Settings: []debug.BuildSetting{{Key: "vcs.time", Value: "2026-11-30T11:15:28Z"}},
	}
}

const head = "words\n\n    Go                        BSD-3-Clause\n    example.com/New v2.0.0    MIT\n    example.com/two v1.2.3    Apache-2.0 AND MIT\n\n====\n    not v1  MIT\n"

func TestTheBillOfAProgramIsOfWhatItWasLinkedOf(t *testing.T) {
	sum := sha256.Sum256([]byte("program"))
	made, err := describe(program(), sum, licensesOf(head))
	if err != nil {
		t.Fatal(err)
	}
	var refs []string
	for _, c := range made.Components {
		refs = append(refs, c.Ref)
		if len(c.Licenses) == 0 || c.Ref != c.PURL {
			t.Errorf("%s has the licences %v and the reference %s", c.PURL, c.Licenses, c.Ref)
		}
	}
	want := []string{"pkg:golang/stdlib@1.26.8", "pkg:golang/example.com/new@v2.0.0", "pkg:golang/example.com/two@v1.2.3"}
	if !slices.Equal(refs, want) {
		t.Errorf("it has %q, want %q", refs, want)
	}
	if d := made.Dependencies; len(d) != 1 || d[0].Ref != made.Metadata.Component.Ref || !slices.Equal(d[0].DependsOn, refs) {
		t.Errorf("it depends on %v", d)
	}
	if main := made.Metadata.Component; main.PURL != "pkg:golang/github.com/ringcx-go/ringcx@v0.1.0%2Bdirty" || main.Hashes[0].Content != hex.EncodeToString(sum[:]) {
		t.Errorf("the program is %+v", main)
	}
	if made.Metadata.Timestamp != "2026-11-30T11:15:28Z" {
		t.Errorf("it is of %s", made.Metadata.Timestamp)
	}
}

func TestOneProgramAlwaysHasTheSameBillAndAnotherHasAnother(t *testing.T) {
	one, other := serial(sha256.Sum256([]byte("one"))), serial(sha256.Sum256([]byte("other")))
	if !regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(one) {
		t.Errorf("%s is no UUID", one)
	}
	if one != serial(sha256.Sum256([]byte("one"))) || one == other {
		t.Errorf("%s and %s", one, other)
	}
}

func TestAProgramOfWhichNobodyKnowsEnoughHasNoBill(t *testing.T) {
	sum := sha256.Sum256(nil)
	unknown := program()
	unknown.Settings = nil
	if _, err := describe(unknown, sum, licensesOf(head)); err == nil || !strings.Contains(err.Error(), "repository") {
		t.Errorf("without its commit: %v", err)
	}
	if _, err := describe(program(), sum, licensesOf(strings.ReplaceAll(head, "v1.2.3", "v1.2.4"))); err == nil || !strings.Contains(err.Error(), "example.com/two v1.2.3 is not in NOTICES") {
		t.Errorf("with a module that has no licence: %v", err)
	}
	if err := writeBOM(new(strings.Builder), "sbom.go", "../../NOTICES"); err == nil {
		t.Error("a file that is no program has a bill")
	}
}

func TestTheListInTheNoticesIsReadAsItIsWritten(t *testing.T) {
	kept, err := os.ReadFile("../../NOTICES")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(licensesOf(string(kept))); n != strings.Count(string(kept), "\n    ")-strings.Count(string(kept[strings.Index(string(kept), "\n===="):]), "\n    ") {
		t.Errorf("%d modules are read", n)
	}
	if got := licensesOf(head)["example.com/two v1.2.3"]; len(got) != 2 || got[0].License.ID != "Apache-2.0" {
		t.Errorf("read %v", got)
	}
}
