package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
)

// bom is a bill of materials of CycloneDX 1.5, https://cyclonedx.org/docs/1.5/json/.
type bom struct {
	Format       string       `json:"bomFormat"`
	SpecVersion  string       `json:"specVersion"`
	SerialNumber string       `json:"serialNumber"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Timestamp string    `json:"timestamp"`
	Component component `json:"component"`
}

type component struct {
	Type     string          `json:"type"`
	Ref      string          `json:"bom-ref"`
	Name     string          `json:"name"`
	Version  string          `json:"version"`
	Hashes   []hash          `json:"hashes,omitempty"`
	Licenses []licenseChoice `json:"licenses,omitempty"`
	PURL     string          `json:"purl"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type licenseChoice struct {
	License licenseID `json:"license"`
}

type licenseID struct {
	ID string `json:"id"`
}

type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn"`
}

// writeBOM writes what a program that Go has built is made of: what it says of itself, which is what was linked. The same
// program gives the same bytes: the time is that of its commit, the serial number comes from its hash.
func writeBOM(w io.Writer, binary, notices string) error {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(binary) //nolint:gosec // what was asked for
	if err != nil {
		return err
	}
	head, err := os.ReadFile(notices) //nolint:gosec // in the tree
	if err != nil {
		return err
	}
	made, err := describe(info, sha256.Sum256(content), licensesOf(string(head)))
	if err != nil {
		return fmt.Errorf("%s: %w", binary, err)
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(made)
}

// describe makes the bill of a program with this hash. licenses are those of modules, by path and version.
func describe(info *debug.BuildInfo, sum [sha256.Size]byte, licenses map[string][]licenseChoice) (*bom, error) {
	committed := setting(info, "vcs.time")
	if committed == "" {
		return nil, errors.New("it was built without its repository, so nobody knows of which commit it is")
	}
	main := component{
		Type: "application", Name: info.Main.Path, Version: info.Main.Version, PURL: purl(info.Main.Path, info.Main.Version),
		Hashes: []hash{{"SHA-256", hex.EncodeToString(sum[:])}}, Licenses: []licenseChoice{{licenseID{"MIT"}}},
	}
	main.Ref = main.PURL
	library := func(name, version string, licenses []licenseChoice) component {
		p := purl(name, version)
		return component{Type: "library", Ref: p, Name: name, Version: version, Licenses: licenses, PURL: p}
	}
	// Scanners look for the standard library by this name.
	parts := []component{library("stdlib", strings.TrimPrefix(info.GoVersion, "go"), licenses["Go"])}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		found := licenses[m.Path+" "+m.Version]
		if found == nil {
			return nil, fmt.Errorf("%s %s is not in NOTICES", m.Path, m.Version)
		}
		parts = append(parts, library(m.Path, m.Version, found))
	}
	needs := dependency{Ref: main.Ref}
	for _, p := range parts {
		needs.DependsOn = append(needs.DependsOn, p.Ref)
	}
	return &bom{
		Format: "CycloneDX", SpecVersion: "1.5", SerialNumber: serial(sum), Version: 1,
		Metadata: metadata{committed, main}, Components: parts, Dependencies: []dependency{needs},
	}, nil
}

// licensesOf reads the list at the head of NOTICES: a module, its version and its licences a line.
func licensesOf(notices string) map[string][]licenseChoice {
	all := map[string][]licenseChoice{}
	for line := range strings.Lines(notices) {
		if strings.HasPrefix(line, "===") {
			break
		}
		// The name ends where the column of licences begins, with two spaces at least.
		name, ids, ok := strings.Cut(strings.TrimSpace(line), "  ")
		if !ok || !strings.HasPrefix(line, "    ") {
			continue
		}
		for id := range strings.SplitSeq(strings.TrimSpace(ids), " AND ") {
			all[name] = append(all[name], licenseChoice{licenseID{id}})
		}
	}
	return all
}

func setting(info *debug.BuildInfo, key string) string {
	for _, s := range info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

// purl is the package URL of a Go module. A + is written as %2B in one.
func purl(path, version string) string {
	return "pkg:golang/" + strings.ToLower(path) + "@" + strings.ReplaceAll(version, "+", "%2B")
}

// serial is a UUID (version 8: made as its maker likes) of a hash.
func serial(sum [sha256.Size]byte) string {
	sum[6] = sum[6]&0x0f | 0x80
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
