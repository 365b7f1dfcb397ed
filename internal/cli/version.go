package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/terminal"
)

// build is what the command knows of its own making.
type build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`   // "": it was built without its repository
	Time     string `json:"time"`     // of the commit, RFC 3339
	Modified bool   `json:"modified"` // there were changes besides the commit
	OS       string `json:"os"`
	Arch     string `json:"arch"`
	Go       string `json:"go"`
}

func thisBuild() build {
	b := build{Version: ringcx.Version, OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// String is one line.
func (b build) String() string {
	line := fmt.Sprintf("ringcx %s %s/%s %s", b.Version, b.OS, b.Arch, b.Go)
	if b.Commit != "" {
		line += " commit " + b.Commit[:min(len(b.Commit), 12)]
	}
	if day, _, ok := strings.Cut(b.Time, "T"); ok {
		line += " of " + day
	}
	if b.Modified {
		line += ", modified"
	}
	return line
}

func newVersionCmd(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "version", Short: "Print the version", Args: cmdline.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.printVersion(asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, with the commit it was built from")
	return cmd
}

func (a *app) printVersion(asJSON bool) error {
	if asJSON {
		return terminal.WriteJSON(a.Stdout, thisBuild())
	}
	_, err := fmt.Fprintln(a.Stdout, thisBuild())
	return err
}
