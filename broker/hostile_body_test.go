package broker_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/broker"
)

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestNothingOfABodyThatNobodyReadIsARequest(t *testing.T) {
	body := strings.Repeat("GET /oauth2/token HTTP/1.1\r\nHost: localhost\r\n\r\n", 25_000) // 405; more than is read to send it again, and than is drained
	const last = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
	for name, c := range map[string]struct {
		vendor func(w http.ResponseWriter, r *http.Request) bool
		change func(*broker.Options)
		status int
	}{
		"the broker answers before it": {nil, func(o *broker.Options) { o.Audit = broker.NewAuditLog(full{}) }, http.StatusServiceUnavailable},
		"the vendor answers before it": {func(w http.ResponseWriter, r *http.Request) bool {
			if !isAPI(r) {
				return false
			}
			w.WriteHeader(http.StatusConflict)
			return true
		}, func(*broker.Options) {}, http.StatusConflict},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := startTapped(t, c.vendor, func(o *broker.Options) { o.NoLimits = true }, c.change)
			for range 5 {
				answers := p.conversation(t, p.head(fmt.Sprintf("Content-Length: %d", len(body)), "")+body+last)
				// The vendor may hang up before its answer is read. What follows is answered if all of the body was sent on.
				if len(answers) == 2 && answers[1] == http.StatusOK {
					answers = answers[:1]
				}
				if len(answers) != 1 || answers[0] != c.status && answers[0] != http.StatusBadGateway {
					t.Fatalf("%d answers, the first are %v", len(answers), answers[:min(len(answers), 3)])
				}
			}
		})
	}
}
