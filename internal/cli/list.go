package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
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
		RunE: func(*cobra.Command, []string) error {
			session, acc, err := a.signedIn()
			if err != nil {
				return err
			}
			rows, err := a.rowsOf(session.Client(), acc.config.Endpoint.Canonical().RingCX+path)
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
			if a.OutTerminal {
				cells[i] = printable(cells[i]) // before the columns are measured
			}
		}
		if _, err := fmt.Fprintln(w, strings.Join(cells, sep)); err != nil {
			return err
		}
	}
	return nil
}

// most is more rows than a server gives at a time, and fewest is fewer than any would make a page of.
const most, fewest = 10000, 10

// rowsOf gets a list of which the vendor documents no pages: it is asked for as it is, and then for more if what came may
// be a page. A server that refuses to be asked for pages has given everything.
func (a *app) rowsOf(client *http.Client, address string) ([]map[string]any, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	all, whole := []map[string]any{}, false
	list := &listing{size: most, get: func(page, size int) ([]json.RawMessage, error) {
		if page == 0 {
			rows, err := a.rows(client, address, nil, false)
			whole = len(rows) < fewest
			return rows, err
		}
		if whole {
			return nil, nil
		}
		more, query := *u, u.Query()
		query.Set("page", fmt.Sprint(page))
		query.Set("maxRows", fmt.Sprint(size))
		more.RawQuery = query.Encode()
		rows, err := a.rows(client, more.String(), nil, true)
		var refused *callError
		if errors.As(err, &refused) && (refused.status == http.StatusBadRequest || refused.status == http.StatusNotFound) {
			return nil, nil
		}
		return rows, err
	}}
	err = list.each(func(rows []json.RawMessage) error {
		for _, row := range rows {
			var fields map[string]any
			dec := json.NewDecoder(bytes.NewReader(row))
			dec.UseNumber()
			if dec.Decode(&fields) != nil {
				return fmt.Errorf("GET %s: the answer is not a list of objects", u.Path)
			}
			all = append(all, fields)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}
