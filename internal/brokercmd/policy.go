package brokercmd

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

const testHelp = `Tells what a broker would do with a request of a caller whom it knows, and which rule decides. It judges as the broker does: paths
that could mean two things, and those that lead nowhere, may not either. A caller whom [[oidc]] binds to a profile is judged with that one,
another with --profile, as with RingCX-Profile or a key that is for one profile. Nobody is asked and nobody has to be logged in.
Exit code 0: it may; 1: it may not; 2: the question or the configuration is wrong.`

// question is what the rules are asked.
type question struct{ caller, operation, method, path, account string }

func (a *Commands) newTestCmd() *cobra.Command {
	var q question
	cmd := &cobra.Command{
		Use: "test --caller NAME (--operation ID | METHOD PATH)", Short: "Tell whether a caller may do something, and why", Long: testHelp,
		Example: `  ringcx broker policy test --config broker.toml --caller reports --operation getAccounts
  ringcx broker policy test --config broker.toml --caller web GET /token`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case q.caller == "":
				return usage.New("policy test takes the name of a caller", "such as --caller reports")
			case q.operation == "" && len(args) != 2:
				return usage.New("policy test takes --operation, or a method and a path", "such as: ringcx broker policy test --caller "+wording.Clip(q.caller)+" GET /token")
			case q.operation != "" && len(args) > 0:
				return usage.New("--operation is a method and a path already", "leave out one of them")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 2 {
				q.method, q.path = args[0], args[1] // as a request would have them: methods are upper case
			}
			return a.test(q)
		},
	}
	cmd.Flags().StringVar(&q.caller, "caller", "", "`NAME` of the caller")
	cmd.Flags().StringVar(&q.operation, "operation", "", "`ID` of the operation, as 'ringcx api list' tells it")
	cmd.Flags().StringVar(&q.account, "account", "", "`ID` of the sub-account that it is done in")
	return cmd
}

// test asks the rules.
func (a *Commands) test(q question) error {
	c, err := a.config(true)
	if err != nil {
		return err
	}
	if err := q.complete(); err != nil {
		return err
	}
	profiles := c.profiles
	if len(profiles) == 0 {
		profiles = []string{cmp.Or(a.Profile, profile.Default)}
		if err := a.wouldServe(a.Profile); err != nil {
			return err
		}
	}
	allowed, why, err := a.judge(c, q, profiles)
	if err != nil {
		return err
	}
	var n int
	if _, err := fmt.Sscanf(why, "rule %d ", &n); err == nil && n > 0 && n <= len(c.lines) {
		why += fmt.Sprintf(" (%s:%d)", c.file, c.lines[n-1])
	}
	verdict := "may"
	if !allowed {
		verdict = "may not"
	}
	if _, err := fmt.Fprintf(a.Stdout, "%s: %s\n", verdict, why); err != nil || allowed {
		return err
	}
	refusal := errors.New("the caller may not do that")
	if !strings.Contains(why, "rule ") {
		return refusal // which no rule changes
	}
	return usage.WithHint(refusal, "a [[rule]] of the configuration can allow it, before one that denies it")
}

// judge tells what a broker of these profiles would do, and why. Where a caller with a key for one of them would get another answer, it
// says so.
func (a *Commands) judge(c *config, q question, profiles []string) (allowed bool, why string, err error) {
	bound, err := c.boundTo(q.caller, a.Profile)
	if err != nil {
		return false, "", err
	}
	b, err := offline(c.rules, profiles)
	if err != nil {
		return false, "", err
	}
	defer b.Close()
	allowed, why = b.May(q.caller, cmp.Or(bound, a.Profile), q.method, q.path)
	switch {
	case bound == "" && a.Profile == "":
		a.elsewhere(b, q, profiles, allowed)
	case bound != "" && a.Profile != "" && bound != a.Profile:
		return false, "the key is for another profile", nil
	}
	return allowed, why, nil
}

// wouldServe refuses the name of a profile that there is not: no broker serves it.
func (a *Commands) wouldServe(name string) error {
	if name == "" || name == profile.Default {
		return nil
	}
	settings, err := a.ReadSettings()
	if err != nil {
		return err
	}
	if _, known := settings.Profiles[name]; known {
		return nil
	}
	near := wording.Nearest(name, slices.Collect(maps.Keys(settings.Profiles)))
	return usage.New(fmt.Sprintf("there is no profile %q", wording.Clip(name)), wording.DidYouMean(near, "'ringcx profile list' tells the names of logins"))
}

// complete makes a path of an operation: whatever its parameters are, but the account.
func (q *question) complete() error {
	if q.operation != "" {
		op, known := apispec.Find(q.operation)
		if !known {
			return usage.New(fmt.Sprintf("there is no operation %q", wording.Clip(q.operation)), wording.DidYouMean(nearOperation(q.operation), "'ringcx api list' tells the operations"))
		}
		q.method, q.path = op.Method, op.Path
		placed := false
		for p := range op.In(apispec.InPath) {
			value := "1"
			if (p.Name == "subAccountId" || p.Name == "accountId" && !strings.Contains(op.Path, "{subAccountId}")) && q.account != "" {
				value, placed = q.account, true
			}
			var err error
			if q.path, err = apispec.Fill(q.path, p.Name, value); err != nil {
				return usage.New(err.Error(), "--account takes the ID of a sub-account")
			}
		}
		if q.account != "" && !placed {
			return usage.New(fmt.Sprintf("the path of %s names no account", op.ID), "leave out --account; a rule with an account does not match such an operation")
		}
		return nil
	}
	if q.account != "" {
		return usage.New("--account goes with --operation: a path names the account itself", "leave it out")
	}
	if !strings.HasPrefix(q.path, "/") {
		return usage.New(fmt.Sprintf("%q is no path", wording.Clip(q.path)), "begin it with /, such as /voice/api/v1/admin/accounts")
	}
	return nil
}

// nearOperation is the ID that was most likely meant.
func nearOperation(id string) string {
	var ids []string
	for _, op := range apispec.Default().Operations {
		ids = append(ids, op.ID)
	}
	return wording.Nearest(id, ids)
}
