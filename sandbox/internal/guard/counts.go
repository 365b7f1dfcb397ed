package guard

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	triesMost     = 5           // wrong passwords from one place in a while
	triesTogether = 30          // from all places that never knew the right one, and from all others
	triesWhile    = time.Minute // that while
	friendsMost   = 1_000       // places that are remembered for the right one
	guestsAtOnce  = 600         // entries that pages of other sites may make in the log at once ...
	guestsPause   = 2 * time.Second
)

// sender is where a password came from, as far as its address tells.
type sender struct {
	address string // all of this machine are one, but for what is forwarded here
	network string // of IPv6, of which one sender has many addresses; else the address
}

var thisMachine = sender{"this machine", "this machine"}

// page is for what a page of another site may have sent from there, whose address can hold a password: it has tries of its own.
func (s sender) page() sender { return sender{"a page at " + s.address, "a page at " + s.network} }

func senderOf(r *http.Request) sender {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	switch {
	case err != nil:
		return sender{}
	case !peer.Addr().Unmap().IsLoopback():
		return senderAt(peer.Addr(), "")
	case !forwarded(r):
		return thisMachine
	}
	// A forwarder here adds its client at the end. What a client writes before that, nobody believes.
	all := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
	client, _ := netip.ParseAddr(strings.TrimSpace(all[strings.LastIndexByte(all, ',')+1:]))
	return senderAt(client, "forwarded for ")
}

func senderAt(ip netip.Addr, how string) sender {
	ip = ip.Unmap().WithZone("")
	if !ip.Is6() {
		return sender{how + ip.String(), how + ip.String()}
	}
	network, _ := ip.Prefix(64) // every address of IPv6 has one
	return sender{how + ip.String(), how + network.String()}
}

// forwarded reports whether a proxy says that it sent r for somebody else.
func forwarded(r *http.Request) bool {
	return slices.ContainsFunc([]string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "Via"}, func(sign string) bool {
		return r.Header.Get(sign) != ""
	})
}

// tries are the wrong passwords of the last while. There is one count for the whole process, so that many addresses together
// try no more than few; but who is at this machine, or was right once, has tries that strangers cannot use up. A try that
// was not free counts for nothing, so nobody who goes on trying is kept out for longer; neither does a right one, or
// somebody could try all others between those of the user's programs.
type tries struct {
	now func() time.Time

	mu      sync.Mutex // guards what follows
	wrong   []wrongTry
	friends []string // addresses that the right password came from, the latest last
}

type wrongTry struct {
	from   string
	friend bool // it came from a friend
	at     time.Time
}

// try asks whether a password is right, unless too many were not.
func (t *tries) try(from sender, isRight func() bool) (right, free bool) {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wrong = slices.DeleteFunc(t.wrong, func(w wrongTry) bool { return now.Before(w.at) || now.Sub(w.at) >= triesWhile })
	this := wrongTry{from.network, from == thisMachine || slices.Contains(t.friends, from.address), now}
	if this.friend {
		this.from = from.address
	}
	same, alike := 0, 0
	for _, w := range t.wrong {
		if w.friend == this.friend {
			alike++
			if w.from == this.from {
				same++
			}
		}
	}
	switch {
	case same >= triesMost || alike >= triesTogether:
		return false, false
	case isRight():
		t.befriend(from)
		return true, true
	}
	t.wrong = append(t.wrong, this)
	return false, true
}

// befriend remembers a place. tries.mu is held.
func (t *tries) befriend(from sender) {
	if from == thisMachine || from == (sender{}) {
		return
	}
	t.friends = slices.DeleteFunc(t.friends, func(address string) bool { return address == from.address })
	if t.friends = append(t.friends, from.address); len(t.friends) > friendsMost {
		t.friends = slices.Delete(t.friends, 0, 1)
	}
}

// guests bounds how many entries of the log come from pages of other sites: guestsAtOnce, and one more after each
// guestsPause. So a page that is left open for hours does not push out what the user's own programs did.
type guests struct {
	now func() time.Time

	mu    sync.Mutex // guards what follows
	spent int
	since time.Time // from when on pauses give places back
}

// another reports whether there is room for one more entry, and takes it.
func (g *guests) another() bool {
	now := g.now()
	g.mu.Lock()
	defer g.mu.Unlock()
	back := int(min(now.Sub(g.since)/guestsPause, guestsAtOnce))
	if back < 0 || back >= g.spent {
		g.spent, g.since = 0, now
	} else {
		g.spent, g.since = g.spent-back, g.since.Add(time.Duration(back)*guestsPause)
	}
	if g.spent >= guestsAtOnce {
		return false
	}
	g.spent++
	return true
}
