package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// legacyUser is where a legacy deployment tells whose token it is.
const legacyUser = "/voice/api/v1/admin/auth"

const whoamiHelp = `Asks RingCX whom the access token stands for: main account, administrator, and the agents the user is. Agents name the
sub-accounts (accountId) that most calls of the API take. With --json it prints the vendor's answer, without tokens.`

func newWhoamiCmd(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "whoami", Short: "Show whom the token stands for", Args: cmdline.NoArgs,
		Long: whoamiHelp,
		RunE: func(*cobra.Command, []string) error {
			session, acc, err := a.SignedIn()
			if err != nil {
				return err
			}
			if err := notAsked(acc); err != nil {
				return err
			}
			path := "/api/auth/login"
			if acc.Method == profile.ByLegacy {
				path = legacyUser
			}
			r, err := a.request(session.Client(), http.MethodGet, acc, path, "application/json")
			if err != nil {
				return err
			}
			if r.Code != http.StatusOK {
				return r.Err()
			}
			var all map[string]any
			dec := json.NewDecoder(bytes.NewReader(r.Body))
			dec.UseNumber()
			if r.IsPage() {
				return r.Err()
			}
			switch {
			case dec.Decode(&all) != nil:
				return fmt.Errorf("%s %s: the answer is not an object", r.Request.Method, r.Request.URL.Path)
			case asJSON:
				return terminal.WriteJSON(a.Stdout, withoutSecrets(all))
			case acc.Method == profile.ByLegacy:
				return a.printLegacyUser(r.Body, acc)
			}
			return a.printPrincipal(r.Body, acc)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the vendor's answer as JSON, without the tokens in it")
	return cmd
}

// request calls path at the account's RingCX server.
func (a *app) request(client *http.Client, method string, acc *profile.Account, path, accept string) (*apicmd.Reply, error) {
	return apicmd.Ask(a.Context, client, method, acc.Config.Endpoint.Canonical().RingCX+path, accept)
}

// secretNames are fields of the vendor's answers that stand for the user, in lower case.
var secretNames = []string{
	"accesstoken", "refreshtoken", "loginhashcode", "rcaccesstoken", "rcrefreshtoken", "authtoken", "password", "xauth", "phoneloginpin",
}

// withoutSecrets takes out of an answer what stands for the user, however deep.
func withoutSecrets(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name := range v {
			if isSecret(name) {
				delete(v, name)
			} else {
				v[name] = withoutSecrets(v[name])
			}
		}
	case []any:
		for i := range v {
			v[i] = withoutSecrets(v[i])
		}
	}
	return v
}

func isSecret(name string) bool {
	for _, s := range secretNames {
		if strings.EqualFold(s, strings.ReplaceAll(name, "_", "")) {
			return true
		}
	}
	return false
}

// lines writes a name and what belongs to it on each line.
func (a *app) lines() (w *tabwriter.Writer, line func(name string, parts ...string)) {
	w = tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	return w, func(name string, parts ...string) {
		var there []string
		for _, p := range parts {
			if p = wording.OneLine(p); p != "" {
				there = append(there, p)
			}
		}
		fmt.Fprintf(w, "%s\t%s\n", name, wording.First(strings.Join(there, ", "), "none"))
	}
}

// printLegacyUser shows people what matters of the login view of a legacy deployment.
func (a *app) printLegacyUser(body []byte, login *profile.Account) error {
	var v struct {
		User struct {
			ID    json.Number `json:"userId"`
			First string      `json:"firstName"`
			Last  string      `json:"lastName"`
			Name  string      `json:"userName"`
		} `json:"user"`
		Accounts []struct {
			ID   json.Number `json:"accountId"`
			Name string      `json:"accountName"`
			Main json.Number `json:"mainAccountId"`
		} `json:"accounts"`
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return fmt.Errorf("read the login view: an id in the answer is not a number: %w", err)
	}
	w, line := a.lines()
	line("User", strings.TrimSpace(v.User.First+" "+v.User.Last), v.User.Name, v.User.ID.String())
	for _, acc := range v.Accounts {
		kind := "Sub-account"
		if acc.ID == acc.Main {
			kind = "Main account"
		}
		line(kind, acc.ID.String(), acc.Name)
	}
	if used := a.api.Sub.InUse(login); used != "" {
		line("Calls work in", used)
	}
	return w.Flush()
}

// printPrincipal shows people what matters of the answer. It names no user who has no RingCentral login; the profile does.
func (a *app) printPrincipal(body []byte, acc *profile.Account) error {
	var v struct {
		MainAccount json.Number `json:"mainAccountId"`
		Admin       json.Number `json:"adminId"`
		Platform    string      `json:"platformId"`
		User        struct {
			First   string `json:"firstName"`
			Last    string `json:"lastName"`
			Email   string `json:"email"`
			Company string `json:"company"`
		} `json:"rcUser"`
		Agents []struct {
			ID          json.Number `json:"agentId"`
			Name        string      `json:"username"`
			Kind        string      `json:"agentType"`
			Account     json.Number `json:"accountId"`
			AccountName string      `json:"accountName"`
		} `json:"agentDetails"`
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return fmt.Errorf("GET /api/auth/login: an id in the answer is not a number: %w", err)
	}
	w, line := a.lines()
	user := []string{strings.TrimSpace(v.User.First + " " + v.User.Last), v.User.Email, v.User.Company}
	if strings.Join(user, "") == "" && acc.Method == profile.ByDirect && acc.Stored.Username != "" {
		user = []string{acc.Stored.Username + " of RingCX"}
	}
	line("User", user...)
	line("Main account", v.MainAccount.String())
	line("Administrator", v.Admin.String())
	line("Platform", v.Platform)
	for _, g := range v.Agents {
		line("Agent", g.ID.String(), g.Name, strings.ToLower(g.Kind), "sub-account "+g.Account.String()+" "+g.AccountName)
	}
	if len(v.Agents) == 0 {
		line("Agent")
	}
	if used := a.api.Sub.InUse(acc); used != "" {
		line("Calls work in", used)
	}
	return w.Flush()
}
