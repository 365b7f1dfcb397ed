package upgrades_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/leads"
	"github.com/ringcx-go/ringcx/internal/serve"
	"github.com/ringcx-go/ringcx/sandbox"
	"github.com/ringcx-go/ringcx/sandbox/datafile"
)

// only is the one file of a directory whose name ends so.
func only(t *testing.T, dir, end string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"+end))
	if err != nil || len(names) != 1 {
		t.Fatalf("%s has %q, %v", dir, names, err)
	}
	return names[0]
}

func makeDatafile(t *testing.T, dir string) {
	data, err := datafile.Open(filepath.Join(dir, "sandbox.db"))
	if err != nil {
		t.Fatal(err)
	}
	box, err := sandbox.New(&sandbox.Options{Keeper: data, Seed: 7, Now: func() time.Time { return madeAt }})
	if err != nil {
		t.Fatal(err)
	}
	box.Advance(time.Hour)
	if err := data.Close(); err != nil {
		t.Fatal(err)
	}
}

// started is what a sandbox says that starts and ends at once.
func started(t *testing.T, opts *serve.Options) error {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	opts.At.Listen, opts.Talk.Stderr = "127.0.0.1:0", io.Discard
	return serve.Run(ctx, opts)
}

// readDatafile starts a sandbox with the file twice: with its seed, and with another, which it refuses.
func readDatafile(t *testing.T, dir string) error {
	path := only(t, dir, ".db")
	if err := started(t, &serve.Options{Data: path}); err != nil {
		return err
	}
	other := started(t, &serve.Options{Data: path, Seeded: true, Sandbox: sandbox.Options{Seed: 8}})
	if other == nil || !strings.Contains(other.Error(), "with seed") {
		return fmt.Errorf("it was not read: %w", other)
	}
	return nil
}

func makeSnapshot(t *testing.T, dir string) {
	box, err := sandbox.New(&sandbox.Options{Seed: 7, Now: func() time.Time { return madeAt }})
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := box.Snapshot(&text); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "snapshot-1.json"), text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func readSnapshot(t *testing.T, dir string) error {
	return started(t, &serve.Options{Snapshot: only(t, dir, ".json")})
}

// loader answers as the vendor's lead loader does when it takes all.
type loader struct{ requests int }

func (l *loader) RoundTrip(*http.Request) (*http.Response, error) {
	l.requests++
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(`{"leadsInserted":2,"leadsAccepted":2,"leadsSupplied":2,"leadsInvalid":0}`)),
	}, nil
}

// imported imports a file whose journal is in a directory, and tells how many requests that took.
func imported(t *testing.T, dir string, im *leads.Import) (requests int, err error) {
	t.Helper()
	if im.Stdin == nil {
		im.Stdin = strings.NewReader("phone,externId\n4155550100,A1\n4155550101,A2\n")
	}
	im.Path, im.Dir, im.Batch, im.Campaign = "-", dir, 10, 7
	defer func() {
		if failed := im.Close(); failed != nil {
			t.Error(failed)
		}
	}()
	if err := im.Prepare(); err != nil {
		t.Fatal(err)
	}
	to := &loader{}
	err = im.Send(t.Context(), &leads.Vendor{
		Client: &http.Client{Transport: to}, Base: "https://leads.example", Account: "21", MaxWait: time.Minute,
		Pause: func(time.Duration, string) error { return nil },
	})
	return to.requests, err
}

func makeLeads(t *testing.T, dir string) {
	if n, err := imported(t, dir, &leads.Import{}); err != nil || n != 1 {
		t.Fatalf("%d requests, %v", n, err)
	}
}

// readLeads imports the same once more, which the journal forbids, and then with --again, which sends it.
func readLeads(t *testing.T, dir string) error {
	n, err := imported(t, dir, &leads.Import{})
	if err == nil || n > 0 {
		return fmt.Errorf("what was imported before was sent, %w", err)
	}
	if !strings.Contains(err.Error(), "this file was imported into campaign 7 on ") {
		if n, again := imported(t, dir, &leads.Import{Again: true}); n > 0 || again == nil {
			return fmt.Errorf("with --again %d requests were sent, %w", n, again)
		}
		return err
	}
	n, err = imported(t, dir, &leads.Import{Again: true})
	if err == nil && n != 1 {
		return fmt.Errorf("%d requests were sent", n)
	}
	return err
}

func TestNoRowIsSentThatANewerVersionMayHaveSentIntoTheCampaign(t *testing.T) {
	f := fixtures[slices.IndexFunc(fixtures, func(f fixture) bool { return f.name == "leads-1" })]
	for name, c := range map[string]struct {
		change func([]byte) []byte
		sent   bool
	}{
		"of a newer version":               {byNumber, false},
		"with fields of other types":       {bySettingIt(`"version":1,`, `"version":2,"batch":{},`), false},
		"with fields of other names":       {func([]byte) []byte { return []byte(`{"version":2,"into":[7]}` + "\n") }, false},
		"of a newer version, into another": {func(was []byte) []byte { return bySettingIt(`"campaignId":7`, `"campaignId":8`)(byNumber(was)) }, true},
		"the control: of this version":     {func(was []byte) []byte { return was }, true},
	} {
		dir := f.copied(t)
		path := only(t, dir, ".jsonl")
		was, err := os.ReadFile(path) //nolint:gosec // a file of the test
		if err != nil {
			t.Fatal(err)
		}
		now := c.change(was)
		if err := os.WriteFile(path, now, 0o600); err != nil {
			t.Fatal(err)
		}
		n, err := imported(t, dir, &leads.Import{Stdin: strings.NewReader("phone,externId\n4155550107,B1\n4155550108,B2\n")})
		if c.sent && (n != 1 || err != nil) || !c.sent && (n > 0 || err == nil || !strings.Contains(said(err), "update this program")) {
			t.Errorf("%s: %d requests, %v", name, n, err)
		}
		if left, _ := os.ReadFile(path); !bytes.Equal(left, now) { //nolint:gosec // a file of the test
			t.Errorf("%s: it has become %s", name, left)
		}
	}
}
