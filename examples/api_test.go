package examples_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/testprograms"
)

// typed is the program that uses package api.
var typed = testprograms.Program{Name: "go-api"}

func TestTheTypedClientListsTheAgentsOfAllGroups(t *testing.T) {
	t.Parallel()
	b := newBench(t, typed)
	e := b.run("agents")
	if e.code != 0 || !strings.Contains(e.stdout, "RingCX Demo Sales\tEvening Team\t") {
		t.Fatalf("exit %d, printed\n%s%s", e.code, e.stdout, e.stderr)
	}
	for _, path := range []string{"/voice/api/v1/admin/accounts", "/voice/api/v1/admin/accounts/46517002/agentGroups"} {
		if !slices.Contains(e.requests, "200 GET "+path) {
			t.Errorf("%s was not asked for: %q", path, e.requests)
		}
	}
	if got := b.run(); got.code != 2 || !strings.Contains(got.stderr, "usage:") {
		t.Errorf("without arguments: exit %d, %s", got.code, got.stderr)
	}
	delete(b.env, "RC_USER_JWT")
	b.fails(2, "RC_USER_JWT")
}

// instead answers what the sandbox has not got, and keeps what it was sent. Sign-in stays with the sandbox.
func (b *bench) instead(answers map[string]string) (sent *[]string) {
	sent = new([]string)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, ok := answers[r.Method+" "+r.URL.Path]
		if !ok {
			b.vendor.ServeHTTP(w, r)
			return
		}
		body, _ := io.ReadAll(r.Body)
		*sent = append(*sent, string(body))
		if answer == "" {
			answer = string(body)
		}
		_, _ = io.WriteString(w, answer)
	}))
	b.t.Cleanup(front.Close)
	b.env["RINGCX_SERVER_URL"] = front.URL
	return sent
}

func TestTheTypedClientChangesOneFieldOfADialGroup(t *testing.T) {
	t.Parallel()
	b := newBench(t, typed)
	const path = "/voice/api/v1/admin/accounts/46517001/dialGroups/7"
	sent := b.instead(map[string]string{"GET " + path: `{"dialGroupId":7,"dialGroupName":"Old","isActive":false,"later":{"a":[1,2]},"maxPorts":null}`, "PUT " + path: ""})
	if e := b.run("rename", "46517001", "7", "New name"); e.code != 0 || e.stdout != "Old is New name now\n" {
		t.Fatalf("exit %d: %s%s", e.code, e.stdout, e.stderr)
	}
	if want := `{"dialGroupId":7,"dialGroupName":"New name","isActive":false,"later":{"a":[1,2]},"maxPorts":null}`; (*sent)[1] != want {
		t.Errorf("sent %s", (*sent)[1])
	}
	if e := b.run("rename", "46517001", "seven", "x"); e.code != 1 || !strings.Contains(e.stderr, "seven") {
		t.Errorf("exit %d: %s", e.code, e.stderr)
	}
}

func TestTheTypedClientImportsLeadsInBatches(t *testing.T) {
	t.Parallel()
	b := newBench(t, typed)
	sent := b.instead(map[string]string{
		"POST /voice/api/v1/admin/accounts/46517001/campaigns/5/leadLoader/direct": `{"leadsInserted":3,"rejectedRows":[{"message":"no phone","rowData":["x"]}]}`,
	})
	var rows strings.Builder
	for i := range 501 {
		fmt.Fprintf(&rows, "555%07d,Ann %d,Example\n", i, i)
	}
	file := filepath.Join(t.TempDir(), "leads.csv")
	if err := os.WriteFile(file, []byte(rows.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	e := b.run("import", "46517001", "5", file)
	if e.code != 0 || !strings.Contains(e.stdout, "sent 500 leads, inserted 3\n") || !strings.Contains(e.stdout, "sent 1 leads") || !strings.Contains(e.stdout, "refused: no phone [x]") {
		t.Fatalf("exit %d: %s%s", e.code, e.stdout, e.stderr)
	}
	n := 0
	for _, body := range *sent {
		var request struct {
			UploadLeads []struct{ LeadPhone, FirstName string }
		}
		if err := json.Unmarshal([]byte(body), &request); err != nil {
			t.Fatal(err)
		}
		for _, lead := range request.UploadLeads {
			if want := fmt.Sprintf("555%07d", n); lead.LeadPhone != want || lead.FirstName != fmt.Sprintf("Ann %d", n) {
				t.Errorf("row %d is %+v", n, lead)
			}
			n++
		}
	}
	if n != 501 || len(*sent) != 2 {
		t.Errorf("%d leads were sent in %d requests", n, len(*sent))
	}
}
