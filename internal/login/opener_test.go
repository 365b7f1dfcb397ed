package login_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/login"
)

func TestABrowserIsOpenedOnlyWhereThePersonCanSeeIt(t *testing.T) {
	for _, c := range []struct {
		goos, env string
		opens     bool
	}{
		{"linux", "", false},
		{"linux", "DISPLAY=:0", true},
		{"linux", "WAYLAND_DISPLAY=wayland-0", true},
		{"linux", "WSL_DISTRO_NAME=Debian", true},
		{"darwin", "", true},
		{"windows", "", true},
		{"linux", "DISPLAY=localhost:10.0 SSH_CONNECTION=x", false},
		{"darwin", "SSH_TTY=/dev/ttys000", false},
		{"linux", "SSH_CONNECTION=x BROWSER=helper", true},
	} {
		getenv := func(name string) string {
			for _, v := range strings.Fields(c.env) {
				if value, ok := strings.CutPrefix(v, name+"="); ok {
					return value
				}
			}
			return ""
		}
		if got := login.SystemBrowser(c.goos, getenv) != nil; got != c.opens {
			t.Errorf("%s with %q: %v", c.goos, c.env, got)
		}
	}
	if runtime.GOOS == "windows" {
		t.Skip("the commands below are those of other systems")
	}
	for command, works := range map[string]bool{
		"false:true": true, "nonsense-of-ringcx:true --new %s": true, "nonsense-of-ringcx": false, ":": false, "false": false,
	} {
		open := login.SystemBrowser("linux", func(name string) string {
			return map[string]string{"BROWSER": command}[name]
		})
		if err := open("http://127.0.0.1/"); (err == nil) != works {
			t.Errorf("BROWSER=%q: %v", command, err)
		}
	}
}
