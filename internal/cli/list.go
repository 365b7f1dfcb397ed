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

// table prints aligned columns with titles on a terminal, a block for each row where that is narrow, and bare
// tab-separated fields to a program.
func (a *app) table(rows []map[string]any, columns []column) error {
	if a.isNarrow() {
		return a.blocks(rows, columns)
	}
	w := a.Stdout
	flush := func() error { return nil }
	if a.OutTerminal {
		tw := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
		w, flush = tw, tw.Flush
		titles := make([]string, len(columns))
		for i, c := range columns {
			titles[i] = c.title
		}
		if _, err := fmt.Fprintln(w, strings.Join(titles, "\t")); err != nil {
			return err
		}
	}
	for _, row := range rows {
		if _, err := fmt.Fprintln(w, strings.Join(a.cells(row, columns), "\t")); err != nil {
			return err
		}
	}
	return flush()
}

// cells are the fields of a row, each in one line, and harmless on a terminal before the columns are measured.
func (a *app) cells(row map[string]any, columns []column) []string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		if v := row[c.field]; v != nil {
			cells[i] = strings.Join(strings.Fields(fmt.Sprint(v)), " ")
		}
		if a.OutTerminal {
			cells[i] = printable(cells[i])
		}
	}
	return cells
}

// blocks prints each row below the other, a line for each field that it has.
func (a *app) blocks(rows []map[string]any, columns []column) error {
	for n, row := range rows {
		if n > 0 {
			if _, err := fmt.Fprintln(a.Stdout); err != nil {
				return err
			}
		}
		for i, cell := range a.cells(row, columns) {
			if cell == "" {
				continue
			}
			if _, err := fmt.Fprintf(a.Stdout, "%s: %s\n", columns[i].title, cell); err != nil {
				return err
			}
		}
	}
	return nil
}

// profileBlocks prints profiles for a narrow terminal.
func (a *app) profileBlocks(profiles []profileRow) error {
	rows := make([]map[string]any, len(profiles))
	for i, r := range profiles {
		rows[i] = map[string]any{"name": strings.TrimSpace(r.Name + " " + star(r.Selected)), "method": r.way(), "app": r.ClientID, "cx": r.Servers.RingCX, "dirs": strings.Join(r.Directories, ", ")}
	}
	return a.blocks(rows, []column{{"PROFILE", "name"}, {"LOGIN", "method"}, {"APP", "app"}, {"RINGCX", "cx"}, {"DIRECTORIES", "dirs"}})
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
