package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

const (
	loadRounds = 5
	loadRound  = time.Second
	coldStarts = 20
)

// figure is one result, with its bar if it has one.
type figure struct {
	Name    string   `json:"name"`
	Value   float64  `json:"value"`
	Unit    string   `json:"unit"`
	CPU     float64  `json:"serverMicrosecondsPerAnswer,omitempty"`
	AtLeast *float64 `json:"atLeast,omitempty"`
	AtMost  *float64 `json:"atMost,omitempty"`
	Reached *bool    `json:"reached,omitempty"`
}

func (f figure) atLeast(bar float64) figure {
	reached := f.Value >= bar
	f.AtLeast, f.Reached = &bar, &reached
	return f
}

func (f figure) atMost(bar float64) figure {
	reached := f.Value <= bar
	f.AtMost, f.Reached = &bar, &reached
	return f
}

func (f figure) String() string {
	out := fmt.Sprintf("%-50s %9.4g %-10s", f.Name, f.Value, f.Unit)
	if f.Value >= 1000 {
		out = fmt.Sprintf("%-50s %9.0f %-10s", f.Name, f.Value, f.Unit)
	}
	if f.CPU > 0 {
		out += fmt.Sprintf(" %4.0f µs of the server's processor each", f.CPU)
	}
	if f.Reached == nil {
		return out
	}
	word, bar := "at least", f.AtLeast
	if bar == nil {
		word, bar = "at most", f.AtMost
	}
	out += fmt.Sprintf("  bar: %s %g", word, *bar)
	if !*f.Reached {
		out += ", NOT REACHED"
	}
	return out
}

// arena holds the servers of a comparison.
type arena struct {
	bin, node, dir string // our command; Node.js and the directory of the scripts it runs, "" without them
	stop           []func()
	traffic        []*traffic
}

// sandboxes compares the real 'ringcx sandbox' process, under load on the same machine, with token servers of others.
func sandboxes() error {
	dir, err := os.MkdirTemp("", "ringcx-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	a := &arena{bin: filepath.Join(dir, "ringcx")}
	defer func() {
		for _, stop := range a.stop {
			stop()
		}
	}()
	build := exec.Command("go", "build", "-C", "..", "-trimpath", "-o", a.bin, "./cmd/ringcx") //nolint:gosec,noctx // our own command
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build ringcx: %w\n%s", err, out)
	}
	if a.node, a.dir, err = peers(); err != nil && !errors.Is(err, errNoNPM) {
		return err
	}
	var all []figure
	for _, measure := range []func() ([]figure, error){a.underLoad, issuing, a.starts, a.filled} {
		figures, err := measure()
		if err != nil {
			return err
		}
		all = append(all, figures...)
	}
	return report(all)
}

func report(all []figure) error {
	if asJSON {
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		return out.Encode(map[string]any{"figures": all})
	}
	fmt.Printf("the sandbox as a process of its own, medians of %d rounds that take turns; the load generator shares the processors\n", loadRounds)
	fmt.Printf("(%d kept-alive connections without net/http, prebuilt requests, answers read as far as their length)\n", senders*connections)
	for _, f := range all {
		fmt.Println(" ", f)
	}
	return nil
}

// underLoad is what the servers answer in a second.
func (a *arena) underLoad() ([]figure, error) {
	if err := errors.Join(a.ours(), a.others()); err != nil {
		return nil, err
	}
	for round := range loadRounds + 1 {
		for _, t := range a.traffic {
			if err := t.round(loadRound); err != nil {
				return nil, fmt.Errorf("%s: %w", t.name, err)
			}
			if round == 0 { // to warm up
				t.rate, t.cpu, t.foreign = nil, nil, nil
			}
		}
	}
	var all []figure
	var foreign []float64
	rates := map[string]float64{}
	for _, t := range a.traffic {
		foreign = append(foreign, t.foreign...)
		f := figure{Name: t.name, Value: median(t.rate), Unit: "a second", CPU: median(t.cpu)}
		rates[t.name] = f.Value
		if bar, ok := rateBars[t.name]; ok {
			f = f.atLeast(bar)
		}
		all = append(all, f)
	}
	for _, alg := range peerAlgorithms {
		for _, peer := range peerServers {
			if rate := rates[peer+", "+alg]; rate > 0 {
				f := figure{Name: "exchanges against " + peer + ", " + alg, Value: rates["exchanges, "+alg] / rate, Unit: "times"}
				all = append(all, f.atLeast(1))
			}
		}
	}
	f := figure{Name: "exchanges against the bare endpoint, ES256", Value: rates["exchanges, ES256"] / rates[bareName], Unit: "times"}
	return append(all, f, figure{Name: "processor time that other programs took meanwhile", Value: median(foreign), Unit: "%"}), nil
}

const bareName = "a bare token endpoint in Go, ES256"

var (
	rateBars = map[string]float64{
		"exchanges, ES256": 8000, "exchanges, EdDSA": 8000, "reads of users": 20_000, "reads of accounts": 20_000,
	}
	peerServers    = []string{"oauth2-mock-server", "oidc-provider"}
	peerAlgorithms = []string{"RS256", "ES256"}
)

// ours are the kinds of traffic at the sandbox.
func (a *arena) ours() error {
	for _, alg := range []string{"ES256", "EdDSA", "RS256"} {
		e, err := startEmulator(a.bin, "--algorithm", alg)
		if err != nil {
			return err
		}
		a.stop = append(a.stop, e.stop)
		a.add("exchanges, "+alg, e.exchanges(), false)
		if alg != "ES256" {
			continue
		}
		a.add("exchanges, ES256, net/http's client", e.exchanges(), true)
		a.add("refreshes, ES256", e.refreshes(), false)
		a.add("logins", e.logins(), false)
		a.add("reads of users", e.reads(usersPath), false)
		a.add("reads of users, net/http's client", e.reads(usersPath), true)
		a.add("reads of accounts", e.reads(accountsPath), false)
	}
	return nil
}

func (a *arena) add(name string, t *traffic, plain bool) {
	t.name, t.plain = name, plain
	a.traffic = append(a.traffic, t)
}

// others are the token servers to compare with.
func (a *arena) others() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	bare, err := start(nil, self, bareCommand)
	if err != nil {
		return err
	}
	a.stop = append(a.stop, bare.stop)
	a.traffic = append(a.traffic, tokens(bareName, bare))
	for _, name := range peerServers {
		for _, alg := range peerAlgorithms {
			if a.node == "" {
				continue
			}
			p, err := a.peer(name, alg)
			if err != nil {
				return err
			}
			a.stop = append(a.stop, p.stop)
			a.traffic = append(a.traffic, tokens(name+", "+alg, p))
		}
	}
	return nil
}

func (a *arena) peer(name, alg string) (*process, error) {
	return start([]string{"NODE_ENV=production"}, a.node, filepath.Join(a.dir, name+".mjs"), alg)
}

var issuedRatio = regexp.MustCompile(`BenchmarkIssue/(\w+)\S*\s.*?([\d.]+) signatures/op`)

// issuing is the processor time of an exchange inside the handler, in signatures of the same kind.
func issuing() ([]figure, error) {
	test := exec.Command("go", "test", "-C", "..", "-run", "^$", "-bench", "^BenchmarkIssue$", "-cpu", "1", "-count", "5", "./sandbox") //nolint:noctx // bounded by itself
	out, err := test.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("benchmarks of the sandbox: %w\n%s", err, out)
	}
	ratios := map[string][]float64{}
	for _, m := range issuedRatio.FindAllStringSubmatch(string(out), -1) {
		ratio, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			return nil, err
		}
		ratios[m[1]] = append(ratios[m[1]], ratio)
	}
	var all []figure
	for _, c := range []struct {
		alg string
		bar float64
	}{{"ES256", 3}, {"EdDSA", 0}, {"RS256", 1.3}} {
		if len(ratios[c.alg]) == 0 {
			return nil, fmt.Errorf("no figure for %s in:\n%s", c.alg, out)
		}
		f := figure{Name: "issuing a token, " + c.alg, Value: median(ratios[c.alg]), Unit: "signatures"}
		if c.bar > 0 {
			f = f.atMost(c.bar)
		}
		all = append(all, f)
	}
	return all, nil
}

// starts are the times from the start of a process to its first answer.
func (a *arena) starts() ([]figure, error) {
	type starter struct {
		name  string
		start func() (*process, error)
		took  []float64
	}
	all := []*starter{{name: "ringcx sandbox", start: func() (*process, error) {
		return start(nil, a.bin, "sandbox", "--listen", "127.0.0.1:0")
	}}}
	for _, name := range peerServers {
		if a.node != "" {
			all = append(all, &starter{name: name, start: func() (*process, error) { return a.peer(name, "ES256") }})
		}
	}
	for range coldStarts {
		for _, s := range all {
			begin := time.Now()
			p, err := s.start()
			if err == nil {
				err = p.firstAnswer()
				s.took = append(s.took, time.Since(begin).Seconds()*1000)
				p.stop()
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	var figures []figure
	for i, s := range all {
		f := figure{Name: "start to first answer, " + s.name, Value: median(s.took), Unit: "ms"}
		if i == 0 {
			f = f.atMost(100)
		}
		figures = append(figures, f)
	}
	return figures, nil
}

// filled is the memory of a process with many live sessions.
func (a *arena) filled() ([]figure, error) {
	e, err := startEmulator(a.bin)
	if err != nil {
		return nil, err
	}
	defer e.stop()
	empty, _, err := e.memory()
	if err != nil {
		return nil, err
	}
	now, peak, err := e.fill()
	if err != nil {
		return nil, err
	}
	const mb = 1e6
	return []figure{
		{Name: "memory when started", Value: float64(empty) / mb, Unit: "MB"},
		figure{Name: fmt.Sprintf("memory with %d live sessions, at rest", memorySessions), Value: float64(now) / mb, Unit: "MB"}.atMost(60),
		{Name: "and at most while they were made", Value: float64(peak) / mb, Unit: "MB"},
	}, nil
}

// firstAnswer asks for the page that every token server has.
func (p *process) firstAnswer() error {
	_, err := (&emulator{process: p}).send([]byte(head("GET", "/.well-known/openid-configuration") + "\r\n"))
	return err
}
