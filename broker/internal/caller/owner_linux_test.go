package caller_test

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/ringcx-go/ringcx/broker/internal/caller"
)

// nobody is a user who is not the one of the tests.
const nobody = 65533

// link is a connection of this machine: the descriptor of one end, and the other end as a server has it.
type link struct {
	client int
	server *net.TCPConn
}

// connect connects to a listener at an address, with a socket that is made by a user (-1: the own one).
func connect(t *testing.T, network, listen string, uid int, to func(port int) unix.Sockaddr) *link {
	t.Helper()
	l, err := net.Listen(network, listen) //nolint:noctx // at once
	if err != nil {
		t.Skip(err)
	}
	defer func() { _ = l.Close() }()
	made := make(chan error, 1)
	k := &link{}
	go func() {
		runtime.LockOSThread() // the thread ends with the goroutine, and its user with it
		if uid >= 0 {
			if err := unix.Setfsuid(uid); err != nil {
				made <- err
				return
			}
		}
		at := to(l.Addr().(*net.TCPAddr).Port)
		family := unix.AF_INET
		if _, six := at.(*unix.SockaddrInet6); six {
			family = unix.AF_INET6
		}
		var err error
		if k.client, err = unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0); err == nil {
			err = unix.Connect(k.client, at)
		}
		made <- err
	}()
	if err := <-made; err != nil {
		t.Skip(err)
	}
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	k.server = conn.(*net.TCPConn)
	return k
}

func (k *link) close(t *testing.T) {
	t.Helper()
	if err := unix.Close(k.client); err != nil {
		t.Error(err)
	}
}

func inet4(port int) unix.Sockaddr {
	return &unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}
}

func inet6(port int) unix.Sockaddr {
	return &unix.SockaddrInet6{Port: port, Addr: netip.IPv6Loopback().As16()}
}

func mapped(port int) unix.Sockaddr {
	return &unix.SockaddrInet6{Port: port, Addr: netip.MustParseAddr("::ffff:127.0.0.1").As16()}
}

func TestTheKernelTellsWhoseAConnectionIs(t *testing.T) {
	for name, c := range map[string]struct {
		network, listen string
		to              func(int) unix.Sockaddr
	}{
		"IPv4": {"tcp4", "127.0.0.1:0", inet4}, "IPv6": {"tcp6", "[::1]:0", inet6},
		"IPv4 by a socket of IPv6": {"tcp4", "127.0.0.1:0", mapped}, "IPv4 to a socket of IPv6": {"tcp", "[::]:0", inet4},
	} {
		t.Run(name, func(t *testing.T) {
			k := connect(t, c.network, c.listen, -1, c.to)
			if p := caller.NewOwnedPeer(k.server); !p.Known || p.UID != uint32(os.Geteuid()) || p.Remote != "loopback" {
				t.Errorf("%+v", p)
			}
			if p := caller.NewPeer(k.server); p.Known {
				t.Errorf("nobody asked: %+v", p)
			}
			if err := unix.Shutdown(k.client, unix.SHUT_WR); err != nil {
				t.Fatal(err)
			}
			if p := caller.NewOwnedPeer(k.server); !p.Known || p.UID != uint32(os.Geteuid()) {
				t.Errorf("when all was said: %+v", p)
			}
			k.close(t)
			if p := caller.NewOwnedPeer(k.server); p.Known {
				t.Errorf("of a socket that is closed: %+v", p)
			}
		})
	}
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root is several users")
	}
}

func TestAnotherUserIsAnotherUser(t *testing.T) {
	needRoot(t)
	for name, to := range map[string]func(int) unix.Sockaddr{"IPv4": inet4, "IPv4 by a socket of IPv6": mapped} {
		k := connect(t, "tcp4", "127.0.0.1:0", nobody, to)
		if p := caller.NewOwnedPeer(k.server); !p.Known || p.UID != nobody {
			t.Errorf("%s: %+v", name, p)
		}
		k.close(t)
	}
}

// A process may connect, ask, and close its socket before anybody looks: the kernel shows it as root's then, at least before
// Linux 6.16. The control sees that.
func TestWhatIsClosedBeforeItIsLookedAtIsNobodys(t *testing.T) {
	needRoot(t)
	k := connect(t, "tcp4", "127.0.0.1:0", nobody, inet4)
	k.close(t)
	from, to := k.server.RemoteAddr().(*net.TCPAddr).AddrPort(), k.server.LocalAddr().(*net.TCPAddr).AddrPort()
	if p := caller.NewOwnedPeer(k.server); p.Known {
		t.Errorf("%+v", p)
	}
	table, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		fields := strings.Fields(line)
		if len(fields) < 10 || !strings.HasSuffix(fields[1], fmt.Sprintf(":%04X", from.Port())) || !strings.HasSuffix(fields[2], fmt.Sprintf(":%04X", to.Port())) {
			continue
		}
		if fields[9] != "0" {
			t.Errorf("the control sees the socket with an owner: %s", line)
		}
		fields[9] = "1"
		if uid, ok := caller.OwnerOf(strings.Join(fields, " "), from, to); !ok || uid != 0 && uid != nobody {
			t.Errorf("without the rule it is user %d's, %v: %s", uid, ok, line)
		}
		return
	}
	t.Error("the control does not see the socket")
}

func TestAConnectionThatWasTornIsNobodys(t *testing.T) {
	k := connect(t, "tcp4", "127.0.0.1:0", -1, inet4)
	if !caller.Connected(k.server) {
		t.Error("a connection is none")
	}
	if err := unix.SetsockoptLinger(k.client, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}); err != nil {
		t.Fatal(err)
	}
	k.close(t)
	if caller.Connected(k.server) {
		t.Error("a connection that the other end has reset is one: its addresses may be another's by now")
	}
}

const entry = "   3: 0100007F:A2C4 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 51234 1 0000000000000000 20 4 30 10 -1"

func TestOnlyAnEntryWithAnOwnerCounts(t *testing.T) {
	if runtime.GOARCH == "s390x" {
		t.Skip("the words of the table are in the other order")
	}
	from, to := netip.MustParseAddrPort("127.0.0.1:41668"), netip.MustParseAddrPort("127.0.0.1:8080")
	if uid, ok := caller.OwnerOf(entry, from, to); !ok || uid != 1000 {
		t.Errorf("%d, %v", uid, ok)
	}
	six := strings.NewReplacer("0100007F:", "0000000000000000FFFF00000100007F:").Replace(entry)
	if uid, ok := caller.OwnerOf(six, from, to); !ok || uid != 1000 {
		t.Errorf("of a socket of IPv6: %d, %v", uid, ok)
	}
	for what, line := range map[string]string{
		"the other end":            strings.NewReplacer("A2C4", "1F90", "1F90", "A2C4").Replace(entry),
		"another port":             strings.Replace(entry, "A2C4", "A2C5", 1),
		"another host":             strings.Replace(entry, "0100007F:1F90", "0200007F:1F90", 1),
		"one that only asks":       strings.Replace(entry, " 01 0000", " 02 0000", 1),
		"one that is over":         strings.Replace(entry, " 01 0000", " 06 0000", 1),
		"one that listens":         strings.Replace(entry, " 01 0000", " 0A 0000", 1),
		"one without a file":       strings.Replace(entry, "51234", "0", 1),
		"a user that is no number": strings.Replace(entry, "1000", "root", 1),
		"a line that is cut off":   entry[:strings.Index(entry, "51234")],
		"the heading":              "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
		"nothing":                  "",
	} {
		if uid, ok := caller.OwnerOf(line, from, to); ok {
			t.Errorf("%s is user %d's", what, uid)
		}
	}
}

func TestANumberForManyUsersIsNobodys(t *testing.T) {
	for uidMap, every := range map[string]bool{
		"         0          0 4294967295\n": true, "         0     100000      65536\n": false, "      1000       1000          1\n": false,
		"         0          0 4294967295\n 1 1 1\n": false, "": false,
	} {
		if caller.EveryUser(uidMap) != every {
			t.Errorf("%q", uidMap)
		}
	}
}

func FuzzALineOfTheTable(f *testing.F) {
	f.Add(entry)
	from, to := netip.MustParseAddrPort("127.0.0.1:41668"), netip.MustParseAddrPort("127.0.0.1:8080")
	f.Fuzz(func(t *testing.T, line string) {
		if _, ok := caller.OwnerOf(line, from, to); ok && len(strings.Fields(line)) < 10 {
			t.Errorf("%q has an owner", line)
		}
	})
}
