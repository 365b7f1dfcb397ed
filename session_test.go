package ringcx_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// vendor is a sandbox without sockets on the bubble's clock.
func vendor(t *testing.T) *ringcxtest.Server {
	t.Helper()
	return ringcxtest.NewServer(t, &ringcxtest.Options{NoSockets: true})
}

func get(t *testing.T, client *http.Client, url string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

func TestADayOfCallsNeedsOneLoginAndNoCallerSeesARefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := vendor(t)
		client := v.Session(nil).Client()
		for range 24 * 60 {
			if status := get(t, client, v.URL+"/voice/api/v1/admin/accounts"); status != http.StatusOK {
				t.Fatalf("a call was answered %d", status)
			}
			time.Sleep(time.Minute)
		}
		synctest.Wait()
		count := map[string]int{}
		for _, r := range v.Requests() {
			count[r.Method+" "+r.Path]++
			if r.Status != http.StatusOK {
				t.Errorf("%s %s was answered %d", r.Method, r.Path, r.Status)
			}
		}
		if count["POST /restapi/oauth/token"] != 1 || count["POST /api/auth/login/rc/accesstoken"] != 1 {
			t.Errorf("requests: %v", count)
		}
		if n := count["POST /api/auth/token/refresh"]; n < 288 || n > 400 {
			t.Errorf("%d refreshes in a day, want about one per token lifetime", n)
		}
		if got := v.Verdicts(); len(got) > 0 {
			t.Errorf("the vendor would object: %v", got)
		}
	})
}

var _ = context.Background
var _ ringcx.Store
