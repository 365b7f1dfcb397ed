package console

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
	"github.com/ringcx-go/ringcx/sandbox/internal/ringcx"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
)

// penaltiesShown are the penalties that are listed, those that end last.
const penaltiesShown = 50

// penaltiesOf lists who is in a penalty of a limit.
func (c locked) penaltiesOf(what limit.Kind, now time.Time) (out []view.Penalty) {
	for key, b := range c.Limits.All(what) {
		if end := b.Quiet.Time(); now.Before(end) {
			out = append(out, view.Penalty{Limit: limit.Kinds[what].Title, Who: c.counted(key), Left: inWords(end.Sub(now)), Until: end})
		}
	}
	return out
}

// penalties counts who is in one, of any limit.
func (c locked) penalties() int {
	n := 0
	for what := range limit.Count {
		n += c.limitView(what, c.Now()).Penalties
	}
	return n
}

// sortPenalties puts those that end last first, and leaves so many of them.
func sortPenalties(all []view.Penalty) (shown []view.Penalty, more int) {
	slices.SortFunc(all, func(a, b view.Penalty) int {
		return cmp.Or(b.Until.Compare(a.Until), cmp.Compare(a.Who, b.Who), cmp.Compare(a.Limit, b.Limit))
	})
	n := min(len(all), penaltiesShown)
	return all[:n], len(all) - n
}

// counted names whom a key of a limit stands for: an app, a user, an account, or several of them.
func (c locked) counted(key string) string {
	var out []string
	for _, part := range strings.Fields(strings.TrimPrefix(key, "account ")) {
		id, err := strconv.ParseInt(part, 10, 64)
		switch {
		case c.World.App(c.tx, part) != nil:
			out = append(out, c.World.App(c.tx, part).Name)
		case err != nil:
			out = append(out, part)
		case c.World.Account(c.tx, id) != nil:
			out = append(out, "all of "+c.World.Account(c.tx, id).Name)
		case c.World.Member(c.tx, id) != nil:
			out = append(out, ringcx.Principal{User: c.World.Member(c.tx, id)}.Name())
		case c.World.AgentNumbered(c.tx, part) != nil:
			out = append(out, ringcx.Principal{Assignment: c.World.AgentNumbered(c.tx, part)}.Name())
		default:
			out = append(out, part)
		}
	}
	return strings.Join(out, ", ")
}
