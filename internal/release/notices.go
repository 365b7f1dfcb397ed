package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// command is the package that is released.
const command = "./cmd/ringcx"

// platforms are the systems and architectures that are released.
var platforms = []struct{ os, arch string }{
	{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}, {"windows", "arm64"},
}

// linked is a module that is linked into the command, and the directories of its packages that are.
type linked struct {
	path    string // "Go" is the standard library
	version string // "" for Go, whose version every program tells
	root    string // where the module lies
	dirs    map[string]bool
}

// name is the module as NOTICES has it.
func (m *linked) name() string { return strings.TrimSpace(m.path + " " + m.version) }

// writeNotices writes the licences of all that is linked into the command on any platform.
func writeNotices(w io.Writer, dir string) error {
	modules, err := linkedModules(dir)
	if err != nil {
		return err
	}
	return noticesOf(w, modules)
}

// noticesOf writes the licences of these modules. One that is not of the known kinds is an error.
func noticesOf(w io.Writer, modules []*linked) error {
	var head, texts bytes.Buffer
	for _, m := range modules {
		files, err := licenceFiles(m)
		if err != nil {
			return err
		}
		var kinds []string
		for _, f := range files {
			found := kindsOf(f.text)
			kinds = append(kinds, found...)
			if len(found) == 0 && f.isLicence() {
				return fmt.Errorf("%s: %s is of a kind that is not known: read it, and teach internal/release/notices.go", m.name(), f.name)
			}
			fmt.Fprintf(&texts, "\n%s\n%s, %s\n\n%s\n", strings.Repeat("=", 80), m.name(), f.name, strings.TrimSpace(f.text))
		}
		if len(kinds) == 0 {
			return fmt.Errorf("%s has no licence", m.name())
		}
		slices.Sort(kinds)
		fmt.Fprintf(&head, "    %-66s %s\n", m.name(), strings.Join(slices.Compact(kinds), " AND "))
	}
	_, err := fmt.Fprintf(w, "ringcx has these parts of other authors in it, on all systems or on one. Their licences follow.\n\n%s%s", head.String(), texts.String())
	return err
}

// linkedModules asks Go what the command is linked of, on every platform.
func linkedModules(dir string) ([]*linked, error) {
	byName := map[string]*linked{}
	for _, p := range platforms {
		cmd := exec.CommandContext(context.Background(), "go", "list", "-deps", "-f",
			"{{if .Standard}}Go\t\t{{.Root}}\t{{.Root}}{{else if not .Module.Main}}{{.Module.Path}}\t{{.Module.Version}}\t{{.Module.Dir}}\t{{.Dir}}{{end}}", command)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOOS="+p.os, "GOARCH="+p.arch, "CGO_ENABLED=0", "GOFLAGS=-mod=readonly") // an empty one would leave that of 'go env -w'
		out, err := cmd.Output()
		if err != nil {
			var failed *exec.ExitError
			if errors.As(err, &failed) {
				return nil, fmt.Errorf("go list: %w: %s", err, failed.Stderr)
			}
			return nil, err
		}
		for line := range strings.Lines(string(out)) {
			part := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
			if len(part) != 4 {
				continue
			}
			m := byName[part[0]]
			if m == nil {
				m = &linked{path: part[0], version: part[1], root: part[2], dirs: map[string]bool{}}
				byName[part[0]] = m
			}
			m.dirs[part[3]] = true
		}
	}
	var all []*linked
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		all = append(all, byName[name])
	}
	return all, nil
}

// licenceFile is a file with a licence, or with something that has to go with it.
type licenceFile struct{ name, text string }

// isLicence reports whether the file has to be of a known kind: notices and grants of patents are only copied.
func (f licenceFile) isLicence() bool {
	return !strings.Contains(strings.ToUpper(f.name), "NOTICE") && !strings.Contains(strings.ToUpper(f.name), "PATENTS")
}

var licenceName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)([.-].*)?$`)

// licenceFiles are those in the root of a module, and in the directories between it and the packages that are linked: copied
// code has its own there.
func licenceFiles(m *linked) ([]licenceFile, error) {
	dirs := map[string]bool{m.root: true}
	for dir := range m.dirs {
		for strings.HasPrefix(dir, m.root) && !dirs[dir] {
			dirs[dir] = true
			dir = filepath.Dir(dir)
		}
	}
	var all []licenceFile
	for _, dir := range slices.Sorted(maps.Keys(dirs)) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.name(), err)
		}
		for _, e := range entries {
			if !e.Type().IsRegular() || !licenceName.MatchString(e.Name()) || filepath.Ext(e.Name()) == ".go" {
				continue
			}
			text, err := os.ReadFile(filepath.Join(dir, e.Name())) //nolint:gosec // of a module that is compiled anyway
			if err != nil {
				return nil, err
			}
			rel, err := filepath.Rel(m.root, filepath.Join(dir, e.Name()))
			if err != nil {
				return nil, err
			}
			all = append(all, licenceFile{filepath.ToSlash(rel), strings.ReplaceAll(string(text), "\r\n", "\n")})
		}
	}
	return all, nil
}

// kinds are sentences by which licences are known, and their SPDX identifiers. All of them allow what is done here if
// their text goes with it. The sentence of BSD-2-Clause is in BSD-3-Clause too, so that comes first.
var kinds = []struct{ id, sentence string }{
	{"Apache-2.0", "apache license version 2.0"},
	{"BSD-3-Clause", "neither the name of"},
	{"BSD-2-Clause", "redistributions in binary form must reproduce the above copyright notice"},
	{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy"},
	{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose with or without fee"},
}

// kindsOf are the SPDX identifiers of the licences in a text.
func kindsOf(text string) []string {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	text = strings.ReplaceAll(text, "apache license, version", "apache license version")
	var found []string
	for _, k := range kinds {
		if strings.Contains(text, k.sentence) && !(k.id == "BSD-2-Clause" && slices.Contains(found, "BSD-3-Clause")) {
			found = append(found, k.id)
		}
	}
	return found
}
