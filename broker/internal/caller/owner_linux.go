package caller

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// tables are the kernel's tables of TCP sockets in the network of this process. A program may reach an address of IPv4 by a
// socket of IPv6, so both are looked into.
var tables = []string{"/proc/net/tcp", "/proc/net/tcp6"}

// looks is how often a table is read: an entry may be passed over while others come and go.
const looks = 3

// owner is the user whose socket is at the other end of a connection of this machine. It is not told of a socket that its process
// has closed: the kernel shows those as root's.
func owner(c *net.TCPConn) (uid uint32, ok bool) {
	local, ok1 := c.LocalAddr().(*net.TCPAddr)
	remote, ok2 := c.RemoteAddr().(*net.TCPAddr)
	if !ok1 || !ok2 {
		return 0, false
	}
	from, to := unmapped(remote), unmapped(local)
	for range looks {
		for _, table := range tables {
			uid, found := ownerIn(table, from, to)
			if !found {
				continue
			}
			// As long as this end is connected, no other socket can have the same pair of addresses: what was found is
			// the other end, and not one that came after it.
			return uid, connected(c) && !ambiguous(uid)
		}
	}
	return 0, false
}

func unmapped(a *net.TCPAddr) netip.AddrPort {
	at := a.AddrPort()
	return netip.AddrPortFrom(at.Addr().Unmap().WithZone(""), at.Port())
}

// ownerIn looks for the socket that is connected from one address to another.
func ownerIn(table string, from, to netip.AddrPort) (uid uint32, ok bool) {
	f, err := os.Open(table) //nolint:gosec // one of ours
	if err != nil {
		return 0, false
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(bufio.NewReaderSize(f, 64<<10))
	for lines.Scan() {
		if uid, ok := ownerOf(lines.Text(), from, to); ok {
			return uid, true
		}
	}
	return 0, false
}

// States of sockets, as the tables have them, in which a socket is not connected to another one, or its owner is not shown.
var unconnected = map[string]bool{"02": true, "03": true, "06": true, "07": true, "0A": true, "0C": true}

// ownerOf reads the owner from a line of a table, if it is that of the socket that is connected from one address to another.
func ownerOf(line string, from, to netip.AddrPort) (uid uint32, ok bool) {
	fields := strings.Fields(line) // number, local, remote, state, queues, timer, retransmissions, user, timeout, inode …
	if len(fields) < 10 || unconnected[fields[3]] || fields[9] == "0" || len(fields[1]) != len(fields[2]) {
		return 0, false
	}
	if at, ok := address(fields[1]); !ok || at != from {
		return 0, false
	}
	if at, ok := address(fields[2]); !ok || at != to {
		return 0, false
	}
	n, err := strconv.ParseUint(fields[7], 10, 32)
	return uint32(n), err == nil
}

// address reads one as the tables have it: words of four bytes in the order of the machine, and the port.
func address(s string) (at netip.AddrPort, ok bool) {
	host, port, _ := strings.Cut(s, ":")
	b, err := hex.DecodeString(host)
	n, errPort := strconv.ParseUint(port, 16, 16)
	if err != nil || errPort != nil || len(b)%4 != 0 {
		return at, false
	}
	for i := 0; i < len(b); i += 4 {
		binary.NativeEndian.PutUint32(b[i:], binary.BigEndian.Uint32(b[i:]))
	}
	ip, ok := netip.AddrFromSlice(b)
	return netip.AddrPortFrom(ip.Unmap(), uint16(n)), ok
}

// connected tells whether this end of a connection still is, whatever the other end has sent before.
func connected(c *net.TCPConn) bool {
	raw, err := c.SyscallConn()
	if err != nil {
		return false
	}
	var info *unix.TCPInfo
	var failed error
	err = raw.Control(func(fd uintptr) {
		info, failed = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO) //nolint:gosec // a descriptor fits
	})
	const established, closeWait = 1, 8
	return err == nil && failed == nil && (info.State == established || info.State == closeWait)
}

// ambiguous tells the number that stands for every user that has none in the namespace of this process.
func ambiguous(uid uint32) bool {
	text, err := os.ReadFile("/proc/sys/kernel/overflowuid")
	overflow := strings.TrimSpace(string(text))
	if err != nil || overflow == "" {
		overflow = "65534"
	}
	if strconv.FormatUint(uint64(uid), 10) != overflow {
		return false
	}
	text, err = os.ReadFile("/proc/self/uid_map")
	return err != nil || !everyUser(string(text))
}

// everyUser tells the map of a namespace in which all users have numbers.
func everyUser(uidMap string) bool {
	fields := strings.Fields(uidMap)
	return len(fields) == 3 && fields[0] == "0" && fields[2] == "4294967295"
}
