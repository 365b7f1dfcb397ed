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
		page.Tables = []view.TokenTable{c.sessionTable(now), c.refreshTable(now), c.accessTable(now)}
	})
	for i := range page.Tables {
		page.Tables[i].Listing = newListing(r, "sessions", page.Tables[i].ID, "Rows")
		cut(&page.Tables[i])
	}
	return c.page(v, r, &view.Page{Title: "Sessions and tokens", Content: page})
}

// cut leaves the rows that were asked for.
func cut(t *view.TokenTable) {
	slices.SortFunc(t.Rows, func(a, b view.TokenRow) int { return cmp.Or(b.Until.Compare(a.Until), cmp.Compare(a.Handle, b.Handle)) })
	t.Rows = slices.DeleteFunc(t.Rows, func(row view.TokenRow) bool { return !t.Takes(row.Who + " " + row.What + " " + row.Mark) })
}

// tokenRow is a row about a token that lives until some end.
func tokenRow(token, who, what string, end, now time.Time) view.TokenRow {
	return view.TokenRow{
		Handle: handle(token), Who: who, What: what, Ends: ending(token), Mark: endpoint.Fingerprint(token), Left: inWords(end.Sub(now)), Until: end,
	}
}

// sessionTable are the open sessions of RingCentral with their newest tokens.
func (c locked) sessionTable(now time.Time) view.TokenTable {
	table := view.TokenTable{
		ID: "rc", Title: "RingCentral sessions", Kind: "session", Revoke: "Revoke", Sessions: true, About: aboutSessions(c.Rules.Load()),
	}
	for s := range c.Platform.AllOpen() {
		if s.Over(instant.Of(now)) {
			continue
		}
		a, u := c.Platform.Holder(s)
		row := tokenRow(c.Platform.AccessToken(s), u.Name(), a.Name, s.Ends.Time(), now)
		row.Handle, row.Spent, row.Until = handle(c.Platform.ID(s.Number)), s.Turn-1, max(s.Ends, s.Renewal).Time()
		if s.Renewal != 0 {
			row.Refresh = inWords(s.Renewal.Time().Sub(now))
		}
		table.Spent += int(row.Spent)
		table.Rows = append(table.Rows, row)
	}
	return table
}

// refreshTable are the RingCX refresh tokens that can be used.
func (c locked) refreshTable(now time.Time) view.TokenTable {
	table := view.TokenTable{
		ID: "refresh", Title: "RingCX refresh tokens", Kind: "refresh", Revoke: "Log out", About: aboutRefreshTokens(c.Rules.Load()),
	}
	for _, in := range c.RingCX.SignIns.Backward(c.tx) {
		if !in.Live(now) || c.RingCX.IsCut(&in, c.Rules.Load()) {
			continue
		}
		row := tokenRow(c.RingCX.RefreshToken(&in), c.RingCX.Who(c.tx, &in).Name(), in.App, in.Renewal.Time(), now)
		row.Spent = in.Turn - 1
		table.Spent += int(row.Spent)
		table.Rows = append(table.Rows, row)
	}
	return table
}

// accessTable are the RingCX access tokens that were seen lately.
func (c locked) accessTable(now time.Time) view.TokenTable {
	table := view.TokenTable{ID: "access", Title: "RingCX access tokens", About: aboutAccessTokens(c.Rules.Load())}
	for t := range c.RingCX.GoodTokens(&endpoint.Call{Now: now, Rules: c.Rules.Load()}) {
		table.Rows = append(table.Rows, tokenRow(t.Text, c.subjectName(t.Claims), t.Claims.App, t.Expires, now))
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
