package login

import (
	"errors"
	"io"
	"os/exec"
	"strings"

	"github.com/cli/browser"
)

// SystemBrowser opens pages in the person's browser; nil if there is none on this machine that the person could see:
// over SSH, or without a display. $BROWSER, if set, is taken at its word: a command, or several separated by colons, that
// gets the address in place of %s or at its end.
func SystemBrowser(goos string, getenv func(string) string) func(url string) error {
	if command := strings.TrimSpace(getenv("BROWSER")); command != "" {
		return func(url string) error { return runBrowser(goos, command, url) }
	}
	remote := getenv("SSH_CONNECTION") != "" || getenv("SSH_TTY") != "" || getenv("SSH_CLIENT") != ""
	display := goos == "darwin" || goos == "windows" || getenv("DISPLAY") != "" || getenv("WAYLAND_DISPLAY") != "" || getenv("WSL_DISTRO_NAME") != ""
	if remote || !display {
		return nil
	}
	return func(url string) error {
		browser.Stdout, browser.Stderr = io.Discard, io.Discard
		return browser.OpenURL(url)
	}
}

func runBrowser(goos, commands, url string) error {
	all := []string{commands}
	if goos != "windows" { // where drives have colons
		all = strings.Split(commands, ":")
	}
	err := errors.New("$BROWSER names no command")
	for _, command := range all {
		words := strings.Fields(command)
		if len(words) == 0 {
			continue
		}
		placed := false
		for i, w := range words[1:] {
			if strings.Contains(w, "%s") {
				words[i+1], placed = strings.ReplaceAll(w, "%s", url), true
			}
		}
		if !placed {
			words = append(words, url)
		}
		if err = exec.Command(words[0], words[1:]...).Run(); err == nil { //nolint:gosec,noctx // the person names the command; a browser outlives us
			return nil
		}
	}
	return err
}
