package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	tokenRate   = 500 // of requests for a token, a second
	tokenConns  = 10
	tokenRounds = 5
	tokenRound  = 3 * time.Second

	polls    = 10_000
	pollRest = 5 * time.Second // until the memory is looked at
)

// aBroker is a broker in a process of its own, with a key for one caller.
type aBroker struct {
	*process
	key string
}

func (b *aBroker) header() string { return "Authorization: Bearer " + b.key + "\r\n" }

// wideMain is a main of the command with a limit that nobody reaches, and that is kept all the same: with the documented one a broker
// may be asked twice a second.
const wideMain = `package main

import (
	"os"
	"time"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/cli"
)

func main() {
	apispec.Default().Limit("standard").Windows = []apispec.Window{{Requests: 1 << 20, Time: time.Second}}
	os.Exit(cli.Main(cli.System()))
}
`

// buildWide builds the command with that.
func (r *ring) buildWide() error {
	place, err := filepath.Abs("../cmd/ringcx/main.go")
	if err != nil {
		return err
	}
	main, overlay := filepath.Join(r.dir, "main.go"), filepath.Join(r.dir, "overlay.json")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{place: main}})
	if err != nil {
		return err
	}
	if err := errors.Join(os.WriteFile(main, []byte(wideMain), 0o600), os.WriteFile(overlay, replace, 0o600)); err != nil {
		return err
	}
	return buildCommand(r.bin+"-wide", "-overlay", overlay)
}

// ruled is the configuration of a broker that does all that it can.
func ruled(dir string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "audit = %q\n", filepath.Join(dir, "audit.jsonl"))
	for i := range 999 {
		fmt.Fprintf(&b, "[[rule]]\ndeny = true\ncaller = \"worker-%d\"\npath = \"/voice/api/v1/admin/accounts/%d/**\"\n", i, i)
	}
	b.WriteString("[[rule]]\ncaller = \"bench\"\npath = \"/voice/api/v1/**\"\n")
	return b.String()
}

// broker starts one by the command bin, with a login and files of its own.
func (r *ring) broker(bin, config string) (*aBroker, error) {
	dir, err := os.MkdirTemp(r.dir, "broker-")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "broker.toml")
	// Where a listener is in the file tables follow, so it comes last.
	if err := os.WriteFile(file, []byte(config+"[[listen]]\naddress = \"127.0.0.1:0\"\n"), 0o600); err != nil {
		return nil, err
	}
	demo, err := demoCredentials()
	if err != nil {
		return nil, err
	}
	env := []string{
		"HOME=" + dir, "RC_SERVER_URL=" + r.upstream.url, "RINGCX_SERVER_URL=" + r.upstream.url,
		"RC_APP_CLIENT_ID=" + demo.ClientID, "RC_APP_CLIENT_SECRET=" + demo.ClientSecret, "RC_USER_JWT=" + demo.JWT,
	}
	ask := func(args ...string) (string, error) {
		cmd := exec.Command(r.bin, args...) //nolint:gosec,noctx // our own command
		cmd.Env = append(os.Environ(), env...)
		var said bytes.Buffer
		cmd.Stderr = &said
		out, err := cmd.Output()
		if err != nil {
			err = fmt.Errorf("ringcx %s: %w\n%s", strings.Join(args, " "), err, said.Bytes())
		}
		return strings.TrimSpace(string(out)), err
	}
	if _, err := ask("login", "--jwt"); err != nil {
		return nil, err
	}
	key, err := ask("broker", "key", "create", "--name", "bench", "--config", file)
	if err != nil {
		return nil, err
	}
	p, err := start(env[:3], bin, "broker", "--config", file)
	if err != nil {
		return nil, err
	}
	r.stop = append(r.stop, p.stop)
	return &aBroker{p, key}, nil
}

// resting is the memory of a broker that has its token, and nothing to do.
func (r *ring) resting() ([]figure, error) {
	b, err := r.broker(r.bin, "")
	if err != nil {
		return nil, err
	}
	defer b.stop()
	if _, err := b.token(); err != nil {
		return nil, err
	}
	<-time.After(pollRest)
	now, _, err := b.memory()
	return []figure{figure{Name: "memory of an idle broker", Value: float64(now) / 1e6, Unit: "MB"}.atMost(25)}, err
}

// token asks for the vendor's token, and answers its fingerprint.
func (b *aBroker) token() (fingerprint string, err error) {
	answer, err := (&emulator{process: b.process}).send([]byte(head("GET", "/token") + b.header() + "\r\n"))
	return member(answer, "token"), err
}

// handingOut is how long GET /token takes, beside a handler of net/http that answers as many bytes and does no more.
func (r *ring) handingOut() ([]figure, error) {
	b, err := r.broker(r.bin, "")
	if err != nil {
		return nil, err
	}
	defer b.stop()
	var bare, ours []float64
	for range tokenRounds {
		for _, c := range []struct {
			p       *process
			request string
			to      *[]float64
		}{{r.upstream.process, head("GET", "/bare/token"), &bare}, {b.process, head("GET", "/token"), &ours}} {
			p99, err := paced(c.p.address(), []byte(c.request+b.header()+"\r\n"))
			if err != nil {
				return nil, err
			}
			*c.to = append(*c.to, p99)
		}
	}
	return []figure{
		{Name: fmt.Sprintf("a bare handler, p99 at %d a second", tokenRate), Value: median(bare), Unit: "µs"},
		{Name: fmt.Sprintf("GET /token, p99 at %d a second", tokenRate), Value: median(ours), Unit: "µs"},
		figure{Name: "GET /token against the bare handler, p99", Value: median(ours) / median(bare), Unit: "times"}.atMost(2),
	}, nil
}

// paced sends requests at a fixed rate, and answers the microseconds that 99 of 100 took at the most.
func paced(address string, request []byte) (p99 float64, err error) {
	var all sync.WaitGroup
	took, failed := make([][]float64, tokenConns), make([]error, tokenConns)
	step := time.Second * tokenConns / tokenRate
	begin := time.Now()
	for i := range took {
		all.Go(func() {
			c, err := newLean(address, always(request))
			if err != nil {
				failed[i] = err
				return
			}
			defer func() { _ = c.Close() }()
			for at := begin.Add(step * time.Duration(i) / tokenConns); at.Before(begin.Add(tokenRound)); at = at.Add(step) {
				<-time.After(time.Until(at))
				d, err := c.once()
				if err != nil {
					failed[i] = err
					return
				}
				took[i] = append(took[i], d.Seconds()*1e6)
			}
		})
	}
	all.Wait()
	return quantile(took, 99), errors.Join(failed...)
}

var pollsMetric = regexp.MustCompile(`(?m)^ringcx_broker_long_polls\{.*\} (\d+)$`)

// waiting is the memory of a broker at which many callers wait for the next token.
func (r *ring) waiting() ([]figure, error) {
	b, err := r.broker(r.bin, "")
	if err != nil {
		return nil, err
	}
	defer b.stop()
	fingerprint, err := b.token()
	if err != nil {
		return nil, err
	}
	request := []byte(head("GET", "/token?wait=280&after="+fingerprint) + b.header() + "\r\n")
	for range polls {
		conn, err := net.Dial("tcp", b.address()) //nolint:noctx // loopback
		if err != nil {
			return nil, err
		}
		defer func() { _ = conn.Close() }()
		if _, err := conn.Write(request); err != nil {
			return nil, err
		}
	}
	for end := time.Now().Add(readyWithin); ; <-time.After(100 * time.Millisecond) {
		page, err := page(b.url + "/metrics")
		if err != nil {
			return nil, err
		}
		found := pollsMetric.FindSubmatch(page)
		if found == nil {
			return nil, errors.New("the broker does not tell how many callers wait")
		}
		if n, _ := strconv.Atoi(string(found[1])); n == polls {
			break
		} else if time.Now().After(end) {
			return nil, fmt.Errorf("%d callers wait, not %d", n, polls)
		}
	}
	<-time.After(pollRest)
	now, peak, err := b.memory()
	return []figure{
		figure{Name: fmt.Sprintf("memory with %d idle long-polls", polls), Value: float64(now) / 1e6, Unit: "MB"}.atMost(150),
		{Name: "and at most", Value: float64(peak) / 1e6, Unit: "MB"},
	}, err
}

var decided = regexp.MustCompile(`(?m)^Benchmark.*\s([\d.]+) ns/op`)

// deciding is how long a decision takes.
func deciding() ([]figure, error) {
	test := exec.Command("go", "test", "-C", "..", "-run", "^$", "-bench", "^BenchmarkDecisionAmongAThousandRules$", "-benchtime", "100ms", "-count", "5", "./broker/internal/policy") //nolint:noctx // bounded by itself
	out, err := test.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("the benchmark of rules: %w\n%s", err, out)
	}
	var all []float64
	for _, m := range decided.FindAllSubmatch(out, -1) {
		ns, err := strconv.ParseFloat(string(m[1]), 64)
		if err != nil {
			return nil, err
		}
		all = append(all, ns)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no figure in:\n%s", out)
	}
	return []figure{figure{Name: "a decision among 1,000 rules", Value: median(all), Unit: "ns"}.atMost(1000)}, nil
}
