package handout_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx/broker/internal/caller"
	"github.com/ringcx-go/ringcx/broker/internal/handout"
)

func TestATokenOfTheBrokersOwnLivesFiveMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(handout.Short)
		p := s.Issue(caller.Caller{Name: "a", Profile: "main"})
		c, until, ok := s.Whose(p.Access)
		if !ok || c.Name != "a" || c.Profile != "main" || time.Until(until) != 5*time.Minute {
			t.Errorf("%+v, %v, %v", c, until, ok)
		}
		for _, wrong := range []string{"", p.Refresh, p.Access + "x", strings.ToUpper(p.Access), "rcxs_" + strings.Repeat("A", 43)} {
			if _, _, ok := s.Whose(wrong); ok {
				t.Errorf("%s is a token", wrong)
			}
		}
		time.Sleep(5 * time.Minute)
		if _, _, ok := s.Whose(p.Access); ok {
			t.Error("it lives on")
		}
		if _, _, ok := s.Refresh(t.Context(), p.Access); ok {
			t.Error("an access token refreshes")
		}
		again, _, ok := s.Refresh(t.Context(), p.Refresh)
		if _, _, lives := s.Whose(again.Access); !ok || !lives {
			t.Error("the refresh token does not refresh")
		}
		if _, _, ok := s.Refresh(t.Context(), p.Refresh); ok {
			t.Error("a refresh token is spent twice")
		}
		time.Sleep(time.Hour)
		if _, _, ok := s.Refresh(t.Context(), again.Refresh); ok {
			t.Error("a refresh token lives longer than an hour")
		}
	})
}

func TestACallerThatMayNotComeAnyMoreRefreshesNothing(t *testing.T) {
	revoked := false
	s := &handout.Short{Alive: func(context.Context, caller.Caller) bool { return !revoked }}
	p := s.Issue(caller.Caller{Name: "a", ID: "1", Keyed: true})
	if p, _, ok := s.Refresh(t.Context(), p.Refresh); !ok {
		t.Fatal("it does not refresh")
	} else if revoked = true; true {
		if _, _, ok := s.Refresh(t.Context(), p.Refresh); ok {
			t.Error("it does after its key was revoked")
		}
	}
}

func TestOneCallersTokensPushOutNobodyElses(t *testing.T) {
	s := new(handout.Short)
	quiet := s.Issue(caller.Caller{Name: "quiet"})
	var first, last handout.Pair
	for i := range 5000 {
		if last = s.Issue(caller.Caller{Name: "loud"}); i == 0 {
			first = last
		}
	}
	for what, c := range map[string]struct {
		token string
		want  bool
	}{"the other's": {quiet.Access, true}, "the oldest": {first.Access, false}, "the latest": {last.Access, true}} {
		if _, _, ok := s.Whose(c.token); ok != c.want {
			t.Errorf("%s: %v", what, ok)
		}
	}
	for i := range 30_000 {
		s.Issue(caller.Caller{Name: fmt.Sprint(i)})
	}
	if _, _, ok := s.Whose(quiet.Access); !ok {
		t.Error("thirty thousand others push it out")
	}
}
