package caller_test

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/ringcx-go/ringcx/broker/internal/caller"
)

// whereVariable is the socket that a process of this program connects to, for a test in another one.
const whereVariable = "TEST_CALLER_SOCKET"

func TestMain(m *testing.M) {
	socket := os.Getenv(whereVariable)
	if socket == "" {
		os.Exit(m.Run())
	}
	conn, err := net.Dial("unix", socket) //nolint:noctx // at once
	if err != nil {
		os.Exit(1)
	}
	_, _ = conn.Read(make([]byte, 1)) // until the test has seen enough
}

// peerWith is a process with these groups, as it is seen at the other end of its socket.
func peerWith(t *testing.T, gid uint32, others []uint32) *caller.Peer {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket) //nolint:noctx // at once
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), self)
	child.Env = append(os.Environ(), whereVariable+"="+socket)
	child.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 0, Gid: gid, Groups: others}}
	if err := child.Start(); err != nil {
		t.Skip(err)
	}
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	p := caller.NewPeer(conn)
	_ = conn.Close()
	_ = child.Wait()
	return p
}

func TestAllGroupsOfAProcessAreSeen(t *testing.T) {
	needRoot(t)
	var many []uint32
	for i := range uint32(100) {
		many = append(many, 5000+i)
	}
	for _, others := range [][]uint32{nil, {4243}, {4243, 4244}, many} {
		p := peerWith(t, 4242, others)
		if want := append([]uint32{4242}, others...); !p.Known || !slices.Equal(p.Groups, want) {
			t.Errorf("%v of a process in %v", p.Groups, want)
		}
	}
}

func TestAProcessIsKnownByAnyOfItsGroups(t *testing.T) {
	needRoot(t)
	named := &caller.Peers{Groups: map[uint32]string{4242: "first", 4243: "second", 4244: "third"}}
	for _, c := range []struct {
		gid    uint32
		others []uint32
		want   string
	}{
		{4242, []uint32{4243}, "first"}, {4244, []uint32{4243}, "third"}, {1, []uint32{2, 4243, 4244}, "second"}, {1, []uint32{2, 3}, ""}, {1, nil, ""},
	} {
		peer := peerWith(t, c.gid, c.others)
		r, err := http.NewRequestWithContext(caller.WithPeer(t.Context(), peer), http.MethodGet, "http://broker/", nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := named.Authenticate(r, "")
		if c.want == "" && err == nil || c.want != "" && (err != nil || got.Name != c.want) {
			t.Errorf("a process in %d and %v: %+v, %v", c.gid, c.others, got, err)
		}
	}
	tcp := &caller.Peer{Remote: "loopback", Known: true, UID: 1, Groups: []uint32{4242}}
	r, err := http.NewRequestWithContext(caller.WithPeer(t.Context(), tcp), http.MethodGet, "http://127.0.0.1/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := named.Authenticate(r, ""); err == nil {
		t.Errorf("a group counts where it is not told: %+v", got)
	}
}
