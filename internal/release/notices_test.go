package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheNoticesAreThoseOfWhatIsLinked(t *testing.T) {
	kept, err := os.ReadFile("../../NOTICES")
	if err != nil {
		t.Fatal(err)
	}
	var now bytes.Buffer
	if err := writeNotices(&now, "../.."); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(kept, now.Bytes()) {
		t.Error("NOTICES is of other modules, versions or licences than are linked: go run ./internal/release notices >NOTICES")
	}
	for _, m := range []string{"Go ", "github.com/danieljoos/wincred ", "github.com/godbus/dbus/v5 "} {
		if !strings.Contains(now.String(), "\n    "+m) {
			t.Errorf("%q, which one system needs, is not found", m)
		}
	}
}

// module writes a module of these files, whose packages are in its root and in sub/copied.
func module(t *testing.T, files map[string]string) []*linked {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return []*linked{{path: "example.com/m", version: "v1.0.0", root: root, dirs: map[string]bool{root: true, filepath.Join(root, "sub", "copied"): true}}}
}

const mit = "Permission is hereby granted, free of charge, to any\nperson obtaining a copy"

func TestALicenceIsFoundWhereCopiedCodeHasIt(t *testing.T) {
	var out strings.Builder
	err := noticesOf(&out, module(t, map[string]string{
		"LICENSE": mit, "sub/copied/COPYING.md": "Apache License\r\nVersion 2.0, January 2004", "NOTICE": "made by M", "license.go": "package m", "other/LICENSE": "not linked",
	}))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"example.com/m v1.0.0 ", " Apache-2.0 AND MIT\n", "sub/copied/COPYING.md\n\nApache License\nVersion", "made by M"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "not linked") || strings.Contains(out.String(), "package m") {
		t.Errorf("it has what is not a licence of what is linked:\n%s", out.String())
	}
}

func TestALicenceThatNobodyHasReadIsRefused(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"of another kind": {"LICENSE": "You may use this on Sundays.", "COPYING": mit},
		"none":            {"README": mit, "sub/copied/c.go": "package copied"},
	} {
		if _, ok := files["sub/copied/c.go"]; !ok {
			files["sub/copied/c.go"] = "package copied"
		}
		if err := noticesOf(new(strings.Builder), module(t, files)); err == nil || !strings.Contains(err.Error(), "example.com/m v1.0.0") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
