package console

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/instant"
	"github.com/ringcx-go/ringcx/sandbox/internal/ringcx"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
)

// handle names a token without telling it.
func handle(token string) string {
	sum := sha256.Sum256([]byte("console " + token))
	return hex.EncodeToString(sum[:10])
}

// ending is what people tell long tokens apart by.
func ending(token string) string { return "…" + token[max(len(token)-6, 0):] }

func (c *Console) sessionList(v *visit, r *http.Request) endpoint.Response {
	now := c.Now()
	page := &view.Sessions{Listing: newListing(r, "sessions", "rc", "Sessions and tokens")}
	c.do(func(c locked) {
		for _, t := range []view.TokenTable{c.sessionTable(now), c.refreshTable(now), c.accessTable(now)} {
			t.Listing = newListing(r, "sessions", t.ID, "Rows")
			page.Tables = append(page.Tables, cut(t))
		}
	})
	return c.page(v, r, &view.Page{Title: "Sessions and tokens", Content: page})
}

// cut leaves the rows that were asked for.
func cut(t view.TokenTable) view.TokenTable {
	slices.SortFunc(t.Rows, func(a, b view.TokenRow) int { return cmp.Or(b.Until.Compare(a.Until), cmp.Compare(a.Handle, b.Handle)) })
	all := t.Rows
	t.Rows = nil
	for _, row := range all {
		if t.Takes(row.Who + " " + row.What + " " + row.Mark) {
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// sessionTable are the open sessions of RingCentral with their newest tokens.
func (c locked) sessionTable(now time.Time) view.TokenTable {
	table := view.TokenTable{
		ID: "rc", Title: "RingCentral sessions", Kind: "session", Revoke: "Revoke", Sessions: true,
		About: aboutSessions(c.Rules.Load()),
	}
	at := instant.Of(now)
	for s := range c.Platform.AllOpen() {
		if s.Over(at) {
			continue
		}
		a, u := c.Platform.Holder(s)
		row := view.TokenRow{
			Handle: handle(c.Platform.ID(s.Number)), Who: u.First + " " + u.Last, What: a.Name,
			Ends: ending(c.Platform.AccessToken(s)), Mark: endpoint.Fingerprint(c.Platform.AccessToken(s)), Left: inWords(s.Ends.Time().Sub(now)),
			Spent: s.Turn - 1, Until: max(s.Ends, s.Renewal).Time(),
		}
		table.Spent += int(row.Spent)
		if s.Renewal != 0 {
			row.Refresh = inWords(s.Renewal.Time().Sub(now))
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

// refreshTable are the RingCX refresh tokens that can be used.
func (c locked) refreshTable(now time.Time) view.TokenTable {
	table := view.TokenTable{
		ID: "refresh", Title: "RingCX refresh tokens", Kind: "refresh", Revoke: "Log out",
		About: aboutRefreshTokens(c.Rules.Load()),
	}
	for _, in := range c.RingCX.SignIns.Backward(c.tx) {
		if !in.Live(now) || c.RingCX.IsCut(&in, c.Rules.Load()) {
			continue
		}
		token := c.RingCX.RefreshToken(&in)
		table.Rows = append(table.Rows, view.TokenRow{
			Handle: handle(token), Who: c.RingCX.Who(c.tx, &in).Name(), What: in.App, Ends: ending(token), Mark: endpoint.Fingerprint(token),
			Left: inWords(in.Renewal.Time().Sub(now)), Spent: in.Turn - 1, Until: in.Renewal.Time(),
		})
		table.Spent += int(in.Turn - 1)
	}
	return table
}

// accessTable are the RingCX access tokens that were seen lately.
func (c locked) accessTable(now time.Time) view.TokenTable {
	table := view.TokenTable{
		ID: "access", Title: "RingCX access tokens",
		About: aboutAccessTokens(c.Rules.Load()),
	}
	ask := &endpoint.Call{Now: now, Rules: c.Rules.Load()}
	for t := range c.RingCX.GoodTokens(ask) {
		table.Rows = append(table.Rows, view.TokenRow{
			Handle: handle(t.Text), Who: c.subjectName(t.Claims), What: t.Claims.App, Ends: ending(t.Text), Mark: endpoint.Fingerprint(t.Text),
			Left: inWords(t.Expires.Sub(now)), Until: t.Expires,
		})
	}
	return table
}

// subjectName is the holder that claims name.
func (c locked) subjectName(claims *ringcx.Claims) string {
	id, _ := strconv.ParseInt(claims.Subject, 10, 64)
	if claims.App == ringcx.AppAgent.String() {
		if seat := c.World.AgentNumbered(c.tx, claims.Subject); seat != nil {
			return ringcx.Principal{Assignment: seat}.Name()
		}
	} else if u := c.World.Member(c.tx, id); u != nil {
		return ringcx.Principal{User: u}.Name()
	}
	return fmt.Sprintf("nobody (%s)", claims.Subject)
}

// revoke ends a session of RingCentral, or a refresh token of RingCX as a logout does.
func (c *Console) revoke(_ *visit, r *http.Request) endpoint.Response {
	want := r.PostForm.Get("handle")
	return within(c, func(c locked) endpoint.Response {
		switch r.PostForm.Get("kind") {
		case "session":
			for s := range c.Platform.AllOpen() {
				if handle(c.Platform.ID(s.Number)) == want {
					c.Platform.End(s, c.Now())
					return c.doneIn(r, "sessions", "revoked", "rc")
				}
			}
		case "refresh":
			for _, in := range c.RingCX.SignIns.Backward(c.tx) {
				if in.Turn > 0 && handle(c.RingCX.RefreshToken(&in)) == want {
					c.RingCX.End(&in, c.Rules.Load().RingCXLogoutEndsAccess, c.Now())
					return c.doneIn(r, "sessions", "revoked", "refresh")
				}
			}
		}
		return c.missing("There is no such session or token any more.")
	})
}
