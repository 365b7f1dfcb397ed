//go:build unix

package testservers

import (
	"bufio"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Postgres starts a PostgreSQL server. Each setting is one of postgresql.conf, "name=value".
func Postgres(settings ...string) (*Server, error) {
	return start(engine{
		program: "postgres", users: []string{"postgres", "nobody"}, settings: settings,
		prepare: func(s *Server) error {
			file := filepath.Join(s.dir, "password")
			word, err := url.PathUnescape(Password)
			if err != nil {
				return err
			}
			if err := os.WriteFile(file, []byte(word), 0o644); err != nil { //nolint:gosec // a test's password
				return err
			}
			return s.run(s.sibling("initdb"), "--no-sync", "--auth=scram-sha-256", "--username=ringcx",
				"--encoding=UTF8", "--locale=C", "--pwfile="+file, "--pgdata="+filepath.Join(s.dir, "data"))
		},
		args: func(s *Server) []string {
			args := []string{"-D", filepath.Join(s.dir, "data"), "-p", strconv.Itoa(s.port)}
			for _, setting := range append([]string{
				"listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", "shared_buffers=16MB",
			}, s.engine.settings...) {
				args = append(args, "-c", setting)
			}
			return args
		},
		ready: func(s *Server) bool {
			return s.run(s.sibling("pg_isready"), "-q", "-h", "127.0.0.1", "-p", strconv.Itoa(s.port)) == nil
		},
		url: func(s *Server) string {
			return fmt.Sprintf("postgres://ringcx:%s@127.0.0.1:%d/postgres?sslmode=disable", Password, s.port)
		},
	})
}

// Redis starts a Redis server. Each setting is one of redis.conf, "name value". Without any it keeps nothing on disk.
func Redis(settings ...string) (*Server, error) {
	return start(engine{
		program: "redis-server", users: []string{"redis", "nobody"}, settings: settings,
		args: func(s *Server) []string {
			word, _ := url.PathUnescape(Password)
			args := []string{"--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--dir", s.dir, "--requirepass", word, "--masterauth", word}
			for _, setting := range s.engine.settings {
				name, value, _ := strings.Cut(setting, " ")
				args = append(args, "--"+name, value)
			}
			return args
		},
		ready: ping,
		url:   func(s *Server) string { return fmt.Sprintf("redis://:%s@127.0.0.1:%d/0", Password, s.port) },
	})
}

// Address is the server's host and port.
func (s *Server) Address() (host string, port int) { return "127.0.0.1", s.port }

// ping asks as every client does. While the server reads its data it answers LOADING.
func ping(s *Server) bool {
	conn, err := net.DialTimeout("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)), time.Second) //nolint:noctx // it has a limit
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return false
	}
	word, _ := url.PathUnescape(Password)
	if _, err := fmt.Fprintf(conn, "AUTH %s\r\nPING\r\n", word); err != nil {
		return false
	}
	lines := bufio.NewReader(conn)
	for range 2 {
		if line, err := lines.ReadString('\n'); err != nil {
			return false
		} else if strings.HasPrefix(line, "+PONG") {
			return true
		}
	}
	return false
}
