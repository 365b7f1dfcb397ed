package caller_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/caller"
)

// create makes a key.
func create(t *testing.T, k *caller.Keys, name, profile string, life time.Duration) string {
	t.Helper()
	key, err := k.Create(t.Context(), name, profile, life)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestAKeyIsItsCallers(t *testing.T) {
	k := &caller.Keys{Store: new(ringcx.Memory)}
	a, b := create(t, k, "a", "", 0), create(t, k, "b", "sales", 0)
	if c, err := k.Check(t.Context(), a); err != nil || c.Name != "a" || c.Profile != "" || !c.Keyed {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := k.Check(t.Context(), b); err != nil || c.Name != "b" || c.Profile != "sales" {
		t.Errorf("%+v, %v", c, err)
	}
	mixed := a[:len("rcxb_")+16] + b[len("rcxb_")+16:]
	last := "A"
	if strings.HasSuffix(a, "A") {
		last = "E"
	}
	for _, wrong := range []string{"", "rcxb_", a[:len(a)-1], a + "x", mixed, a[:len(a)-1] + last, strings.ToUpper(a), " " + a, "rcxb_0011223344556677_" + a[22:]} {
		if c, err := k.Check(t.Context(), wrong); !errors.Is(err, caller.ErrUnknown) {
			t.Errorf("%q is %+v, %v", wrong, c, err)
		}
	}
}

func TestTheStoreHoldsNoKey(t *testing.T) {
	store := new(ringcx.Memory)
	k := &caller.Keys{Store: store}
	key := create(t, k, "a", "", 0)
	value, err := store.Load(t.Context(), "ringcx-broker/keys")
	if err != nil || !strings.Contains(string(value), `"name":"a"`) {
		t.Fatalf("the store has %s, %v", value, err)
	}
	if _, secret, _ := strings.Cut(strings.TrimPrefix(key, "rcxb_"), "_"); strings.Contains(string(value), secret) {
		t.Error("the store has the secret of a key")
	}
}

func TestAnEndedKeyIsNoKeyWithinTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(ringcx.Memory)
		here, elsewhere := &caller.Keys{Store: store}, &caller.Keys{Store: store}
		key, brief := create(t, here, "a", "", 0), create(t, here, "brief", "", time.Minute)
		if _, err := elsewhere.Check(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		if n, err := here.Revoke(t.Context(), "a"); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if _, err := here.Check(t.Context(), key); !errors.Is(err, caller.ErrUnknown) {
			t.Error("a revoked key is one where it was revoked")
		}
		time.Sleep(caller.Cached)
		if _, err := elsewhere.Check(t.Context(), key); !errors.Is(err, caller.ErrUnknown) {
			t.Error("a revoked key is one elsewhere after ten seconds")
		}
		if _, err := here.Check(t.Context(), brief); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		if _, err := here.Check(t.Context(), brief); !errors.Is(err, caller.ErrUnknown) {
			t.Error("an expired key is one")
		}
		if n, err := here.Revoke(t.Context(), "a"); n != 0 || err != nil {
			t.Error("a key is revoked twice", n, err)
		}
		if all, err := here.List(t.Context()); err != nil || len(all) != 2 || all[0].Revoked.IsZero() {
			t.Errorf("%v, %v", all, err)
		}
	})
}

// failing is a store that fails.
type failing struct {
	ringcx.Store
	down  bool
	loads int
}

func (s *failing) Load(ctx context.Context, key string) ([]byte, error) {
	if s.loads++; s.down {
		return nil, errors.New("the store is down")
	}
	return s.Store.Load(ctx, key)
}

func TestANewKeyIsKnownElsewhereInASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &failing{Store: new(ringcx.Memory)}
		here, elsewhere := &caller.Keys{Store: store}, &caller.Keys{Store: store}
		known := create(t, here, "a", "", 0)
		if _, err := elsewhere.Check(t.Context(), known); err != nil {
			t.Fatal(err)
		}
		key := create(t, here, "b", "", 0)
		time.Sleep(time.Second)
		if _, err := elsewhere.Check(t.Context(), key); err != nil {
			t.Error(err)
		}
		store.loads = 0
		for range 100 {
			_, _ = elsewhere.Check(t.Context(), "rcxb_0011223344556677_"+known[22:])
		}
		if store.loads > 1 {
			t.Errorf("guesses ask the store %d times in no time", store.loads)
		}
	})
}

func TestKeysGoOnWhileTheStoreIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &failing{Store: new(ringcx.Memory)}
		k := &caller.Keys{Store: store}
		key := create(t, k, "a", "", 0)
		store.down = true
		time.Sleep(time.Hour)
		if _, err := k.Check(t.Context(), key); err != nil || k.Problem() == nil {
			t.Errorf("%v, problem %v", err, k.Problem())
		}
		fresh := &caller.Keys{Store: store}
		if _, err := fresh.Check(t.Context(), key); err == nil || errors.Is(err, caller.ErrUnknown) {
			t.Errorf("a broker that never read the keys: %v", err)
		}
		store.down = false
		later := create(t, fresh, "b", "", 0)
		store.down = true
		if _, err := k.Check(t.Context(), later); err == nil || errors.Is(err, caller.ErrUnknown) {
			t.Errorf("a key that may have been made since the keys were read: %v", err)
		}
		store.down = false
		time.Sleep(caller.Cached)
		if _, err := k.Check(t.Context(), key); err != nil || k.Problem() != nil {
			t.Errorf("%v, problem %v", err, k.Problem())
		}
	})
}

// hanging is a store that can be made to hang.
type hanging struct {
	ringcx.Store
	hangs atomic.Bool
}

func (s *hanging) Load(ctx context.Context, key string) ([]byte, error) {
	if s.hangs.Load() {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return s.Store.Load(ctx, key)
}

func TestAStoreThatHangsHoldsUpNoCallerThatIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &hanging{Store: new(ringcx.Memory)}
		k := &caller.Keys{Store: store}
		key := create(t, k, "a", "", 0)
		store.hangs.Store(true)
		for range 100 {
			time.Sleep(caller.Cached)
			var all sync.WaitGroup
			begun := time.Now()
			for range 10 {
				all.Go(func() {
					if _, err := k.Check(t.Context(), key); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if waited := time.Since(begun); waited > 300*time.Millisecond {
				t.Fatalf("callers waited %v", waited)
			}
			if _, err := k.Check(t.Context(), key); err != nil || time.Since(begun) > 300*time.Millisecond {
				t.Fatalf("who comes later waited as well: %v, %v", time.Since(begun), err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := (&caller.Keys{Store: store}).Check(ctx, key); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a broker that never read the keys: %v", err)
		}
		time.Sleep(time.Minute)
		store.hangs.Store(false)
		if _, err := k.Check(t.Context(), key); err != nil || k.Problem() != nil {
			t.Errorf("%v, problem %v", err, k.Problem())
		}
	})
}

func TestACallerThatGoesAwayDoesNotKeepOthersFromTheirKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &caller.Keys{Store: new(ringcx.Memory)}
		key := create(t, k, "a", "", 0)
		time.Sleep(caller.Cached)
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		_, _ = k.Check(gone, key)
		if _, err := k.Check(t.Context(), key); err != nil || k.Problem() != nil {
			t.Errorf("%v, problem %v", err, k.Problem())
		}
	})
}

func TestANameThatALogOrAHeaderCannotHoldIsRefused(t *testing.T) {
	k := &caller.Keys{Store: new(ringcx.Memory)}
	for _, name := range []string{"", "a b", "a:b", "a\n", "é", strings.Repeat("a", 101)} {
		if _, err := k.Create(t.Context(), name, "", 0); err == nil {
			t.Errorf("%q is a name", name)
		}
	}
	damaged := new(ringcx.Memory)
	for _, value := range []string{"x", `{"version":2}`} {
		if err := damaged.Update(t.Context(), "ringcx-broker/keys", func(_ []byte, save func([]byte) error) error { return save([]byte(value)) }); err != nil {
			t.Fatal(err)
		}
		if _, err := (&caller.Keys{Store: damaged}).Create(t.Context(), "a", "", 0); err == nil {
			t.Errorf("%s is overwritten", value)
		}
	}
}

func TestAUserIsKnownByASocket(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("the system does not tell who is at the other end")
	}
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	client, err := net.Dial("unix", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	peer := caller.NewPeer(conn)
	uid, gid := uint32(os.Getuid()), uint32(os.Getgid())
	const other = 4294967000
	if !peer.Known || peer.UID != uid || len(peer.Groups) == 0 || peer.Groups[0] != gid || peer.Remote != "unix" {
		t.Fatalf("%+v", peer)
	}
	r, err := http.NewRequestWithContext(caller.WithPeer(t.Context(), peer), http.MethodGet, "http://broker/", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		peers  caller.Peers
		secret string
		want   string
	}{
		{caller.Peers{Users: map[uint32]string{uid: "me"}}, "", "me"},
		{caller.Peers{Groups: map[uint32]string{gid: "us"}}, "", "us"},
		{caller.Peers{Users: map[uint32]string{uid: "me"}, Groups: map[uint32]string{gid: "us"}}, "", "me"},
		{caller.Peers{Groups: map[uint32]string{other: "them"}}, "", ""}, // a group that this process does not have
		{caller.Peers{Users: map[uint32]string{uid + 1: "other"}}, "", ""},
		{caller.Peers{Users: map[uint32]string{uid: "me"}}, "rcxb_wrong", ""}, // a wrong key is not passed over
	} {
		got, err := c.peers.Authenticate(r, c.secret)
		if c.want == "" && errors.Is(err, caller.ErrUnknown) {
			continue
		}
		if err != nil || got.Name != c.want {
			t.Errorf("%+v: %+v, %v", c.peers, got, err)
		}
	}
}

func TestAConnectionOfTheNetworkHasNoUser(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	if p := caller.NewPeer(client); p.Known || p.Remote != "loopback" {
		t.Errorf("%+v", p)
	}
	if p := caller.PeerOf(t.Context()); p.Known || p.Remote != "network" {
		t.Errorf("%+v", p)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://broker/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (&caller.Peers{Users: map[uint32]string{0: "root"}}).Authenticate(r, ""); !errors.Is(err, caller.ErrUnknown) {
		t.Error("a connection that nobody vouches for is root's")
	}
}

func BenchmarkAKey(b *testing.B) {
	k := &caller.Keys{Store: new(ringcx.Memory)}
	key, err := k.Create(b.Context(), "a", "", 0)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Check(b.Context(), key); err != nil {
			b.Fatal(err)
		}
	}
}
