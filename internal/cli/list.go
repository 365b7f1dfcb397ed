package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cmdline"
	"github.com/ringcx-go/ringcx/internal/terminal"
)

func (a *app) accounts() *cobra.Command {
	return cmdline.Group("accounts", "Work with RingCX accounts", a.list("List the main account and its sub-accounts",
		"/voice/api/v1/admin/accounts",
		terminal.Column{Title: "ACCOUNT", Field: "accountId"}, terminal.Column{Title: "NAME", Field: "accountName"}, terminal.Column{Title: "MAIN ACCOUNT", Field: "mainAccountId"}))
}

func (a *app) users() *cobra.Command {
	return cmdline.Group("users", "Work with RingCX administrators", a.list("List the users that may administer RingCX",
		"/voice/api/v1/admin/users?flatten=true",
		terminal.Column{Title: "USER", Field: "userId"}, terminal.Column{Title: "FIRST NAME", Field: "firstName"}, terminal.Column{Title: "LAST NAME", Field: "lastName"}, terminal.Column{Title: "USER NAME", Field: "userName"}, terminal.Column{Title: "ENABLED", Field: "enabled"}))
}

func (a *app) list(short, path string, columns ...terminal.Column) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: short, Args: cmdline.NoArgs,
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
				return terminal.WriteJSON(a.Stdout, rows)
			}
			return a.Table(rows, columns)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the vendor's answer as JSON")
	return cmd
}

// profileBlocks prints profiles for a narrow terminal.
func (a *app) profileBlocks(profiles []profileRow) error {
	rows := make([]map[string]any, len(profiles))
	for i, r := range profiles {
		rows[i] = map[string]any{"name": strings.TrimSpace(r.Name + " " + star(r.Selected)), "method": r.way(), "app": r.ClientID, "cx": r.Servers.RingCX, "dirs": strings.Join(r.Directories, ", ")}
	}
	return a.Blocks(rows, []terminal.Column{{Title: "PROFILE", Field: "name"}, {Title: "LOGIN", Field: "method"}, {Title: "APP", Field: "app"}, {Title: "RINGCX", Field: "cx"}, {Title: "DIRECTORIES", Field: "dirs"}})
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
