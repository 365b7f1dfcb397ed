package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

//go:embed peers
var peerFiles embed.FS

// The client that the token servers of others know.
const peerID, peerSecret = "bench", "bench-secret"

var errNoNPM = errors.New("npm is not installed")

// peers installs the token servers of others, or finds them installed. It answers the Node.js that runs them and the
// directory of their scripts.
func peers() (node, dir string, err error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", "", errNoNPM
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", "", err
	}
	dir = filepath.Join(cache, "ringcx-bench", "peers")
	files, err := fs.Sub(peerFiles, "peers")
	if err != nil {
		return "", "", err
	}
	if err := errors.Join(os.RemoveAll(filepath.Join(dir, "package.json")), copyAll(dir, files)); err != nil {
		return "", "", err
	}
	install := exec.Command(npm, "install", "--no-audit", "--no-fund", "--prefer-offline") //nolint:gosec,noctx // npm itself
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		return "", "", fmt.Errorf("npm install in %s: %w\n%s", dir, err, out)
	}
	return filepath.Join(dir, "node_modules", "node", "bin", "node"), dir, nil
}

// copyAll writes files, over what is there.
func copyAll(dir string, files fs.FS) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name), data, 0o600)
	})
}
