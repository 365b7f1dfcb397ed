//go:build linux

package check_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/ringcx-go/ringcx/internal/testservers"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// again is what a service manager does that keeps a socket: it starts the service for that, and again when it has ended.
const again = `while test -e run; do sh -c 'echo $$ >pid; LISTEN_PID=${LISTEN_FDS:+$$} exec "$@"' sh "$@" || exit 1; done`

// service is the broker as its unit starts it.
type service struct {
	t       *testing.T
	dir     string
	address string
	vendor  *ringcxtest.Server
	start   []string // ExecStart
	told    *net.UnixConn
	log     bytes.Buffer
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{t: t, dir: t.TempDir(), address: "127.0.0.1:" + testservers.FreePort(t), vendor: ringcxtest.NewServer(t, nil)}
	in := func(name string) string { return filepath.Join(s.dir, name) }
	write(t, in("credentials/ringcx.env"), login(t, s.vendor, "127.0.0.1"), 0o400)
	write(t, in("broker.toml"), "linger = \"0s\"\n", 0o644)
	write(t, in("run"), "", 0o600)
	s.install()
	s.start = strings.Fields(strings.NewReplacer(
		"/usr/bin/ringcx", in("ringcx"), "${CREDENTIALS_DIRECTORY}", in("credentials"), "/etc/ringcx/", in("")+"/",
	).Replace(set(t, "ringcx-broker.service", "ExecStart")))
	var err error
	if s.told, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Name: in("notify"), Net: "unixgram"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.told.Close() })
	return s
}

// install puts the command where the unit has it, over one that runs.
func (s *service) install() {
	s.t.Helper()
	path := filepath.Join(s.dir, "ringcx")
	write(s.t, path+".new", read(s.t, command), 0o755)
	if err := os.Rename(path+".new", path); err != nil {
		s.t.Fatal(err)
	}
}

// manage starts what keeps the service running: behind a socket that stays, or with one of the service's own.
func (s *service) manage(activated bool) *exec.Cmd {
	s.t.Helper()
	env := []string{"HOME=" + s.dir, "NOTIFY_SOCKET=" + filepath.Join(s.dir, "notify"), "PATH=" + os.Getenv("PATH")}
	args := append([]string{"sh", "-c", again, "sh"}, s.start...)
	if activated {
		pre := []string{"systemd-socket-activate", "--listen=" + s.address}
		for _, v := range env {
			pre = append(pre, "--setenv="+v)
		}
		args = append(pre, args...)
	} else {
		args = append(args, "--listen", s.address)
	}
	cmd := exec.CommandContext(s.t.Context(), args[0], args[1:]...)
	cmd.Dir, cmd.Env, cmd.Stderr = s.dir, env, &s.log
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	return cmd
}

// await waits until the broker tells its manager that it is ready.
func (s *service) await() {
	s.t.Helper()
	for said := make([]byte, 1024); ; {
		n, err := s.told.Read(said)
		if err != nil {
			s.t.Fatal(err)
		}
		if strings.Contains(string(said[:n]), "READY=1") {
			return
		}
	}
}

// end ends the broker that runs.
func (s *service) end() {
	s.t.Helper()
	pid, err := strconv.Atoi(strings.TrimSpace(read(s.t, filepath.Join(s.dir, "pid"))))
	if err == nil {
		err = syscall.Kill(pid, syscall.SIGTERM)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func ask(ctx context.Context, client *http.Client, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, body)
	}
	return err
}

// upgrades replaces the broker three times while callers ask, and gives how many asked and how many got no answer.
func (s *service) upgrades(activated bool) (asked, dropped int64) {
	s.t.Helper()
	url, all, stop := "http://"+s.address+"/healthz", sync.WaitGroup{}, make(chan struct{})
	manager := s.begin(activated)
	var count, lost atomic.Int64
	for i := range 4 {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: i%2 == 0}}
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if ask(s.t.Context(), client, url) != nil {
					lost.Add(1)
				}
				count.Add(1)
			}
		})
	}
	for range 3 {
		for until := count.Load() + 40; count.Load() < until; {
			_ = ask(s.t.Context(), http.DefaultClient, url)
		}
		s.install()
		s.end()
		s.await()
	}
	close(stop)
	all.Wait()
	s.finish(manager)
	return count.Load(), lost.Load()
}

// begin starts the broker, and what keeps it running.
func (s *service) begin(activated bool) (manager *exec.Cmd) {
	s.t.Helper()
	manager = s.manage(activated)
	for ctx := s.t.Context(); ask(ctx, http.DefaultClient, "http://"+s.address+"/healthz") != nil; { // systemd-socket-activate is there, and has started it
		if ctx.Err() != nil {
			s.t.Fatal(&s.log)
		}
	}
	s.await()
	return manager
}

// finish ends both.
func (s *service) finish(manager *exec.Cmd) {
	s.t.Helper()
	if err := os.Remove(filepath.Join(s.dir, "run")); err != nil {
		s.t.Fatal(err)
	}
	s.end()
	if err := manager.Wait(); err != nil {
		s.t.Errorf("%v: %s", err, &s.log)
	}
}

func TestABrokerIsReplacedBehindItsSocketAndDropsNoRequest(t *testing.T) {
	need(t, "systemd-socket-activate")
	s := newService(t)
	asked, dropped := s.upgrades(true)
	t.Logf("%d requests, %d dropped", asked, dropped)
	if dropped > 0 {
		t.Errorf("of %d requests %d were dropped: %s", asked, dropped, &s.log)
	}
	if _, dropped = newService(t).upgrades(false); dropped == 0 {
		t.Error("without the socket none is dropped either, so that this test sees nothing")
	}
}

// once sends a request on a connection as it is, and never a second time, as programs do that have no library which does.
func once(conn net.Conn, from *bufio.Reader, request string) (last bool, err error) {
	if _, err := io.WriteString(conn, request); err != nil {
		return true, err
	}
	resp, err := http.ReadResponse(from, nil)
	if err != nil {
		return true, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	if _ = resp.Body.Close(); err == nil && resp.StatusCode != http.StatusOK {
		err = errors.New(resp.Status)
	}
	return resp.Close, err
}

// keepAlive sends it again and again on one connection, until an answer is the last one there.
func keepAlive(address, request string) (answers int64, err error) {
	conn, err := net.Dial("tcp", address) //nolint:noctx // loopback
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	from := bufio.NewReader(conn)
	for last := false; !last && answers < 3; answers++ {
		if last, err = once(conn, from, request); err != nil {
			return answers, err
		}
	}
	return answers, nil
}

// Answers that take longer than the broker lingers were begun before it was to end, and their connections are used again.
func TestNoRequestIsDroppedBehindASlowOneWhenTheBrokerIsReplaced(t *testing.T) {
	need(t, "systemd-socket-activate")
	s := newService(t)
	const path = "/voice/api/v1/admin/accounts"
	write(t, filepath.Join(s.dir, "broker.toml"), "linger = \"500ms\"\nlimits = false\n", 0o644)
	resp, err := http.Post(s.vendor.URL+"/_sandbox/faults", "application/json", strings.NewReader(`{"path":"`+path+`","kind":"delay","delay":"1500ms","times":10000}`)) //nolint:noctx // of the test's own
	if err != nil || resp.StatusCode/100 != 2 {
		t.Fatal(err, resp)
	}
	_ = resp.Body.Close()
	manager := s.begin(true)
	create := exec.CommandContext(t.Context(), s.start[0], "broker", "key", "create", "--name", "caller", "--config", filepath.Join(s.dir, "broker.toml"))
	create.Env = []string{"HOME=" + s.dir}
	key, err := create.Output()
	if err != nil {
		t.Fatal(err, string(key))
	}
	request := "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + strings.TrimSpace(string(key)) + "\r\n\r\n"
	var all sync.WaitGroup
	var count atomic.Int64
	stop, failed := make(chan struct{}), make(chan error, 1000)
	for range 4 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if n, err := keepAlive(s.address, request); err != nil {
					failed <- err
				} else {
					count.Add(n)
				}
			}
		})
	}
	for range 3 {
		for until := count.Load() + 5; count.Load() < until; {
			_ = ask(t.Context(), http.DefaultClient, "http://"+s.address+"/healthz")
		}
		s.install()
		s.end()
		s.await()
	}
	close(stop)
	all.Wait()
	close(failed)
	for err := range failed {
		t.Errorf("dropped: %v", err)
	}
	s.finish(manager)
}

func TestAMissingSecretIsNamedAndTheSocketOfTheServiceIsItsOwn(t *testing.T) {
	s := newService(t)
	if err := os.Remove(filepath.Join(s.dir, "credentials/ringcx.env")); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), s.start[0], s.start[1:]...).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "credentials/ringcx.env: no such file or directory") {
		t.Errorf("%v: %s", err, out)
	}
	if at := set(t, "ringcx-broker.socket", "ListenStream"); at != "127.0.0.1:8788" {
		t.Errorf("callers, and the health check, look for it at 127.0.0.1:8788 and not at %s", at)
	}
}
