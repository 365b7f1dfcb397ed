// Work with RingCX by packages ringcx and api: list agents, change a dial group, import leads.
//
//	usage: go run ./examples/go-api agents                        every agent of every group, in all accounts
//	       go run ./examples/go-api rename ACCOUNT DIALGROUP NAME a dial group gets another name, and keeps all else
//	       go run ./examples/go-api import ACCOUNT CAMPAIGN FILE  leads of a CSV file: leadPhone, firstName, lastName
//
// Settings come from the environment; see the README beside this directory: RC_APP_CLIENT_ID, RC_APP_CLIENT_SECRET,
// RC_USER_JWT; RC_SERVER_URL and RINGCX_SERVER_URL when not production; RINGCX_STATE for the directory that keeps the tokens.
package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/api"
	"github.com/ringcx-go/ringcx/store/file"
)

// newClient is a client of the API whose requests are signed in. Nothing is sent before the first call.
func newClient() *api.Client {
	server := cmp.Or(os.Getenv("RINGCX_SERVER_URL"), ringcx.Production.RingCX)
	cfg := &ringcx.Config{
		ClientID:     os.Getenv("RC_APP_CLIENT_ID"),
		ClientSecret: os.Getenv("RC_APP_CLIENT_SECRET"),
		Endpoint:     ringcx.Endpoint{RingCentral: os.Getenv("RC_SERVER_URL"), RingCX: server},
		UserAgent:    "ringcx-example-go-api/1.0",
	}
	home, _ := os.UserHomeDir()
	session := cfg.NewSession(cfg.JWT(os.Getenv("RC_USER_JWT")), &ringcx.SessionOptions{
		Store:  &file.Store{Dir: cmp.Or(os.Getenv("RINGCX_STATE"), home+"/.ringcx-example-api")},
		Inline: true, // this program is over before a renewal in the background would be
	})
	return api.New(session.Client(), server)
}

// agents lists the agents of all groups of all accounts. Lists that have pages are ranged over.
func agents(ctx context.Context, client *api.Client) error {
	accounts, err := client.Accounts.List(ctx)
	if err != nil {
		return err
	}
	for _, account := range accounts {
		services := client.Account(account.AccountID)
		for group, err := range services.AgentGroups.ListAll(ctx, api.AgentGroupsListOptions{}) {
			if err != nil {
				return err
			}
			list, err := services.Agents.List(ctx, group.AgentGroupID)
			if err != nil {
				return err
			}
			for _, agent := range list {
				fmt.Printf("%s\t%s\t%d\t%s\n", account.AccountName, group.GroupName, agent.AgentID, agent.Username)
			}
		}
	}
	return nil
}

// rename changes one field. An update replaces the whole dial group, so what was read is written: it keeps the fields that
// this program, or package api, has never heard of.
func rename(ctx context.Context, client *api.Client, account, id, name string) error {
	number, err := strconv.Atoi(id)
	if err != nil {
		return fmt.Errorf("%q is not the ID of a dial group", id)
	}
	groups := client.Account(account).DialGroups
	group, err := groups.Get(ctx, number)
	if err != nil {
		return err
	}
	before := group.DialGroupName
	group.DialGroupName = name
	if group, err = groups.Update(ctx, number, group); err != nil {
		return err
	}
	fmt.Printf("%s is %s now\n", before, group.DialGroupName)
	return nil
}

// batch is how many leads a request has. The API documents no limit.
const batch = 500

// load imports leads, a batch after the other. A batch whose answer is lost may have been loaded, so nothing repeats it: who
// runs this again says what is to become of leads that are there already.
func load(ctx context.Context, client *api.Client, account, id, name string) error {
	campaign, err := strconv.Atoi(id)
	if err != nil {
		return fmt.Errorf("%q is not the ID of a campaign", id)
	}
	from, err := os.Open(name) //nolint:gosec // the user names it
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	rows := csv.NewReader(from)
	rows.FieldsPerRecord = 3
	var leads []api.CampaignLead
	for done := false; !done; {
		row, err := rows.Read()
		if done = errors.Is(err, io.EOF); err != nil && !done {
			return err
		}
		if !done {
			leads = append(leads, api.CampaignLead{LeadPhone: row[0], FirstName: row[1], LastName: row[2]})
		}
		if len(leads) < batch && !done || len(leads) == 0 {
			continue
		}
		result, err := client.Account(account).Leads.LoadDirect(ctx, campaign, api.LeadListProcessingRequest{
			Description: name, DuplicateHandling: api.DuplicateHandlingRemoveFromList, UploadLeads: leads,
		})
		if err != nil {
			return err
		}
		fmt.Printf("sent %d leads, inserted %d\n", len(leads), result.LeadsInserted)
		for _, r := range result.RejectedRows {
			fmt.Println("refused:", r.Message, r.RowData)
		}
		leads = nil
	}
	return nil
}

func run(ctx context.Context, args []string) error {
	client := newClient()
	switch {
	case len(args) == 1 && args[0] == "agents":
		return agents(ctx, client)
	case len(args) == 4 && args[0] == "rename":
		return rename(ctx, client, args[1], args[2], args[3])
	case len(args) == 4 && args[0] == "import":
		return load(ctx, client, args[1], args[2], args[3])
	}
	return errUsage
}

var errUsage = errors.New("usage: go-api agents | rename ACCOUNT DIALGROUP NAME | import ACCOUNT CAMPAIGN FILE")

func main() {
	for _, name := range []string{"RC_APP_CLIENT_ID", "RC_APP_CLIENT_SECRET", "RC_USER_JWT"} {
		if os.Getenv(name) == "" {
			fmt.Fprintf(os.Stderr, "set %s\n", name)
			os.Exit(2)
		}
	}
	err := run(context.Background(), os.Args[1:])
	var refused *api.Error
	switch {
	case errors.Is(err, errUsage):
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	case errors.As(err, &refused) && refused.Status == 429:
		fmt.Fprintln(os.Stderr, "too many requests; try again in", refused.RetryAfter)
		os.Exit(75)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
