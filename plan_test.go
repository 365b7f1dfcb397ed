package ringcx_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ringcx-go/ringcx"
)

var epoch = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func cxPair(obtained, expiry time.Duration, refresh string) *ringcx.Stored {
	return &ringcx.Stored{AccessToken: "cx", RefreshToken: refresh, Obtained: epoch.Add(obtained), Expiry: epoch.Add(expiry)}
}

func rcPair(expiry time.Duration, refresh string) *ringcx.Stored {
	return &ringcx.Stored{AccessToken: "rc", RefreshToken: refresh, Obtained: epoch.Add(expiry - time.Hour), Expiry: epoch.Add(expiry)}
}

func TestThePlanTakesTheCheapestStepThatIsAllowed(t *testing.T) {
	minutes := func(m ...float64) (at []time.Time) {
		for _, x := range m {
			at = append(at, epoch.Add(time.Duration(x*float64(time.Minute))))
		}
		return at
	}
	for name, c := range map[string]struct {
		r    *ringcx.Record
		n    ringcx.Need
		want ringcx.Action
		wait time.Duration
	}{
		"a token that works":  {&ringcx.Record{RingCX: cxPair(-time.Minute, 4*time.Minute, "r")}, ringcx.NewNeed(0, "", true, true), ringcx.Use, 0},
		"a token that is due": {&ringcx.Record{RingCX: cxPair(-4*time.Minute-time.Second, 59*time.Second, "r")}, ringcx.NewNeed(0, "", true, true), ringcx.Refresh, 0},
		"a token that is due, for a caller who must not wait": {&ringcx.Record{RingCX: cxPair(-4*time.Minute-time.Second, 59*time.Second, "r")}, ringcx.NewNeed(0, "", false, true), ringcx.Use, 0},
		"a token too short for the caller":                    {&ringcx.Record{RingCX: cxPair(-time.Minute, 4*time.Minute, "r")}, ringcx.NewNeed(4*time.Minute+1, "", false, true), ringcx.Refresh, 0},
		"a token as short as it is, but new":                  {&ringcx.Record{RingCX: cxPair(0, 5*time.Minute, "r")}, ringcx.NewNeed(time.Hour, "", false, true).Started(epoch), ringcx.Use, 0},
		"a token the vendor refused":                          {&ringcx.Record{RingCX: cxPair(-time.Minute, 4*time.Minute, "r")}, ringcx.NewNeed(0, ringcx.Fingerprint("cx"), false, true), ringcx.Refresh, 0},
		"a token at its end":                                  {&ringcx.Record{RingCX: cxPair(-5*time.Minute, 5*time.Second, "r")}, ringcx.NewNeed(0, "", false, true), ringcx.Refresh, 0},
		"no refresh token":                                    {&ringcx.Record{RingCX: cxPair(-time.Hour, 0, ""), RingCentral: rcPair(time.Minute, "")}, ringcx.NewNeed(0, "", false, true), ringcx.Exchange, 0},
		"no refresh token, RingCentral token ended":           {&ringcx.Record{RingCentral: rcPair(0, "r")}, ringcx.NewNeed(0, "", false, true), ringcx.RefreshLogin, 0},
		"a RingCentral token the exchange refused":            {&ringcx.Record{RingCentral: rcPair(time.Minute, "r"), Refused: ringcx.Fingerprint("rc")}, ringcx.NewNeed(0, "", false, true), ringcx.RefreshLogin, 0},
		"nothing":                           {&ringcx.Record{}, ringcx.NewNeed(0, "", false, true), ringcx.Login, 0},
		"nothing and nobody":                {&ringcx.Record{}, ringcx.NewNeed(0, "", false, false), ringcx.AskPerson, 0},
		"a refresh token that may be spent": {&ringcx.Record{RingCX: cxPair(-time.Hour, 0, "r"), Doubtful: ringcx.Fingerprint("r"), RingCentral: rcPair(time.Minute, "")}, ringcx.NewNeed(0, "", false, true), ringcx.Exchange, 0},
		"a refresh token that may be spent, and no other way": {&ringcx.Record{RingCX: cxPair(-time.Hour, 0, "r"), Doubtful: ringcx.Fingerprint("r")}, ringcx.NewNeed(0, "", false, false), ringcx.AskPerson, 0},
		"the same, but the server itself said it failed":      {&ringcx.Record{RingCX: cxPair(-time.Hour, 0, "r"), Doubtful: ringcx.Fingerprint("r"), ServerSaid5: true}, ringcx.NewNeed(0, "", false, false), ringcx.Refresh, 0},
		"a new login":                                            {&ringcx.Record{RingCX: cxPair(-time.Minute, 4*time.Minute, "r"), RingCentral: rcPair(time.Minute, "r")}, ringcx.NewNeed(0, "", false, true).Since(epoch), ringcx.Login, 0},
		"an unanswered refresh within the grace":                 {&ringcx.Record{RingCentral: rcPair(0, "r"), Attempt: &ringcx.Attempt{Step: ringcx.RefreshLogin, Start: epoch.Add(-54 * time.Minute)}}, ringcx.NewNeed(0, "", false, true), ringcx.RefreshLogin, 0},
		"an unanswered refresh past the grace":                   {&ringcx.Record{RingCentral: rcPair(0, "r"), Attempt: &ringcx.Attempt{Step: ringcx.RefreshLogin, Start: epoch.Add(-56 * time.Minute)}}, ringcx.NewNeed(0, "", false, true), ringcx.Login, 0},
		"an unanswered refresh past the grace, and no other way": {&ringcx.Record{RingCentral: rcPair(0, "r"), Attempt: &ringcx.Attempt{Step: ringcx.RefreshLogin, Start: epoch.Add(-56 * time.Minute)}}, ringcx.NewNeed(0, "", false, false), ringcx.RefreshLogin, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got, until := ringcx.Plan(c.r, epoch, c.n); got != c.want {
				t.Errorf("%q until %s, want %q", got, until, c.want)
			}
		})
	}
	t.Run("the budget is spent", func(t *testing.T) {
		r := &ringcx.Record{RingCentral: rcPair(time.Minute, "")}
		r.Ledgers.RingCX.Sent = minutes(-0.9, -0.8, -0.7, -0.6, -0.5)
		got, until := ringcx.Plan(r, epoch, ringcx.NewNeed(0, "", false, true))
		if got != ringcx.Wait || until.Before(r.Ledgers.RingCX.Sent[0].Add(ringcx.BudgetWindow)) {
			t.Errorf("%q until %s", got, until)
		}
		r = &ringcx.Record{} // a login is not spent on an exchange that must wait
		r.Ledgers.RingCX.Sent = minutes(-0.9, -0.8, -0.7, -0.6, -0.5)
		if got, _ := ringcx.Plan(r, epoch, ringcx.NewNeed(0, "", false, true)); got != ringcx.Wait {
			t.Errorf("%q", got)
		}
	})
}

// records draws lineages in any state.
func records(t *rapid.T) *ringcx.Record {
	around := func(name string) time.Time {
		return epoch.Add(time.Duration(rapid.IntRange(-7200, 7200).Draw(t, name)) * time.Second)
	}
	pair := func(name string) *ringcx.Stored {
		if !rapid.Bool().Draw(t, name) {
			return nil
		}
		p := &ringcx.Stored{AccessToken: name, Obtained: around(name + " obtained")}
		p.Expiry = p.Obtained.Add(time.Duration(rapid.IntRange(1, 3600).Draw(t, name+" lives")) * time.Second)
		if rapid.Bool().Draw(t, name+" refreshable") {
			p.RefreshToken = name + "-r"
		}
		return p
	}
	r := &ringcx.Record{RingCX: pair("cx"), RingCentral: pair("rc")}
	for _, l := range []*ringcx.Ledger{&r.Ledgers.RingCentral, &r.Ledgers.RingCX} {
		at := epoch.Add(-2 * time.Minute)
		for range rapid.IntRange(0, 5).Draw(t, "sent") {
			if at = at.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "gap")) * time.Second); at.After(epoch) {
				break
			}
			l.Sent = append(l.Sent, at)
		}
		if rapid.Bool().Draw(t, "quiet") {
			l.QuietUntil = around("quiet until")
		}
	}
	return r
}

func TestThePlanKeepsItsPromisesInEveryState(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, login := records(t), rapid.Bool().Draw(t, "login")
		n := ringcx.NewNeed(time.Duration(rapid.IntRange(0, 300).Draw(t, "min"))*time.Second, "", rapid.Bool().Draw(t, "ahead"), login)
		got, until := ringcx.Plan(r, epoch, n)
		sends := map[ringcx.Action]*ringcx.Ledger{
			ringcx.Login: &r.Ledgers.RingCentral, ringcx.RefreshLogin: &r.Ledgers.RingCentral,
			ringcx.Exchange: &r.Ledgers.RingCX, ringcx.Refresh: &r.Ledgers.RingCX,
		}[got]
		if sends != nil && sends.QuietUntil.After(epoch) {
			t.Fatalf("%q is sent inside a quiet window", got)
		}
		if sends != nil && got != ringcx.Refresh && len(sends.Sent) == 5 && epoch.Sub(sends.Sent[0]) < time.Minute {
			t.Fatalf("%q is the sixth within a minute", got)
		}
		switch got {
		case ringcx.Wait:
			if !until.After(epoch) {
				t.Fatal("a wait that is over")
			}
			next := got
			for waits := 0; next == ringcx.Wait; waits++ { // a token may end meanwhile, and another host be waited for
				if waits > 3 {
					t.Fatal("the waiting has no end")
				}
				next, until = ringcx.Plan(r, until, n)
			}
		case ringcx.AskPerson:
			if login || r.RingCX != nil && r.RingCX.RefreshToken != "" || r.RingCentral != nil && r.RingCentral.RefreshToken != "" {
				t.Fatal("a person is asked for though there is another way")
			}
		case ringcx.Use:
			if left := r.RingCX.Expiry.Sub(epoch); left <= 0 {
				t.Fatalf("a token is used that ended %s ago", -left)
			}
		}
	})
}

func TestFollowingThePlanNeverSendsASixthRequestWithinAMinute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &ringcx.Record{Version: 1}
		now := epoch
		sent := map[bool][]time.Time{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 20000).Draw(t, "pass")) * time.Millisecond)
			n := ringcx.NewNeed(0, "", false, true).Started(now)
			a, until := ringcx.Plan(r, now, n)
			if a == ringcx.Wait || a == ringcx.GiveUp {
				now = until
				continue
			}
			if a == ringcx.Use {
				r.RingCX = nil // somebody else ended it
				continue
			}
			ledger := a == ringcx.Login || a == ringcx.RefreshLogin
			if a != ringcx.Refresh {
				sent[ledger] = append(sent[ledger], now)
				if all := sent[ledger]; len(all) > 5 && now.Sub(all[len(all)-6]) < time.Minute {
					t.Fatalf("six requests within %s", now.Sub(all[len(all)-6]))
				}
			}
			start := now
			r.Begin(a, start)
			now = now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "latency")) * time.Millisecond)
			switch rapid.IntRange(0, 3).Draw(t, "outcome") {
			case 0:
				r.Succeed(a, &ringcx.Token{AccessToken: "x", RefreshToken: "y", Obtained: now, Expiry: now.Add(5 * time.Minute)}, start, now)
			case 1:
				r.Fail(a, &ringcx.Error{Op: "x", StatusCode: 401}, &n, start, now)
			case 2:
				r.Recover() // the process died
			case 3:
				value, err := r.Encode()
				if err != nil {
					t.Fatal(err)
				}
				ledgers := r.Ledgers
				if r, err = ringcx.DecodeRecord(value); err != nil {
					t.Fatal(err)
				}
				r.Ledgers = ledgers
				r.Recover()
			}
		}
	})
}
