package console

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
	"github.com/ringcx-go/ringcx/sandbox/internal/ringcx"
)

// penaltiesShown are the penalties that are listed, those that end last.
const penaltiesShown = 50

// penaltyView is somebody who is refused for a while.
type penaltyView struct {
	Limit, Who, Left string
	Until            time.Time
}

// penaltiesOf lists who is in a penalty of a limit.
func (c locked) penaltiesOf(what limit.Kind, now time.Time) (out []penaltyView) {
	for key, b := range c.Limits.All(what) {
		if end := b.Quiet.Time(); now.Before(end) {
			out = append(out, penaltyView{limit.Kinds[what].Title, c.counted(key), inWords(end.Sub(now)), end})
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
func sortPenalties(all []penaltyView) (shown []penaltyView, more int) {
	slices.SortFunc(all, func(a, b penaltyView) int {
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
