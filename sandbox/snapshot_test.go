package sandbox_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// stopped is a server whose clock stands still, and that keeps nothing.
func stopped(t testing.TB) *sandbox.Server {
	t.Helper()
	s, err := sandbox.New(&sandbox.Options{NoLimits: true, Hosts: []string{"example.com"}, Now: func() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestASnapshotThatMakesNoSenseIsRefusedInWords(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.exchange(), "accessToken")
	saved := v.get("/_sandbox/snapshot", "").want(http.StatusOK).body
	for name, c := range map[string]struct{ text, want string }{
		"nothing":             {"", "EOF"},
		"a list":              {"[]", "an object should be"},
		"half":                {saved[:len(saved)/2], "unexpected EOF"},
		"half a kind":         {saved[:strings.Index(saved, `"session":{`)+len(`"session":{`)], "unexpected EOF"},
		"no end":              {saved[:len(saved)-1], "unexpected EOF"},
		"two":                 {saved + saved, "something behind it"},
		"another field":       {strings.Replace(saved, `"made"`, `"maid"`, 1), `unknown field "maid"`},
		"another format":      {strings.Replace(saved, "ringcx-sandbox/1", "ringcx-sandbox/9", 1), `"ringcx-sandbox/9"`},
		"no format":           {strings.Replace(saved, `"format":"ringcx-sandbox/1",`, "", 1), "the format of the snapshot is"},
		"a record twice":      {strings.Replace(saved, `"session":{`, `"session":{"1":{},`, 1), `session "1"`},
		"records of no kind":  {strings.Replace(saved, `"records":{`, `"records":[{`, 1), "an object should be"},
		"no stand-in":         {strings.Replace(saved, `"value":"$`, `"value":"$a&b`, 1), "stand-in"},
		"a clock that is off": {strings.Replace(saved, `"clock":{"":0}`, `"clock":{"":"x"}`, 1), "clock"},
	} {
		got := v.controlRaw(http.MethodPost, "snapshot", c.text).want(http.StatusBadRequest).json()
		if text, _ := got["error"].(string); !strings.Contains(text, c.want) || len(text) > 400 {
			t.Errorf("%s: %v", name, got)
		}
	}
	v.get(usersPath, token).want(http.StatusOK)
	v.control("snapshot", strings.Replace(saved, `"records":{`, ` "records" : {"future":{"1":{"a":[1]}}, `, 1)+"\n")
	v.get(usersPath, token).want(http.StatusOK)
}

func TestASnapshotIsOfOneMoment(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 200 {
			v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT)
			v.controlRaw(http.MethodPost, "users/"+fmt.Sprint(i), "{}")
		}
	}()
	for range 20 {
		saved := v.get("/_sandbox/snapshot", "").want(http.StatusOK).body
		other := stopped(t)
		if err := other.Restore(strings.NewReader(saved)); err != nil {
			t.Error(err)
		}
		var again bytes.Buffer
		if err := other.Snapshot(&again); err != nil || again.String() != saved {
			t.Errorf("%d bytes have become %d, %v", len(saved), again.Len(), err)
		}
	}
	<-done
}

func FuzzSnapshots(f *testing.F) {
	s := stopped(f)
	var saved bytes.Buffer
	if err := s.Snapshot(&saved); err != nil {
		f.Fatal(err)
	}
	f.Add(saved.Bytes())
	f.Add([]byte(`{"format":"ringcx-sandbox/1","made":"2026-11-23T09:00:00Z","records":{"a":{"b":1}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var before, after bytes.Buffer
		if err := s.Snapshot(&before); err != nil {
			t.Fatal(err)
		}
		failed := s.Restore(bytes.NewReader(text))
		if err := s.Snapshot(&after); err != nil {
			t.Fatal(err)
		}
		if failed != nil && !bytes.Equal(before.Bytes(), after.Bytes()) {
			t.Errorf("it was refused (%v), and has changed something", failed)
		}
	})
}
