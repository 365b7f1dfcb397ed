package brokercmd

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/outfile"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

const createHelp = `Makes a key for a caller and prints it alone: it is stored nowhere but as a hash, in the Store that the brokers share. Callers
show it as a Bearer token or an X-Auth-Token, or as the client secret at /oauth2/token with its name as the client ID.`

func (a *Commands) newKeyCmd() *cobra.Command {
	var name, expires, output string
	create := &cobra.Command{
		Use: "create --name NAME", Short: "Make a key for a caller and print it, or write it to a new private file", Args: cmdline.NoArgs, Long: createHelp,
		Example: `  ringcx broker key create --name reports --expires 30d
  ringcx broker key create --name web --profile sales --output web.key`,
		RunE: func(*cobra.Command, []string) error { return a.createKey(name, expires, output) },
	}
	create.Flags().StringVar(&name, "name", "", "`NAME` of the caller, as rules and the audit log have it")
	create.Flags().StringVar(&expires, "expires", "", "`TIME` after which the key is good no more, such as 30d or 12h (default: never)")
	create.Flags().StringVar(&output, "output", "", "write the key to a new `FILE`, which only you can read, - for standard output")
	var asJSON bool
	list := &cobra.Command{
		Use: "list", Short: "List the keys of callers, which are not shown", Args: cmdline.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.listKeys(asJSON) },
	}
	list.Flags().BoolVar(&asJSON, "json", false, "print a list of JSON")
	revoke := &cobra.Command{
		Use: "revoke NAME|ID", Short: "End a key by its ID, or all keys of a caller", Long: "Ends a key by its ID, or all keys of a caller by its name. Brokers notice within ten seconds.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage.New("revoke takes the name of a caller or the ID of a key", "see 'ringcx broker key list'")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.revokeKey(args[0]) },
	}
	return cmdline.Group("key", "Make, list and end the keys of callers", create, list, revoke)
}

// keys are those of the store that the run uses.
func (a *Commands) keys() (*broker.Keys, *config, error) {
	c, err := a.config(true)
	if err != nil {
		return nil, nil, err
	}
	if err := a.ReadEnvFile(); err != nil {
		return nil, nil, err
	}
	store, err := a.openStore(c)
	if err != nil {
		return nil, nil, err
	}
	return &broker.Keys{Store: a.Telling(store)}, c, nil
}

func (a *Commands) createKey(name, expires, output string) error {
	defer terminal.HoldPipe()() // a key that nobody reads is told on stderr
	life, err := lifeOfKey(name, expires)
	if err != nil {
		return err
	}
	toFile := output != "" && output != "-"
	if a.OutNowhere && !toFile {
		return usage.New("standard output is closed or the null device, where nobody could read the key; none was made", "use --output FILE")
	}
	keys, c, err := a.keys()
	if err != nil {
		return err
	}
	if err := a.checkServed(c, a.Profile); err != nil {
		return err
	}
	put := func(text string) error { _, err := io.WriteString(a.Stdout, text); return err }
	if toFile {
		file, err := newKeyFile(output)
		if err != nil {
			return err
		}
		defer file.Discard()
		put = func(text string) error {
			if _, err := io.WriteString(file, text); err != nil {
				return err
			}
			return file.CommitNew()
		}
	}
	key, err := keys.Create(a.Context, name, a.Profile, life)
	if err != nil {
		return c.ofStore(err)
	}
	if err := put(key + "\n"); err != nil {
		return terminal.NewUnprinted(fmt.Errorf("a key of %s was made, but not printed: %w", name, err), "'ringcx broker key list' tells its ID, 'ringcx broker key revoke' ends it")
	}
	switch {
	case toFile:
		a.Inform("Wrote a key of %s to %s, which only you can read.\n", name, output)
	case a.OutTerminal:
		a.Inform("This is the only time that the key is shown.\n")
	}
	return nil
}

// newKeyFile begins a file for a key. One that is there is kept: it may hold the only copy of another key.
func newKeyFile(path string) (*outfile.File, error) {
	file, err := outfile.New(path)
	if err != nil {
		return nil, err
	}
	if _, err := os.Lstat(path); err == nil {
		file.Discard()
		return nil, usage.New(path+" is there already, and may hold the only copy of another key; none was made", "name a new file with --output, or remove that one")
	}
	return file, nil
}

// lifeOfKey checks for whom a key is to be, and tells how long it is to live; 0: for ever.
func lifeOfKey(name, expires string) (life time.Duration, err error) {
	if why := callerRule(name); why != "" {
		return 0, usage.New(fmt.Sprintf("--name %q is no name for a caller: %s", wording.Clip(name), why), "such as --name reports; "+callerHint)
	}
	if expires == "" {
		return 0, nil
	}
	if life, err = parseLife(expires); err != nil || life <= 0 {
		return 0, usage.New(fmt.Sprintf("--expires %q is not how long a key lives", wording.Clip(expires)), "give a time such as 30d, 12h or 90m, or leave it out")
	}
	return life, nil
}

// checkServed refuses a profile that no broker of this configuration serves.
func (a *Commands) checkServed(c *config, name string) error {
	if name == "" {
		return nil
	}
	served := c.profiles
	if len(served) == 0 {
		settings, err := a.ReadSettings()
		if err != nil {
			return err
		}
		for p := range settings.Profiles {
			served = append(served, p)
		}
	}
	for _, p := range served {
		if p == name {
			return nil
		}
	}
	return usage.New(fmt.Sprintf("there is no profile %q that a broker could serve", wording.Clip(name)), wording.DidYouMean(wording.Nearest(name, served), "see 'ringcx profile list'"))
}

func (a *Commands) listKeys(asJSON bool) error {
	keys, c, err := a.keys()
	if err != nil {
		return err
	}
	all, err := keys.List(a.Context)
	if err != nil {
		return c.ofStore(err)
	}
	now := time.Now()
	rows := make([]map[string]any, len(all))
	for i, k := range all {
		state := "good"
		switch {
		case !k.Revoked.IsZero():
			state = "revoked"
		case !k.Expires.IsZero() && !now.Before(k.Expires):
			state = "ended"
		}
		rows[i] = map[string]any{"id": k.ID, "name": k.Name, "state": state, "created": k.Created.Format(time.RFC3339)}
		if k.Profile != "" {
			rows[i]["profile"] = k.Profile
		}
		if !k.Expires.IsZero() {
			rows[i]["expires"] = k.Expires.Format(time.RFC3339)
		}
	}
	if asJSON {
		return terminal.WriteJSON(a.Stdout, rows)
	}
	if len(rows) == 0 {
		a.Inform("There are no keys; 'ringcx broker key create --name NAME' makes one.\n")
		return nil
	}
	var columns []terminal.Column
	for _, name := range []string{"id", "name", "profile", "state", "created", "expires"} {
		columns = append(columns, terminal.Column{Title: strings.ToUpper(name), Field: name})
	}
	return a.Table(rows, columns)
}

func (a *Commands) revokeKey(of string) error {
	keys, c, err := a.keys()
	if err != nil {
		return err
	}
	n, err := keys.Revoke(a.Context, of)
	switch {
	case err != nil:
		return c.ofStore(err)
	case n == 0:
		return usage.New("no key that is good has this ID or name", "see 'ringcx broker key list'; the key itself is not what is asked for")
	case n == 1:
		a.Inform("Revoked 1 key.\n")
	default:
		a.Inform("Revoked %d keys.\n", n)
	}
	return nil
}
