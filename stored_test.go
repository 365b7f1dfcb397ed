package ringcx_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
)

// listedStore knows what it holds.
type listedStore struct {
	*ringcx.Memory
	mu   sync.Mutex
	keys map[string]bool // guarded by mu
}

func newListedStore() *listedStore {
	return &listedStore{Memory: new(ringcx.Memory), keys: map[string]bool{}}
}

func (l *listedStore) Update(ctx context.Context, key string, fn func([]byte, func([]byte) error) error) error {
	l.mu.Lock()
	l.keys[key] = true
	l.mu.Unlock()
	return l.Memory.Update(ctx, key, fn)
}

// put makes value what the store holds.
func put(t *testing.T, store ringcx.Store, key string, value []byte) {
	t.Helper()
	if err := store.Update(t.Context(), key, func(_ []byte, save func([]byte) error) error { return save(value) }); err != nil {
		t.Fatal(err)
	}
}

func value(t *testing.T, store ringcx.Store, key string) []byte {
	t.Helper()
	v, err := store.Load(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// change rewrites a stored object, and leaves out the checksum, as a person would.
func change(t *testing.T, store ringcx.Store, key string, f func(map[string]any)) {
	t.Helper()
	fields := stored(t, store, key)
	delete(fields, "checksum")
	f(fields)
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	put(t, store, key, text)
}

// flips are value with each of its bits flipped.
func flips(value []byte, f func(where string, flipped []byte)) {
	for i := range value {
		for bit := range 8 {
			flipped := bytes.Clone(value)
			flipped[i] ^= 1 << bit
			f(fmt.Sprintf("bit %d of byte %d (%q, now %q)", bit, i, value[i], flipped[i]), flipped)
		}
	}
}

func fullRecord() *ringcx.Record {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	return &ringcx.Record{
		Version: 1, App: "a", Identity: "b", Generation: 3,
		RingCentral: &ringcx.Stored{AccessToken: "canary-1", RefreshToken: "canary-2", Obtained: now, Expiry: now, RefreshExpiry: now, Scope: "ReadAccounts"},
		RingCX:      &ringcx.Stored{AccessToken: "canary-3", RefreshToken: "canary-4", Obtained: now, Expiry: now, Details: json.RawMessage(`{"adminId":7,"checksum":"x","n":1.5e3}`)},
		Attempt:     &ringcx.Attempt{Step: ringcx.Refresh, Start: now}, Failure: &ringcx.Failure{Op: "x", Message: "<no>"},
	}
}

func TestAFlippedBitIsNoticed(t *testing.T) {
	good, err := fullRecord().Encode()
	if err != nil {
		t.Fatal(err)
	}
	flips(good, func(where string, flipped []byte) {
		if _, err := ringcx.DecodeRecord(flipped); err == nil {
			t.Errorf("%s goes by: %s", where, flipped)
		}
	})
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	ledger, err := (&ringcx.Ledger{Sent: []time.Time{now.Add(-time.Hour)}, Written: now.Add(-time.Hour), Failures: 2}).Encode()
	if err != nil {
		t.Fatal(err)
	}
	flips(ledger, func(where string, flipped []byte) {
		if l, _ := ringcx.DecodeLedger(flipped, now); l.QuietUntil.Before(now.Add(time.Minute)) {
			t.Errorf("the ledger: %s goes by: %s", where, flipped)
		}
	})
	// The controls: what was not changed is read, also with a line end behind it, and by somebody who took the checksum out.
	for _, text := range []string{string(good), string(good) + "\n", string(good[:bytes.LastIndex(good, []byte(`,"checksum"`))]) + "}"} {
		if r, err := ringcx.DecodeRecord([]byte(text)); err != nil || r.RingCX.RefreshToken != "canary-4" {
			t.Errorf("%s: %v", text, err)
		}
	}
	if l, mended := ringcx.DecodeLedger(ledger, now); mended || !l.QuietUntil.IsZero() || l.Failures != 2 {
		t.Errorf("%+v", l)
	}
}

func TestATokenWhoseBytesChangedIsNeverHandedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), new(ringcx.Memory)
		opts := &ringcx.SessionOptions{Store: store, Key: "k", Inline: true}
		token := mustToken(t, v.Session(opts))
		good, n := value(t, store, "k"), len(v.Paths())
		bad := bytes.Replace(good, []byte(token.AccessToken[:9]), []byte("f"+token.AccessToken[1:9]), 1)
		put(t, store, "k", bad)
		_, err := v.Session(opts).Token(t.Context())
		var hinted interface{ Hint() string }
		if err == nil || !strings.Contains(err.Error(), `"k" is damaged: its checksum does not match`) || !errors.As(err, &hinted) || hinted.Hint() == "" {
			t.Errorf("error: %v", err)
		}
		if now := value(t, store, "k"); !bytes.Equal(now, bad) {
			t.Errorf("the damaged record was changed to %s", now)
		}
		wantAsked(t, v, n)
		put(t, store, "k", good)
		if again := mustToken(t, v.Session(opts)); again.AccessToken != token.AccessToken {
			t.Error("the record from before is not used")
		}
		wantAsked(t, v, n)
	})
}

func TestARecordWithoutAChecksumIsReadAndGetsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), newListedStore()
		opts := &ringcx.SessionOptions{Store: store, Key: "k", Inline: true}
		token := mustToken(t, v.Session(opts))
		for key := range store.keys {
			change(t, store, key, func(map[string]any) {})
		}
		s, n := v.Session(opts), len(v.Paths())
		if again := mustToken(t, s); again.AccessToken != token.AccessToken {
			t.Error("it is not used")
		}
		wantAsked(t, v, n)
		s.Invalidate(token)
		mustToken(t, s)
		wantAsked(t, v, n, refreshPath)
		if sum, _ := stored(t, store, "k")["checksum"].(string); len(sum) != 32 {
			t.Errorf("the checksum is %q", sum)
		}
	})
}

func TestFieldsOfANewerProgramSurviveRenewals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, store := newVendor(t), newListedStore()
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k", Inline: true})
		mustToken(t, s)
		future := map[string]any{"a": []any{"<b>", nil, "\u2028"}, "n": 1.0}
		if len(store.keys) != 3 {
			t.Fatalf("the store holds %v", store.keys)
		}
		for _, key := range slices.Sorted(maps.Keys(store.keys)) {
			change(t, store, key, func(fields map[string]any) {
				fields["future"] = future
				for _, name := range []string{"ringcentral", "ringcx"} {
					if token, ok := fields[name].(map[string]any); ok {
						token["future"] = future
					}
				}
			})
		}
		kept := func(what string) {
			t.Helper()
			record := stored(t, store, "k")
			for name, object := range map[string]any{"record": record, "ringcentral": record["ringcentral"], "ringcx": record["ringcx"]} {
				if got := object.(map[string]any)["future"]; fmt.Sprint(got) != fmt.Sprint(future) {
					t.Errorf("%s: of %s is left %v", what, name, got)
				}
			}
		}
		before := storedToken(t, store, "k", "ringcx", "access_token")
		for _, after := range []time.Duration{6 * time.Minute, 2 * time.Hour, 8 * 24 * time.Hour} { // a refresh, one of each, a login
			time.Sleep(after)
			mustToken(t, s)
			kept(after.String())
		}
		fault(t, v, refreshPath, "status", `"status":400`)
		fault(t, v, exchangePath, "status", `"status":503`)
		time.Sleep(6 * time.Minute)
		_, _ = s.Token(t.Context())
		kept("a failure")
		for key := range store.keys {
			if got := stored(t, store, key)["future"]; fmt.Sprint(got) != fmt.Sprint(future) {
				t.Errorf("%s: %v", key, got)
			}
		}
		// The control: what is known is new.
		if now := storedToken(t, store, "k", "ringcx", "access_token"); now == before || now == "" {
			t.Error("nothing was renewed")
		}
		wantNoVerdicts(t, v)
	})
}

func TestWhatANewerProgramStoredIsCalledNewer(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		newer bool
	}{
		"newer": {`{"version":2}`, true}, "of other types": {`{"version":99,"ringcx":["x"],"generation":{}}`, true}, "with a checksum": {`{"version":2,"checksum":"x"}`, true},
		"version in a string": {`{"version":"2"}`, true}, "half a version": {`{"version":1.5}`, true}, "huge": {`{"version":1e999}`, true},
		// The controls.
		"none": {`{"version":0}`, false}, "negative": {`{"version":-1}`, false}, "a word": {`{"version":"x"}`, false}, "a list": {`[]`, false}, "null": {`null`, false},
		"cut off": {`{"version":2`, false},
	} {
		v, store := newVendor(t), newListedStore()
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k", Inline: true})
		put(t, store, "k", []byte(c.text))
		_, err := s.Token(t.Context())
		var hinted interface{ Hint() string }
		if !errors.As(err, &hinted) || strings.Contains(err.Error(), "newer version") != c.newer || strings.Contains(err.Error(), "damaged") == c.newer ||
			strings.Contains(hinted.Hint(), "update this program") != c.newer {
			t.Errorf("%s: %v", name, err)
		}
		if now := value(t, store, "k"); string(now) != c.text || len(v.Paths()) > 0 {
			t.Errorf("%s: %q, requests %q", name, now, v.Paths())
		}
	}
}

func TestALedgerOfANewerProgramIsLeftAlone(t *testing.T) {
	v, store := newVendor(t), newListedStore()
	opts := &ringcx.SessionOptions{Store: store, Key: "k", Inline: true}
	mustToken(t, v.Session(opts))
	n := len(v.Paths())
	for key := range store.keys {
		if key != "k" {
			put(t, store, key, []byte(`{"version":2,"sent":{}}`))
		}
	}
	s := v.Session(opts)
	s.Invalidate(mustToken(t, s)) // what is good is used
	for _, f := range []func() error{
		func() error { _, err := s.Token(t.Context()); return err }, func() error { return s.Login(t.Context()) }, func() error { return s.Logout(t.Context()) },
		func() error { _, err := s.Status(t.Context()); return err },
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), "newer version") {
			t.Errorf("error: %v", err)
		}
	}
	wantAsked(t, v, n)
	for key := range store.keys {
		if now := string(value(t, store, key)); key != "k" && now != `{"version":2,"sent":{}}` {
			t.Errorf("the ledger was changed to %s", now)
		}
	}
}

func TestALoginThatFailsLeavesWhateverWasThere(t *testing.T) {
	for name, text := range map[string]string{
		"damaged": "\x00\x01", "newer": `{"version":2,"ringcx":[]}`, "half": `{"version":1,"ringcx":{"acc`, "empty": "", "pretty": "{\n \"version\": 1, \"future\": 1\n}\n",
		"somebody's": `{"version":1,"app":"another","identity":"another","ringcx":{"access_token":"a"}}`,
	} {
		synctest.Test(t, func(t *testing.T) {
			v, store := newVendor(t), new(ringcx.Memory)
			put(t, store, "k", []byte(text))
			s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
			for range 3 {
				fault(t, v, exchangePath, "status", `"status":403`)
				if err := s.Login(t.Context()); err == nil {
					t.Fatal("the login works")
				}
				if now := string(value(t, store, "k")); now != text {
					t.Errorf("%s: it is %q now", name, now)
				}
				time.Sleep(10 * time.Minute)
			}
			if err := s.Login(t.Context()); err != nil {
				t.Error(err)
			}
			if storedToken(t, store, "k", "ringcx", "access_token") == "" {
				t.Errorf("%s: a login that worked is not stored", name)
			}
		})
	}
}

func FuzzWhatIsReadIsWrittenWhole(f *testing.F) {
	good, _ := fullRecord().Encode()
	f.Add(good)
	f.Add([]byte(`{"version":1,"x":{"y":[1,2.50,"\u003c"]},"ringcx":{"z":null},"RingCX":{"access_token":"b"},"":0}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := ringcx.DecodeRecord(text)
		if err != nil {
			return
		}
		first, err := r.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := ringcx.DecodeRecord(first)
		if err != nil {
			t.Fatalf("%s: %v", first, err)
		}
		if second, err := again.Encode(); err != nil || !bytes.Equal(first, second) {
			t.Errorf("%s\nbecomes\n%s, %v", first, second, err)
		}
		var before, after map[string]json.RawMessage
		if json.Unmarshal(text, &before) != nil || json.Unmarshal(first, &after) != nil {
			t.Fatalf("%s", first)
		}
		for name := range before {
			if !slices.ContainsFunc(knownFields, func(known string) bool { return strings.EqualFold(known, name) }) && after[name] == nil {
				t.Errorf("%q is lost", name)
			}
		}
	})
}

// knownFields are those of a record, which have their own ways to be left out.
var knownFields = []string{
	"version", "app", "identity", "generation", "ringcentral", "ringcx", "refused", "doubtful", "server_failed", "skew", "attempt", "failure", "evicted", "checksum",
}
