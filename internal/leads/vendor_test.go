package leads_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/leads"
)

// vendor is a stand-in for the vendor's lead loader: it keeps what it is sent, and answers as it is told.
type vendor struct {
	*httptest.Server
	mu       sync.Mutex // held while answer is called, also after the client has given up
	requests []request
	answer   func(n int, r request) (status int, body string) // n counts from 1; status 0: the connection is cut; nil: all is accepted
}

type request struct {
	Path        string
	Description string
	Leads       []map[string]any
	Fields      map[string]json.RawMessage
}

func newVendor(t *testing.T, answer func(n int, r request) (int, string)) *vendor {
	v := &vendor{answer: answer}
	v.Server = httptest.NewServer(v)
	t.Cleanup(v.Close)
	return v
}

// ServeHTTP implements http.Handler.
func (v *vendor) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r := request{Path: req.Method + " " + req.URL.Path}
	_ = json.Unmarshal(body, &r.Fields)
	_ = json.Unmarshal(r.Fields["uploadLeads"], &r.Leads)
	_ = json.Unmarshal(r.Fields["description"], &r.Description)
	v.mu.Lock()
	v.requests = append(v.requests, r)
	status, text := 200, accepted(len(r.Leads))
	if v.answer != nil {
		status, text = v.answer(len(v.requests), r)
	}
	v.mu.Unlock()
	if status == 0 {
		panic(http.ErrAbortHandler)
	}
	if status == 429 || status == 503 {
		w.Header().Set("Retry-After", text)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

func accepted(n int) string {
	return fmt.Sprintf(`{"leadsSupplied":%d,"leadsAccepted":%d,"leadsInserted":%d,"rejectedRows":[]}`, n, n, n)
}

// ids are the externIds that were sent, in order, of the requests that take reports as taken.
func (v *vendor) ids() (all []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, r := range v.requests {
		for _, l := range r.Leads {
			all = append(all, fmt.Sprint(l["externId"]))
		}
	}
	return all
}

// file writes a CSV file.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "leads.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// numbered is a file of n good rows, A1 to An.
func numbered(n int) string {
	var b strings.Builder
	b.WriteString("phone,externId\n")
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "415555%04d,A%d\n", i, i)
	}
	return b.String()
}

// run is an import from begin to end.
func run(t *testing.T, v *vendor, im *leads.Import) error {
	t.Helper()
	if im.Batch == 0 {
		im.Batch = 10
	}
	im.Campaign = 7
	defer func() {
		if err := im.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := im.Prepare(); err != nil {
		return err
	}
	err := im.Send(t.Context(), &leads.Vendor{
		Client: v.Client(), Base: v.URL, Account: "21", MaxWait: time.Minute, Pause: func(time.Duration, string) error { return nil },
	})
	if r := &im.Report; r.Rows != r.Invalid+r.SentBefore+r.Sent+r.Uncertain+r.NotSent {
		t.Errorf("%d rows are not %d invalid, %d sent before, %d sent, %d uncertain and %d not sent", r.Rows, r.Invalid, r.SentBefore, r.Sent, r.Uncertain, r.NotSent)
	}
	return err
}
