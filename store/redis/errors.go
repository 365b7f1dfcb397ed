package redis

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/ringcx-go/ringcx/store/internal/reach"
)

const product = "Redis"

const (
	cluster  = "this server is one of a cluster, which a store's URL cannot name: give redis.New a client of the cluster, or name a server that stands alone"
	noSecret = "this server asks for no password: leave it out of the store's URL"
	wrong    = "check that Redis runs and that the store's URL names its host and port"
)

// hints are for people who set a store up, by what Redis's error begins with, after ERR if that is first.
var hints = []struct{ begins, hint string }{
	{"WRONGPASS", "check user and password in the store's URL"},
	{"NOAUTH", "put user and password into the store's URL"},
	{"AUTH", noSecret},
	{"Client sent AUTH", noSecret},
	{"NOPERM", "let the user of the store's URL do this: ACL SETUSER name ~ringcx:* &ringcx:* +@hash +@scripting +@pubsub +time +ping " +
		"+info +config|get"},
	{"READONLY", "this server is a replica: name the primary in the store's URL"},
	{"MASTERDOWN", "this server is a replica that has lost its primary: name the primary in the store's URL"},
	{"NOREPLICAS", "too few replicas are there for the server to write (min-replicas-to-write): see its log"},
	{"OOM", "the server's memory is full: raise maxmemory"},
	{"MISCONF", "the server cannot write to its disk: see its log"},
	{"LOADING", "the server reads its data: try again when it has done so"},
	{"BUSY", "the server is busy with a script of somebody's: try again, or see SCRIPT KILL"},
	{"MOVED", cluster},
	{"CROSSSLOT", cluster},
	{"CLUSTERDOWN", cluster},
	{"SELECT is not allowed in cluster mode", cluster},
	{"DENIED", "the server lets in programs of its own machine alone (protected mode): give it a password, and this store's URL the same"},
	{"DB index", "name a database that the server has at the end of the store's URL, such as /0"},
	{"max number of clients", "the server has no connection left: raise its maxclients, or give each program fewer with pool_size in the store's URL"},
	{"unknown command", "what answers lacks what this store needs; it may be a Sentinel (port 26379): name the primary itself in the store's URL"},
}

var words = reach.Words{
	Dial:       wrong,
	Trust:      "add the root certificate of its maker to those of this system, or name it in SSL_CERT_FILE",
	NoTLS:      "write redis:// and not rediss:// in the store's URL, on a network that nobody else is on, or switch the server's TLS on (tls-port)",
	ClientCert: "a store's URL cannot name a certificate: let the server do without (tls-auth-clients no), or give redis.New a client that has one",
}

func explain(op string, err error) error {
	if err == nil {
		return nil
	}
	e := &reach.Error{Server: product, Op: op, Cause: err}
	for _, h := range hints {
		if redis.HasErrorPrefix(err, h.begins) {
			e.Remedy = h.hint
			text, _, _ := strings.Cut(err.Error(), ", with args") // which may be those of AUTH
			e.Text = reach.Clip(text)
			return e
		}
	}
	var dial *dialError
	cause := err
	if errors.As(err, &dial) {
		cause, e.Remedy = dial.cause, wrong
	}
	if t := reach.Of(cause, words); t.Text != "" {
		e.Text, e.Remedy = t.Text, t.Remedy
		return e
	}
	switch {
	case strings.Contains(err.Error(), "can't parse"):
		e.Text, e.Remedy = "what answers there is not Redis", wrong
	case isLate(cause):
		e.Text = "the server took the connection and did not answer in time"
		e.Remedy = "check that it is Redis and runs, and that nothing in between holds its answers back; the store's URL begins with rediss:// if it wants TLS"
	case reach.IsCut(cause):
		e.Text = "the server closed the connection without an answer"
		e.Remedy = "check that it is Redis, and whether it wants TLS: the store's URL begins with rediss:// then"
	}
	return e
}

func isLate(err error) bool {
	var op *net.OpError
	return errors.Is(err, os.ErrDeadlineExceeded) && !(errors.As(err, &op) && op.Op == "dial")
}

// judge has something against what listens where Redis should, nil if it does not tell what it is.
func judge(options *redis.Options) func(context.Context) error {
	return func(ctx context.Context) error {
		e := &reach.Error{Server: product, Op: reach.OpConnect, Cause: errors.New("not the server that is meant"), Remedy: wrong}
		switch who, line := reach.Ask(ctx, options.Network, options.Addr); {
		case who == reach.Web:
			e.Text = "a web server answers there, not Redis"
		case who == reach.Redis && options.TLSConfig != nil:
			e.Text, e.Remedy = "what listens there speaks no TLS", words.NoTLS
		case who == reach.Redis && strings.Contains(line, "max number of clients"):
			return explain(reach.OpConnect, refused(strings.TrimPrefix(line, "-"))) // which the driver does not read before the end
		case options.TLSConfig == nil && (who == reach.TLS || reach.AskTLS(ctx, options.Network, options.Addr)):
			e.Text, e.Remedy = "the server speaks TLS alone there", "write rediss:// and not redis:// in the store's URL"
		default:
			return nil
		}
		return e
	}
}

// refused is what Redis says to a client that it does not want.
type refused string

func (e refused) Error() string { return string(e) }

// RedisError tells the driver whose words they are.
func (e refused) RedisError() {}

// Passing implements lease.Engine.
func (s steps) Passing(err error) bool {
	for _, code := range []string{"LOADING", "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN", "BUSY", "READONLY"} {
		if redis.HasErrorPrefix(err, code) {
			return true
		}
	}
	var dial *dialError
	var network net.Error
	return errors.As(err, &dial) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, redis.ErrPoolTimeout) ||
		errors.As(err, &network) && !errors.Is(err, context.Canceled)
}
