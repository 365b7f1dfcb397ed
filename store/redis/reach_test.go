//go:build unix

package redis_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/testservers"
	"github.com/ringcx-go/ringcx/store/internal/lease/leasetest"
	"github.com/ringcx-go/ringcx/store/redis"
)

// mute takes connections and says nothing.
func mute(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

func TestAServerThatIsNotTheOneThatIsMeantIsTold(t *testing.T) {
	plain := suite.Start(t).URL()
	pg, err := testservers.Postgres()
	leasetest.Need(t, err)
	t.Cleanup(func() { _ = pg.Stop() })
	host, port := pg.Address()
	database := fmt.Sprintf("%s:%d", host, port)
	suite.AllRefused(t, map[string][3]string{
		"a plain one asked for TLS":      {strings.Replace(plain, "redis://", "rediss://", 1), "speaks no TLS", "write redis://"},
		"a web server":                   {"redis://:pw-canary@" + leasetest.Web(t, false) + "/0", "not Redis", "check that Redis runs"},
		"a web server asked for TLS":     {"rediss://:pw-canary@" + leasetest.Web(t, false) + "/0", "not Redis", "check that Redis runs"},
		"a web server of TLS":            {"redis://:pw-canary@" + leasetest.Web(t, true) + "/0", "speaks TLS alone", "write rediss://"},
		"an unknown authority":           {"rediss://:pw-canary@" + leasetest.Web(t, true) + "/0", "not one that this program trusts", "SSL_CERT_FILE"},
		"PostgreSQL":                     {"redis://:pw-canary@" + database + "/0", "closed the connection", "check that it is Redis"},
		"PostgreSQL asked for TLS":       {"rediss://:pw-canary@" + database + "/0", "closed the connection", "check that it is Redis"},
		"one that says nothing":          {"redis://:pw-canary@" + mute(t) + "/0", "did not answer in time", "check that it is Redis"},
		"a database that is not there":   {strings.Replace(plain, "/0", "/9999", 1), "DB index is out of range", "such as /0"},
		"a host that is not there":       {"redis://:pw-canary@nowhere.invalid/0", "nowhere.invalid", ""},
		"a port where nobody listens":    {"redis://:pw-canary@127.0.0.1:1/0", "connection refused", "check that Redis runs"},
		"TLS where nobody listens":       {"rediss://:pw-canary@127.0.0.1:1/0", "connection refused", "check that Redis runs"},
		"a user who is not there":        {strings.Replace(plain, "redis://:", "redis://someone:", 1), "WRONGPASS", "check user and password"},
		"a password with a long garbage": {strings.Replace(plain, testservers.Password, strings.Repeat("canary", 50), 1), "WRONGPASS", "check user and password"},
	})
}

func TestWhatTLSOfRedisLacksIsTold(t *testing.T) {
	cert, key := testservers.TLSFiles(t, "redis", "nobody")
	port := testservers.FreePort(t)
	s, err := testservers.Redis("tls-port "+port, "tls-cert-file "+cert, "tls-key-file "+key, "tls-ca-cert-file "+cert)
	leasetest.Need(t, err)
	t.Cleanup(func() { _ = s.Stop() })
	suite.Refused(t, "redis://:pw-canary@127.0.0.1:"+port+"/0", "speaks TLS alone", "write rediss://")
	suite.Refused(t, "rediss://:pw-canary@127.0.0.1:"+port+"/0", "not one that this program trusts", "SSL_CERT_FILE")
	suite.Refused(t, "rediss://:pw-canary@localhost:"+port+"/0", "is for another name than localhost (127.0.0.1)", "name the host in the store's URL")
	suite.Refused(t, "rediss://:pw-canary@127.0.0.1:"+port+"/0?skip_verify=true", "certificate of its client", "tls-auth-clients no")
	free, err := testservers.Redis("tls-port "+testservers.FreePort(t), "tls-cert-file "+cert, "tls-key-file "+key, "tls-ca-cert-file "+cert, "tls-auth-clients no")
	leasetest.Need(t, err)
	t.Cleanup(func() { _ = free.Stop() })
	open(t, free.URL())
}

// firstUse is what the first use of the store at a URL says.
func firstUse(t *testing.T, url string) error {
	t.Helper()
	s, err := redis.Open(t.Context(), url)
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.Load(t.Context(), "k"); err != nil {
		return err
	}
	return s.Update(t.Context(), "k", func(_ []byte, save func([]byte) error) error { return save([]byte("v")) })
}

func TestStatesOfRedisAreToldFromMistakes(t *testing.T) {
	for setting, c := range map[string]struct{ text, hint string }{
		"maxclients 1":            {"max number of clients", "maxclients"},
		"replicaof 127.0.0.1 1":   {"READONLY", "name the primary"},
		"cluster-enabled yes":     {"CLUSTERDOWN", "redis.New a client of the cluster"},
		"min-replicas-to-write 1": {"NOREPLICAS", "min-replicas-to-write"},
		"maxmemory 1":             {"OOM", "raise maxmemory"},
		"timeout 0":               {"", ""},
	} {
		t.Run(setting, func(t *testing.T) {
			t.Parallel()
			s, err := testservers.Redis(setting)
			leasetest.Need(t, err)
			t.Cleanup(func() { _ = s.Stop() })
			if strings.HasPrefix(setting, "maxclients") {
				if err := client(t, s.URL()).Ping(t.Context()).Err(); err != nil {
					t.Fatal(err)
				}
			}
			switch err := firstUse(t, s.URL()); {
			case c.text == "" && err != nil:
				t.Fatal(err)
			case c.text == "":
			case err == nil || !strings.Contains(err.Error(), c.text) || strings.Contains(err.Error(), "canary"):
				t.Fatalf("it says %v, want %q", err, c.text)
			default:
				leasetest.WantHint(t, err, c.hint)
			}
		})
	}
}

// A Sentinel, and servers before Redis 6, repeat what they were told with what they do not know.
func TestACommandThatIsNotKnownIsToldWithoutItsArguments(t *testing.T) {
	address := testservers.Listen(t, func(conn net.Conn) {
		lines := bufio.NewScanner(conn)
		for lines.Scan() {
			answer := "-ERR unknown command `%s`, with args beginning with: `pw-canary`\r\n"
			if strings.HasPrefix(lines.Text(), "*") {
				continue
			}
			if word := strings.ToLower(lines.Text()); word == "hello" || word == "ping" || word == "auth" || word == "client" || word == "hget" {
				_, _ = fmt.Fprintf(conn, answer, word)
			}
		}
	})
	err := firstUse(t, "redis://"+address+"/0")
	if err == nil || !strings.Contains(err.Error(), "unknown command") || strings.Contains(err.Error(), "canary") {
		t.Fatalf("it says %v", err)
	}
	leasetest.WantHint(t, err, "it may be a Sentinel")
}
