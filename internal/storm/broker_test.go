//go:build unix && storm

package storm_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/ringcx-go/ringcx/internal/cli"
	"github.com/ringcx-go/ringcx/internal/testservers"
)

// commandVariable is the environment variable that makes the test binary the command ringcx.
const commandVariable = "RINGCX_STORM_COMMAND"

// beCommand does not return if this process is the command.
func beCommand() {
	if os.Getenv(commandVariable) != "" {
		os.Exit(cli.Main(cli.System()))
	}
}

// broker is one of several that share a login: 'ringcx broker', again and again at one address.
type broker struct {
	fleet   *fleet
	name    string
	address string
	dir     string
	url     string // of the store
	blind   bool   // nobody is told when it is stopped, see the control

	mu     sync.Mutex // guards the fields below
	cmd    *exec.Cmd  // nil: it does not run
	exited chan struct{}
	log    bytes.Buffer
	seen   time.Time // when the last token ends that it handed out since it was started
	away   spans
}

// spans are the times in which something could not be asked.
type spans []span

type span struct{ from, to time.Time } // to is zero until it is over

func (s *spans) begin() { *s = append(*s, span{from: time.Now()}) }

func (s spans) end() {
	if n := len(s); n > 0 && s[n-1].to.IsZero() {
		s[n-1].to = time.Now()
	}
}

// meet tells whether a time has one of the spans in it.
func (s spans) meet(from, to time.Time) bool {
	for _, one := range s {
		if one.from.Before(to) && (one.to.IsZero() || one.to.After(from)) {
			return true
		}
	}
	return false
}

// newBroker prepares a broker, which does not run.
func (f *fleet) newBroker(n int, store, more string) *broker {
	f.t.Helper()
	b := &broker{fleet: f, name: fmt.Sprintf("broker-%d", n), address: "127.0.0.1:" + testservers.FreePort(f.t), dir: f.t.TempDir(), url: store}
	text := fmt.Sprintf("linger = \"0s\"\nmax_wait = \"1s\"\nreplicas = %d\n%s[[listen]]\naddress = %q\n", brokers, more, b.address)
	must(f.t, os.WriteFile(b.config(), []byte(text), 0o600))
	f.t.Cleanup(func() {
		b.mu.Lock()
		cmd, exited := b.cmd, b.exited
		b.mu.Unlock()
		if cmd != nil {
			_ = cmd.Process.Kill()
			<-exited
		}
	})
	return b
}

func (b *broker) config() string { return filepath.Join(b.dir, "broker.toml") }

// command is 'ringcx broker …' with the configuration of b.
func (b *broker) command(args ...string) *exec.Cmd {
	demo := b.fleet.vendor.box.Demo()
	cmd := exec.Command(os.Args[0], append(append([]string{"broker"}, args...), "--config", b.config())...)
	cmd.Env = []string{
		commandVariable + "=1", "GORACE=atexit_sleep_ms=0", "PATH=" + os.Getenv("PATH"), "HOME=" + b.dir, "RINGCX_STORE=" + b.url,
		"RC_SERVER_URL=" + b.fleet.url(), "RINGCX_SERVER_URL=" + b.fleet.url(),
		"RC_APP_CLIENT_ID=" + demo.ClientID, "RC_APP_CLIENT_SECRET=" + demo.ClientSecret, "RC_USER_JWT=" + demo.JWT,
	}
	return cmd
}

// start starts the broker, which is not awaited.
func (b *broker) start() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cmd, b.exited, b.seen = b.command(), make(chan struct{}), time.Time{}
	b.cmd.Stderr = &b.log
	if err := b.cmd.Start(); err != nil {
		return err
	}
	go func(cmd *exec.Cmd, exited chan struct{}) {
		_ = cmd.Wait()
		close(exited)
	}(b.cmd, b.exited)
	return nil
}

// listens waits until the broker answers.
func (b *broker) listens() error {
	limit := time.Now().Add(tooLong)
	for client := (&http.Client{Timeout: time.Second}); time.Now().Before(limit); {
		resp, err := client.Get("http://" + b.address + "/healthz")
		if err == nil {
			_ = resp.Body.Close()
			return nil
		}
		select {
		case <-b.exited:
			return fmt.Errorf("%s ended: %s", b.name, &b.log)
		case <-time.After(10 * time.Millisecond):
		}
	}
	return fmt.Errorf("%s does not answer in %v", b.name, tooLong)
}

// leaves notes that the broker cannot be asked any more, before that is so.
func (b *broker) leaves() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.blind {
		b.away.begin()
	}
}

func (b *broker) isBack() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.blind {
		b.away.end()
	}
}

// kill is kill -9, and the next one is started at once.
func (b *broker) kill() error {
	b.leaves()
	b.mu.Lock()
	cmd, exited := b.cmd, b.exited
	b.mu.Unlock()
	_ = cmd.Process.Kill()
	<-exited
	return b.start()
}

func (b *broker) signal(sig syscall.Signal) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.cmd.Process.Signal(sig)
}

// end ends the broker as its service manager does.
func (b *broker) end() error {
	if err := b.signal(syscall.SIGTERM); err != nil {
		return err
	}
	limit := time.NewTimer(tooLong)
	defer limit.Stop()
	select {
	case <-b.exited:
	case <-limit.C:
		return fmt.Errorf("%s does not end", b.name)
	}
	if code := b.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("%s ended with exit code %d: %s", b.name, code, &b.log)
	}
	return nil
}

// handed notes a token that the broker handed out to who asked at a time. It may be another process by now, which has none.
func (b *broker) handed(until, asked time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if until.After(b.seen) && !b.away.meet(asked, time.Now()) {
		b.seen = until
	}
}

// holds is when the last token ends that the broker is known to have.
func (b *broker) holds() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.seen
}

// couldServe tells whether the broker could be asked all the time, and the token that it had at the beginning outlives that by the
// margin. One that it got in the meantime counts for nothing.
func (b *broker) couldServe(held, from, to time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return held.After(to.Add(margin)) && !b.away.meet(from.Add(-settles), to)
}

// makeKey makes a key of a caller.
func (b *broker) makeKey(ctx context.Context) (string, error) {
	cmd := b.command("key", "create", "--name", "caller")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, &stderr)
	}
	return string(bytes.TrimSpace(out)), ctx.Err()
}
