package brokercmd_test

import (
	"net"
	"slices"
	"testing"

	"github.com/ringcx-go/ringcx/internal/brokercmd"
)

func TestABrokerAnswersToTheNamesThatItListensAt(t *testing.T) {
	got := brokercmd.Names(`hosts = ["broker.internal"]
[[listen]]
address = "vm:8418"
insecure = true
[[listen]]
address = ":8419"
insecure = true
[[listen]]
address = "unix:/run/ringcx/x:1"
`)
	if want := []string{"broker.internal", "vm"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAPlaceIsOfThisMachineAsTheKernelHasIt(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST": true, "127.0.0.1": true, "127.9.9.9": true, "[::1]": true, "[::1%lo]": true, "[::ffff:127.0.0.1]": true,
		"localhost.": false, "x.localhost": false, "localho\u017ft": false, "0.0.0.0": false, "[::]": false, "2130706433": false, "0x7f.1": false,
		"localhost.example.com": false, "": false,
	} {
		if got := brokercmd.OnlyHere(host + ":8788"); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
}

func TestPlacesOfThisMachineAreToldApartAsTheKernelDoes(t *testing.T) {
	for _, c := range []struct {
		one, other string
		same       bool
	}{
		{"LOCALHOST:1", "127.0.0.1:1", true},
		{"[::ffff:127.0.0.1]:1", "127.0.0.1:1", true},
		{"[::1%lo]:1", "[::1]:1", true},
		{"[::1%lo]:1", "[::1%x]:1", true},
		{"[::1]:1", "127.0.0.1:1", false},
		{"127.9.9.9:1", "127.0.0.1:1", false},
		{"[fe80::1%a]:1", "[fe80::1%b]:1", false},
	} {
		if got := brokercmd.Meets(c.one, c.other); got != c.same {
			t.Errorf("%s and %s: %v", c.one, c.other, got)
		}
	}
	for place, want := range map[string]bool{"[::1]:1": true, "[::1%lo]:1": true, "LOCALHOST:1": true, "127.0.0.1:1": false, "[fe80::1%lo]:1": false} {
		if got := brokercmd.Is(place, &net.TCPAddr{IP: net.IPv6loopback, Port: 1}); got != want {
			t.Errorf("%s is where [::1]:1 is: %v", place, got)
		}
	}
}
