//go:build unix

package postgres_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/testservers"
	"github.com/ringcx-go/ringcx/store/internal/lease/leasetest"
)

func mode(url, mode string) string {
	return strings.Replace(url, "sslmode=disable", "sslmode="+mode, 1)
}

func TestAServerThatIsNotTheOneThatIsMeantIsTold(t *testing.T) {
	plain := suite.Start(t).URL()
	red, err := testservers.Redis()
	leasetest.Need(t, err)
	t.Cleanup(func() { _ = red.Stop() })
	host, port := red.Address()
	other := fmt.Sprintf("%s:%d", host, port)
	suite.AllRefused(t, map[string][3]string{
		"a plain one asked for TLS":    {mode(plain, "require"), "speaks no TLS", "sslmode=disable"},
		"a plain one asked for a name": {mode(plain, "verify-full"), "speaks no TLS", "ssl = on"},
		"a web server":                 {"postgres://u:pw-canary@" + leasetest.Web(t, false) + "/x", "a web server answers there", "check that PostgreSQL runs"},
		"a web server asked for TLS":   {"postgres://u:pw-canary@" + leasetest.Web(t, false) + "/x?sslmode=require", "a web server answers there", "check that PostgreSQL runs"},
		"Redis":                        {"postgres://u:pw-canary@" + other + "/x", "Redis answers there", "write redis://"},
		"Redis asked for TLS":          {"postgres://u:pw-canary@" + other + "/x?sslmode=require", "Redis answers there", "write redis://"},
		"no password":                  {strings.Replace(plain, ":"+testservers.Password, "", 1), "password authentication failed", "put the password into"},
		"another user":                 {strings.Replace(plain, "ringcx:", "nobody:", 1), "password authentication failed", "check user and password"},
		"a host that is not there":     {"postgres://u:pw-canary@nowhere.invalid/x", "nowhere.invalid", ""},
		"two ports without a server":   {"postgres://u:pw-canary@127.0.0.1:1,127.0.0.1:2/x", "connection refused", "check that PostgreSQL runs"},
		"a primary and no standby":     {plain + "&target_session_attrs=standby", "target_session_attrs", "which server is the primary"},
	})
	open(t, mode(plain, "prefer"))
}

func TestWhatTLSOfPostgreSQLLacksIsTold(t *testing.T) {
	cert, key := testservers.TLSFiles(t, "postgres", "nobody")
	hba := filepath.Join(filepath.Dir(cert), "hba.conf")
	rules := "hostssl postgres ringcx 127.0.0.1/32 scram-sha-256\nhostssl template1 ringcx 127.0.0.1/32 scram-sha-256 clientcert=verify-ca\n"
	if err := os.WriteFile(hba, []byte(rules), 0o644); err != nil { //nolint:gosec // the server's user reads it
		t.Fatal(err)
	}
	s, err := testservers.Postgres("ssl=on", "ssl_cert_file="+cert, "ssl_key_file="+key, "ssl_ca_file="+cert, "hba_file="+hba)
	leasetest.Need(t, err)
	t.Cleanup(func() { _ = s.Stop() })
	full := mode(s.URL(), "verify-full")
	trusting := full + "&sslrootcert=" + cert
	suite.Refused(t, s.URL(), "no encryption", "over TLS alone")
	suite.Refused(t, full, "not one that this program trusts", "sslrootcert")
	suite.Refused(t, strings.Replace(trusting, "127.0.0.1", "localhost", 1), "is for another name than localhost (127.0.0.1)", "name the host in the store's URL")
	suite.Refused(t, strings.Replace(mode(s.URL(), "require"), "/postgres?", "/template1?", 1), "valid client certificate", "sslcert and sslkey")
	suite.Refused(t, strings.Replace(mode(s.URL(), "prefer"), "/postgres?", "/template0?", 1), "no pg_hba.conf entry", "pg_hba.conf")
	open(t, trusting)
}

func TestAServerWithoutAConnectionLeftIsTold(t *testing.T) {
	s, err := testservers.Postgres("max_connections=1", "superuser_reserved_connections=0", "max_wal_senders=0")
	leasetest.Need(t, err)
	t.Cleanup(func() { _ = s.Stop() })
	open(t, s.URL())
	suite.Refused(t, s.URL(), "too many clients", "pool_max_conns")
}

// ending listens, and ends each connection at once after the first words.
func ending(t *testing.T, reset bool) string {
	t.Helper()
	return testservers.Listen(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 1024))
		if tcp, ok := conn.(*net.TCPConn); ok && reset {
			_ = tcp.SetLinger(0)
		}
	})
}

func TestAServerThatEndsTheConnectionIsTold(t *testing.T) {
	for _, reset := range []bool{false, true} {
		suite.Refused(t, "postgres://u:pw-canary@"+ending(t, reset)+"/x?sslmode=disable", "closed the connection without an answer", "check that it is PostgreSQL")
	}
}
