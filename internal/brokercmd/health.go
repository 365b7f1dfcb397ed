package brokercmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

const healthHelp = `Asks a broker how it is, without a key, and prints what it says. Exit code 0 means that it answered 200. For containers and
supervisors that look by running a program: no other is needed, nor a login, a home or a configuration.

Without a path GET /healthz is asked: whether the process serves at all. /readyz says whether callers are served too, which
depends on the vendor and the store: a broker that is not ready is not mended by starting it again.`

// usualHealthWait is how long a broker has for its answer where --timeout says nothing.
const usualHealthWait = 3 * time.Second

func (a *Commands) newHealthCmd() *cobra.Command {
	return &cobra.Command{
		Use: "health [URL|unix:PATH]", Short: "Ask a broker how it is", Long: healthHelp,
		Example: `  ringcx broker health
  ringcx broker health http://127.0.0.1:8788/readyz
  ringcx broker health unix:/run/ringcx/broker.sock`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage.New("health asks one broker", "ringcx broker health http://"+defaultListen)
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.health(strings.Join(args, "")) },
	}
}

// health asks the broker at a place, and fails if it does not say that it is well.
func (a *Commands) health(place string) error {
	if a.configFile != "" {
		return usage.New("health asks a broker at its address, and reads no --config", "ringcx broker health http://"+defaultListen)
	}
	at, socket, err := askedAt(place)
	if err != nil {
		return err
	}
	shown := wording.First(place, "http://"+defaultListen)
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true}, // without a proxy: it is here
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if socket != "" {
		client.Transport = &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		}}
	}
	ctx, cancel := context.WithTimeout(a.Context, cmp.Or(a.Timeout, usualHealthWait))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return usage.New(fmt.Sprintf("%q is no address of a broker", wording.Clip(shown)), healthForms)
	}
	resp, err := client.Do(req)
	if err != nil {
		if a.Context.Err() != nil {
			return a.Context.Err()
		}
		return unanswered(shown, err)
	}
	defer func() { _ = resp.Body.Close() }()
	said, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return unanswered(shown, err)
	}
	text := wording.OneLine(string(said))
	if resp.StatusCode != http.StatusOK {
		return usage.WithHint(fmt.Errorf("the broker at %s answers %d: %s", shown, resp.StatusCode, wording.First(text, "nothing")), "docs/runbook.md says what mends it")
	}
	_, err = fmt.Fprintln(a.Stdout, text)
	return err
}

const healthForms = "give http://HOST:PORT, https://HOST:PORT or unix:PATH, such as http://" + defaultListen

// askedAt is the URL that a place stands for, and the socket that it is asked at; "": none.
func askedAt(place string) (at *url.URL, socket string, err error) {
	if place == "" {
		place = "http://" + defaultListen
	}
	if path, unix := strings.CutPrefix(place, "unix:"); unix && path != "" {
		return &url.URL{Scheme: "http", Host: "localhost", Path: alivePath}, path, nil
	}
	at, err = url.Parse(place)
	if err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Host == "" || at.User != nil {
		return nil, "", usage.New(fmt.Sprintf("%q is no address of a broker", wording.Clip(place)), healthForms)
	}
	if strings.Trim(at.Path, "/") == "" {
		at.Path = alivePath
	}
	return at, "", nil
}

// alivePath is what a broker answers as long as it serves.
const alivePath = "/healthz"

// unanswered says that no broker answers at a place.
func unanswered(place string, err error) error {
	why := usage.OfOp(err).Error()
	if errors.Is(err, context.DeadlineExceeded) {
		why = "it takes too long"
	}
	return usage.WithHint(fmt.Errorf("no broker answers at %s: %s", place, why), "start one: ringcx broker; docs/runbook.md says what to look at")
}
