package caller_test

import (
	"testing"

	"github.com/ringcx-go/ringcx/broker/internal/caller"
)

func TestARequestIsForThisMachineByNamesThatNoPageReachesUnseen(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST:8788": true, "127.0.0.1": true, "127.9.9.9:8788": true, "::1": true, "[::1]": true, "[::1]:8788": true,
		"localhost.": false, "x.localhost": false, "localho\u017ft": false, "localhost.example.com": false, "127.0.0.1.example.com:8788": false,
		"[::ffff:127.0.0.1]": false, "[::ffff:7f00:1]:8788": false, "::ffff:127.0.0.1": false, "[::1%lo]:8788": false,
		"0.0.0.0:8788": false, "[::]:8788": false, "2130706433": false, "0x7f.1": false, "": false,
	} {
		if got := caller.LocalHost(host); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
}
