package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// column of a table: its title and the field of the answer it shows.
type column struct{ title, field string }

func (a *app) accounts() *cobra.Command {
	return group("accounts", "Work with RingCX accounts", a.list("List the main account and its sub-accounts",
		"/voice/api/v1/admin/accounts",
		column{"ACCOUNT", "accountId"}, column{"NAME", "accountName"}, column{"MAIN ACCOUNT", "mainAccountId"}))
}

func (a *app) users() *cobra.Command {
	return group("users", "Work with RingCX administrators", a.list("List the users that may administer RingCX",
		"/voice/api/v1/admin/users?flatten=true",
		column{"USER", "userId"}, column{"FIRST NAME", "firstName"}, column{"LAST NAME", "lastName"}, column{"USER NAME", "userName"}, column{"ENABLED", "enabled"}))
}

func (a *app) list(short, path string, columns ...column) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: short, Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			session, acc, err := a.signedIn()
			if err != nil {
				return err
			}
			rows, err := rowsOf(cmd.Context(), session.Client(), acc.config.Endpoint.Canonical().RingCX+path)
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(a.Stdout, rows)
			}
			return a.table(rows, columns)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the vendor's answer as JSON")
	return cmd
}

// table prints aligned columns with titles on a terminal, and bare tab-separated fields to a program.
func (a *app) table(rows []map[string]any, columns []column) (err error) {
	w, sep := a.Stdout, "\t"
	if a.OutTerminal {
		tw := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
		defer func() { err = errors.Join(err, tw.Flush()) }()
		w = tw
		titles := make([]string, len(columns))
		for i, c := range columns {
			titles[i] = c.title
		}
		if _, err := fmt.Fprintln(w, strings.Join(titles, sep)); err != nil {
			return err
		}
	}
	for _, row := range rows {
		cells := make([]string, len(columns))
		for i, c := range columns {
			if v := row[c.field]; v != nil {
				cells[i] = strings.Join(strings.Fields(fmt.Sprint(v)), " ")
			}
		}
		if _, err := fmt.Fprintln(w, strings.Join(cells, sep)); err != nil {
			return err
		}
	}
	return nil
}

// rowsOf gets a list.
func rowsOf(ctx context.Context, client *http.Client, url string) ([]map[string]any, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	r, err := fetch(client, req)
	if err != nil {
		return nil, err
	}
	if r.code != http.StatusOK {
		return nil, r.err()
	}
	var rows []map[string]any
	dec := json.NewDecoder(bytes.NewReader(r.body))
	dec.UseNumber()
	if dec.Decode(&rows) != nil {
		return nil, r.notAList()
	}
	return rows, nil
}
