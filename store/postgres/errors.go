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
	"github.com/ringcx-go/ringcx/store/internal/reach"
)

// isDropped tells that the table is not there, or not any more.
func isDropped(err error) bool {
	var told *pgconn.PgError
	return errors.As(err, &told) && told.Code == "42P01"
}

// otherTable is for a table of that name which this store has not made.
const otherTable = "the table ringcx_lineages there is of another shape than this store's, so it is somebody else's: rename it, or name another " +
	"database, or another schema as search_path, in the store's URL"

// hints are for people who set a store up, by SQLSTATE.
var hints = map[string]string{
	"28P01": "check user and password in the store's URL",
	"28000": "the server does not let this user in from here: check the store's URL and the server's pg_hba.conf",
	"3D000": "create the database, or name another in the store's URL",
	"3F000": "create the schema, or name another as search_path in the store's URL",
	"42501": "let the owner of the database run: GRANT SELECT, INSERT, UPDATE ON ringcx_lineages TO the user of the store's " +
		"URL; who is to create the table needs GRANT CREATE ON SCHEMA",
	"25006": "this server is a read-only standby: list all hosts in the store's URL and add target_session_attrs=read-write",
	"42703": otherTable,
	"42804": otherTable,
	"42809": otherTable,
	"42883": otherTable,
	"42P10": otherTable,
	"53300": "the server has no connection left: give each program fewer with pool_max_conns in the store's URL",
	"53100": "the server's disk is full",
	"57P03": "the server starts or ends: try again when it has done so",
	"08P01": "what answers may be a pooler such as PgBouncer: see that it knows the database and the user of the store's URL",
}

// inWords are hints by what the server says, where the SQLSTATE alone does not tell.
var inWords = []struct{ says, hint string }{
	{"valid client certificate", words.ClientCert},
	{"no encryption", "the server lets this user in over TLS alone, or not at all: write sslmode=require or verify-full in the store's URL, or see its pg_hba.conf"},
	{"does not exist", "create the user, or name another in the store's URL"},
}

const product = "PostgreSQL"

const wrong = "check that PostgreSQL runs and that the store's URL names its host, port and TLS mode"

var words = reach.Words{
	Dial:       wrong,
	Trust:      "name a file with the root certificate of its maker as sslrootcert in the store's URL",
	NoTLS:      "switch the server's TLS on (ssl = on), or, on a network that nobody else is on, write sslmode=disable in the store's URL",
	ClientCert: "name a certificate and its key as sslcert and sslkey in the store's URL",
}

func explain(op string, err error) error {
	if err == nil {
		return nil
	}
	e := &reach.Error{Server: product, Op: op, Cause: err}
	var said *pgconn.PgError
	var connect *pgconn.ConnectError
	isConnect := errors.As(err, &connect)
	switch t := reach.Of(err, words); {
	case errors.As(err, &said):
		e.Text, e.Remedy = reach.Clip(said.Error()), hints[said.Code]
		for _, h := range inWords {
			if said.Code == "28000" && strings.Contains(said.Message, h.says) {
				e.Remedy = h.hint
			}
		}
		if said.Code == "28P01" && isConnect && connect.Config.Password == "" {
			e.Remedy = "put the password into the store's URL, after the user and a colon"
		}
	case t.Text != "":
		e.Text, e.Remedy = t.Text, t.Remedy
	case strings.Contains(err.Error(), "server refused TLS connection"):
		e.Text, e.Remedy = "the server speaks no TLS", words.NoTLS
	case strings.Contains(err.Error(), "ValidateConnect failed"):
		e.Text, e.Remedy = "no host is what target_session_attrs asks for", "check target_session_attrs in the store's URL, and which server is the primary"
	case isConnect && reach.IsCut(err):
		e.Text, e.Remedy = "the server closed the connection without an answer", "check that it is PostgreSQL: "+words.Dial
	case isConnect:
		e.Text, e.Remedy = once(connect.Unwrap()), wrong
	}
	return e
}

// once is what errors of several addresses say, each thing once.
func once(err error) string {
	var texts []string
	var collect func(error)
	collect = func(err error) {
		if many, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // this very one
			for _, one := range many.Unwrap() {
				collect(one)
			}
			return
		}
		if text := lease.Plain(err); !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	collect(err)
	return reach.Clip(strings.Join(texts, "; "))
}

// judge has something against what listens where PostgreSQL should, nil if it does not tell what it is.
func judge(config *pgconn.Config) func(context.Context) error {
	network, address := pgconn.NetworkAddress(config.Host, config.Port)
	return func(ctx context.Context) error {
		e := &reach.Error{Server: product, Op: reach.OpConnect, Cause: errors.New("not the server that is meant"), Remedy: wrong}
		switch who, _ := reach.Ask(ctx, network, address); who {
		case reach.Web:
			e.Text = "a web server answers there, not PostgreSQL"
		case reach.Redis:
			e.Text, e.Remedy = "Redis answers there, not PostgreSQL", "write redis:// for a store in Redis, or name the port of PostgreSQL (5432)"
		case reach.TLS:
			e.Text = "a server of TLS answers there, not PostgreSQL"
		default:
			return nil
		}
		return e
	}
}

// blame is err, or what is against the server itself.
func blame(trying context.Context, err error) error {
	var found *reach.Error
	if errors.As(context.Cause(trying), &found) {
		return found
	}
	return err
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
