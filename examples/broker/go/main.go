// Command go calls RingCX through a broker with golang.org/x/oauth2, and prints the answer: go [PATH]. A program in Go has less
// to do with github.com/ringcx-go/ringcx/broker/client.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "go:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	broker := strings.TrimSuffix(cmp.Or(os.Getenv("RINGCX_BROKER"), "http://127.0.0.1:8788"), "/")
	path := "/voice/api/v1/admin/accounts"
	if len(os.Args) > 1 {
		path = os.Args[1]
	}
	client, err := login(ctx, broker)
	if err != nil {
		return err
	}
	refused := false
	for attempt := 1; ; attempt++ {
		status, header, body, err := get(ctx, client, broker+path)
		if err != nil {
			return err
		}
		switch {
		case status == http.StatusUnauthorized && !refused: // the broker was started anew, or its keys are others
			refused = true
			if client, err = login(ctx, broker); err != nil {
				return err
			}
		case status == http.StatusTooManyRequests && attempt < 5:
			if err := wait(ctx, header.Get("Retry-After")); err != nil {
				return err
			}
		case status/100 != 2:
			return fmt.Errorf("%s is answered %d: %s", path, status, body)
		default:
			_, err := os.Stdout.Write(body)
			return err
		}
	}
}

// login is a client that gets its tokens by itself, each until it expires.
func login(ctx context.Context, broker string) (*http.Client, error) {
	key, err := key()
	if err != nil {
		return nil, err
	}
	config := clientcredentials.Config{
		ClientSecret: key, // the ClientID is the name of the key, if there is one
		TokenURL:     broker + "/oauth2/token",
		Scopes:       []string{"broker"},
		AuthStyle:    oauth2.AuthStyleInHeader, // otherwise it tries both
	}
	client := config.Client(context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Timeout: time.Minute}))
	client.Timeout = 2 * time.Minute
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // it would take the token along
	return client, nil
}

// key is read each time: a file may hold a new one.
func key() (string, error) {
	if name := os.Getenv("RINGCX_BROKER_KEY_FILE"); name != "" {
		text, err := os.ReadFile(name) //nolint:gosec // the user names it
		return strings.TrimSpace(string(text)), err
	}
	if key := os.Getenv("RINGCX_BROKER_KEY"); key != "" {
		return key, nil
	}
	return "", errors.New("RINGCX_BROKER_KEY is the key, or RINGCX_BROKER_KEY_FILE its file")
}

func get(ctx context.Context, client *http.Client, url string) (status int, header http.Header, body []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil) //nolint:gosec // the user says where the broker is
	if err != nil {
		return 0, nil, nil, err
	}
	resp, err := client.Do(req) //nolint:gosec // the same
	if err != nil {
		return 0, nil, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err = io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, body, err
}

// wait waits as long as Retry-After says, if that is not too long.
func wait(ctx context.Context, told string) error {
	seconds, err := strconv.Atoi(told)
	if err != nil || seconds < 0 || seconds > 120 {
		return fmt.Errorf("a limit is used up, and lets nothing in for long: %q", told)
	}
	select {
	case <-time.After(time.Duration(seconds) * time.Second):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
