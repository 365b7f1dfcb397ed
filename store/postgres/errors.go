package postgres

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/ringcx-go/ringcx/store/internal/lease"
)

const opURL = "read the URL"

// storeError is what PostgreSQL or the way to it refused.
type storeError struct {
	op     string
	cause  error
	remedy string
}

func (e *storeError) Error() string {
	return "PostgreSQL store: cannot " + e.op + ": " + lease.Plain(e.cause)
}

// Setting says whether the store's URL cannot be understood, so that no server was asked.
func (e *storeError) Setting() bool { return e.op == opURL }

// Hint is what can be done about it, "" if nothing better than the error can be said.
func (e *storeError) Hint() string { return e.remedy }

// Unwrap returns what the driver said.
func (e *storeError) Unwrap() error { return e.cause }

// hints are for people who set a store up, by SQLSTATE.
var hints = map[string]string{
	"28P01": "check user and password in the store's URL",
	"28000": "the server does not let this user in from here: check the store's URL and the server's pg_hba.conf",
	"3D000": "create the database, or name another in the store's URL",
	"3F000": "create the schema, or name another as search_path in the store's URL",
	"42501": "let the owner of the database run: GRANT SELECT, INSERT, UPDATE ON ringcx_lineages TO the user of the store's " +
		"URL; who is to create the table needs GRANT CREATE ON SCHEMA",
	"25006": "this server is a read-only standby: list all hosts in the store's URL and add target_session_attrs=read-write",
	"53300": "the server has no connection left: give each program fewer with pool_max_conns in the store's URL",
}

func explain(op string, err error) error {
	if err == nil {
		return nil
	}
	e := &storeError{op: op, cause: err}
	var said *pgconn.PgError
	var connect *pgconn.ConnectError
	switch {
	case errors.As(err, &said):
		e.remedy = hints[said.Code]
	case errors.As(err, &connect):
		e.remedy = "check that PostgreSQL runs and that the store's URL names its host, port and TLS mode"
	}
	return e
}

// Passing implements lease.Engine.
func (s steps) Passing(err error) bool {
	var said *pgconn.PgError
	if errors.As(err, &said) {
		// No such prepared statement, or one of the name already: nothing was done.
		if said.Code == "26000" || said.Code == "42P05" {
			s.unprepared.Store(true)
			return true
		}
		// Class 08: connection; 57P: the server ends or starts; 53300: no connection left; 40: repeat the transaction.
		return slices.ContainsFunc([]string{"08", "57P", "53300", "40"}, func(c string) bool { return strings.HasPrefix(said.Code, c) })
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var network net.Error
	return pgconn.SafeToRetry(err) || errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
