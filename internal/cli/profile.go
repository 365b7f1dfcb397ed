package cli

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

func newProfileCmd(a *app) *cobra.Command {
	g := cmdline.Group("profile", "Work with several logins", newProfileListCmd(a), newProfileUseCmd(a), newProfileDeleteCmd(a))
	g.Long = `A profile is a named login: an app and its user, at a vendor. 'ringcx login --profile NAME' makes one. Which one a command
works with is settled when it starts: --profile, then RINGCX_PROFILE, then the rule of the nearest directory, then the
default. Profiles of one app share its limits of requests.`
	return g
}

// profileRow is a profile as 'profile list' shows it.
type profileRow struct {
	Name        string         `json:"name"`
	Selected    bool           `json:"selected"` // commands that start here work with it
	Default     bool           `json:"default"`
	Method      profile.Method `json:"method"`
	ClientID    string         `json:"clientId,omitempty"`
	Servers     endpoint       `json:"servers"`
	Directories []string       `json:"directories"`
	Invalid     string         `json:"invalid,omitempty"` // why the profile cannot be used
}

// way is how the profile logs in, for people.
func (r *profileRow) way() profile.Method {
	if r.Invalid != "" {
		return "invalid"
	}
	return r.Method
}

func newProfileListCmd(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the profiles; the one in use here has a star", Args: cmdline.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := a.ReadEnvFile(); err != nil {
				return err
			}
			s, err := a.ReadSettings()
			if err != nil {
				return err
			}
			rows := a.profileRows(s)
			a.TellUnfit(s)
			if asJSON {
				return terminal.WriteJSON(a.Stdout, rows)
			}
			return a.printProfiles(s, rows)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print them as JSON")
	return cmd
}

func (a *app) profileRows(s *profile.Settings) []profileRow {
	chosen, _ := a.Used(s)
	rows := []profileRow{}
	for _, name := range slices.Sorted(maps.Keys(s.Profiles)) {
		p := s.Profiles[name]
		row := profileRow{
			Name: name, Selected: name == chosen, Default: name == wording.First(s.Default, "default"), Method: p.Method.Or(profile.ByJWT),
			ClientID: p.ClientID, Servers: endpoint{p.RingCentral, p.RingCX}, Directories: []string{},
		}
		if unfit := s.Unfit[name]; unfit != nil {
			row.Invalid = unfit.Problem
		}
		for _, dir := range slices.Sorted(maps.Keys(s.Directories)) {
			if s.Directories[dir] == name {
				row.Directories = append(row.Directories, dir)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func (a *app) printProfiles(s *profile.Settings, rows []profileRow) error {
	if len(rows) == 0 && a.ErrTerminal {
		fmt.Fprintln(a.Stderr, "There is no profile yet; 'ringcx login' makes one.")
	}
	if a.IsNarrow() {
		if err := a.profileBlocks(rows); err != nil {
			return err
		}
	} else if a.OutTerminal && len(rows) > 0 {
		w := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "\tPROFILE\tLOGIN\tAPP\tRINGCX\tDIRECTORIES")
		for _, r := range rows {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", star(r.Selected), wording.Printable(r.Name), r.way(), wording.Printable(wording.First(r.ClientID, "-")), wording.Printable(r.Servers.RingCX), wording.Printable(strings.Join(r.Directories, ", ")))
		}
		if err := w.Flush(); err != nil {
			return err
		}
	} else {
		for _, r := range rows {
			if _, err := fmt.Fprintf(a.Stdout, "%s\t%s\t%s\t%s\t%s\t%s\n", star(r.Selected), wording.OneLine(r.Name), r.way(), r.ClientID, r.Servers.RingCX, strings.Join(r.Directories, ",")); err != nil {
				return err
			}
		}
	}
	if a.Given().UsesBroker() {
		a.Inform("Commands here use the broker in RINGCX_BROKER; --profile names a login to use instead.\n")
	} else if name, why := a.Used(s); len(rows) > 0 && !slices.ContainsFunc(rows, func(r profileRow) bool { return r.Selected }) {
		a.Inform("Commands here use profile %q (%s), which is not logged in.\n", wording.Clip(name), why)
	}
	return nil
}

func star(selected bool) string {
	if selected {
		return "*"
	}
	return " "
}

func newProfileUseCmd(a *app) *cobra.Command {
	var directory string
	var remove bool
	cmd := &cobra.Command{
		Use: "use NAME", Short: "Choose the profile that is used when none is named, everywhere or in a directory",
		Long: `Makes NAME the default, or with --directory the profile for commands that are started in DIR or below it. Programs that
are running already keep the profile they started with. A rule of a directory goes with --clear.`,
		Example: `  ringcx profile use sales
  ringcx profile use sales --directory ~/work/sales
  ringcx profile use --directory ~/work/sales --clear`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case remove && directory == "":
				return usage.New("--clear needs the --directory whose rule it removes", "see 'ringcx profile use --help'")
			case remove && len(args) > 0:
				return usage.New("--clear takes no profile", "see 'ringcx profile use --help'")
			case !remove && len(args) != 1:
				return usage.New("'ringcx profile use' takes the name of one profile", "'ringcx profile list' shows them")
			}
			return nil
		},
		ValidArgsFunction: a.completeProfile,
		RunE: func(_ *cobra.Command, args []string) error {
			name := ""
			if !remove {
				name = args[0]
			}
			return a.useProfile(name, directory)
		},
	}
	cmd.Flags().StringVar(&directory, "directory", "", "only in `DIR` and below it")
	cmd.Flags().BoolVar(&remove, "clear", false, "remove the rule of the directory")
	return cmd
}

// useProfile makes a profile the default, or that of a directory; "" removes the directory's rule.
func (a *app) useProfile(name, directory string) error {
	if name != "" {
		if err := profile.CheckName(name); err != nil {
			return err
		}
	}
	if err := a.Configurable(); err != nil {
		return err
	}
	dir := ""
	if directory != "" {
		var err error
		if dir, err = a.realDirectory(directory, name == ""); err != nil {
			return err
		}
	}
	err := a.ChangeSettings(func(s *profile.Settings) error {
		if _, known := s.Fit(name); !known && name != "" && s.Unfit[name] != nil {
			return s.Unfit[name]
		} else if !known && name != "" {
			return usage.WithHint(fmt.Errorf("%s", s.NoProfile(name)), "make it with: ringcx login --profile NAME")
		}
		switch {
		case dir == "":
			s.Default = name
		case name == "":
			if s.Directories[dir] == "" {
				return usage.WithHint(fmt.Errorf("there is no rule for %s", dir), "'ringcx profile list' shows the directories that have one")
			}
			delete(s.Directories, dir)
		default:
			if s.Directories == nil {
				s.Directories = make(map[string]string)
			}
			s.Directories[dir] = name
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case name == "":
		a.Inform("%s has no profile of its own any more.\n", dir)
	case dir != "":
		a.Inform("Commands that start in %s use profile %s.\n", dir, name)
	default:
		a.Inform("Profile %s is used where none is named.\n", name)
	}
	return nil
}

// realDirectory is a directory's path without symbolic links. One that is gone is taken as it is written, so that its
// rule can be removed.
func (a *app) realDirectory(name string, goneIsFine bool) (string, error) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(a.Dir, name)
	}
	path, err := filepath.EvalSymlinks(name)
	if err != nil && goneIsFine {
		return filepath.Clean(name), nil
	}
	if err == nil {
		var info os.FileInfo
		if info, err = os.Stat(path); err == nil && !info.IsDir() {
			err = fmt.Errorf("%s is not a directory", name)
		}
	}
	if err != nil {
		text := usage.OfPath(err)
		if !strings.Contains(text, name) {
			text = name + ": " + text
		}
		return "", usage.New(text, "--directory names a directory that is there")
	}
	return path, nil
}

func newProfileDeleteCmd(a *app) *cobra.Command {
	var local bool
	cmd := &cobra.Command{
		Use: "delete NAME", Short: "Log out of a profile, and forget it and its directories",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage.New("'ringcx profile delete' takes the name of one profile", "'ringcx profile list' shows them")
			}
			return nil
		},
		ValidArgsFunction: a.completeProfile,
		RunE:              func(_ *cobra.Command, args []string) error { return a.deleteProfile(args[0], local) },
	}
	cmd.Flags().BoolVar(&local, "local", false, "only forget, without asking the vendor to end the session")
	return cmd
}

func (a *app) deleteProfile(name string, local bool) error {
	if err := a.Configurable(); err != nil {
		return err
	}
	s, err := a.ReadSettings()
	if err != nil {
		return err
	}
	_, known := s.Profiles[name]
	if err := profile.CheckName(name); err != nil && !known && (name == "" || s.Default != name) {
		return err
	}
	if !known && s.Default != name && !slices.Contains(slices.Collect(maps.Values(s.Directories)), name) {
		return usage.WithHint(fmt.Errorf("%s", s.NoProfile(name)), "'ringcx profile list' shows them")
	}
	switch unfit := s.Unfit[name]; {
	case unfit != nil && local:
		err = a.forgetUnfit(name)
	case unfit != nil:
		err = unfit
	case known:
		err = a.logins.LogOutOf(name, local)
	}
	if err != nil {
		return err
	}
	return a.ChangeSettings(func(s *profile.Settings) error {
		delete(s.Profiles, name)
		if s.Default == name {
			s.Default = ""
		}
		maps.DeleteFunc(s.Directories, func(_, used string) bool { return used == name })
		return nil
	})
}

// forgetUnfit forgets what is stored of a profile that cannot be used. One whose name is none has nothing.
func (a *app) forgetUnfit(name string) error {
	if profile.CheckName(name) != nil {
		return nil
	}
	store, err := a.OpenStore()
	if err != nil {
		return err
	}
	for _, key := range []string{name, profile.SecretsKey(name)} {
		if err := a.Telling(store).Update(a.Context, key, func(_ []byte, save func([]byte) error) error { return save(nil) }); err != nil {
			return err
		}
	}
	a.Inform("Forgot profile %s. Whether a session of it lives at the vendor is not known.\n", name)
	return nil
}

func (a *app) completeProfile(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	s, err := a.ReadSettings()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return slices.Sorted(maps.Keys(s.Profiles)), cobra.ShellCompDirectiveNoFileComp
}

// profileBlocks prints profiles for a narrow terminal.
func (a *app) profileBlocks(profiles []profileRow) error {
	rows := make([]map[string]any, len(profiles))
	for i, r := range profiles {
		rows[i] = map[string]any{"name": strings.TrimSpace(r.Name + " " + star(r.Selected)), "method": r.way(), "app": r.ClientID, "cx": r.Servers.RingCX, "dirs": strings.Join(r.Directories, ", ")}
	}
	return a.Blocks(rows, []terminal.Column{{Title: "PROFILE", Field: "name"}, {Title: "LOGIN", Field: "method"}, {Title: "APP", Field: "app"}, {Title: "RINGCX", Field: "cx"}, {Title: "DIRECTORIES", Field: "dirs"}})
}
