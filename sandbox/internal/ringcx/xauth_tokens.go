package ringcx

import (
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/instant"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// Why an X-Auth-Token is refused.
const (
	xauthUnknown = "The X-Auth-Token is not valid"
	XAuthEnded   = "The X-Auth-Token has expired"
)

// renewAuthToken gives in, which is to be kept, another X-Auth-Token. Each use extends it by its lifetime.
func (in *SignIn) renewAuthToken(lifetime time.Duration, now time.Time) {
	in.XTurn++
	in.XLife = uint32(lifetime / time.Second) //nolint:gosec // at most years
	in.XEnds = instant.Of(now).After(lifetime)
}

// useAuthToken extends the X-Auth-Token of in, which is to be kept, unless it has ended.
func (in *SignIn) useAuthToken(now time.Time) (used bool) {
	if in.XTurn == 0 || instant.Of(now) >= in.XEnds {
		return false
	}
	in.XEnds = instant.Of(now).After(time.Duration(in.XLife) * time.Second)
	return true
}

// authToken is the X-Auth-Token of in, "" if it has none.
func (x *Service) authToken(in *SignIn) string {
	if in.XTurn == 0 {
		return ""
	}
	return x.maker.UUID(in.Number, uint32(in.XTurn))
}

// Holder finds whose X-Auth-Token it is, of a sign-in or permanent, or says what is wrong with it. A use extends it.
func (x *Service) Holder(given string, now time.Time, use bool) (*model.User, string) {
	if u := x.World.Member(x.Lock.Tx, x.owner(x.Lock.Tx, given)); u != nil {
		return u, ""
	}
	return x.signInHolder(given, now, use)
}

// signInHolder is that of the X-Auth-Token of a sign-in.
func (x *Service) signInHolder(given string, now time.Time, use bool) (*model.User, string) {
	t, ok := x.maker.ReadUUID(given)
	in := x.SignIn(t.Number)
	switch {
	case !ok, in == nil:
		return nil, xauthUnknown
	case t.Turn != uint32(in.XTurn), instant.Of(now) >= in.XEnds:
		return nil, XAuthEnded
	case use && in.useAuthToken(now):
		x.keep(in)
	}
	return x.Who(x.Lock.Tx, in).User, ""
}
