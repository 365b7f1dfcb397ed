package ringcx

import (
	"context"
	"log/slog"
	"sync/atomic"
)

// renewer brings tokens of one lineage. It has all that takes, and knows nothing of those who ask: that is [tokenCache]'s.
type renewer struct {
	lineage
	config  *Config // its own copy, which reports what answers say of clocks and limits
	grant   Grant
	made    *configGrant // grant, if a Config made it; nil: it is the program's own
	inline  bool         // SessionOptions.Inline
	log     *slog.Logger
	invalid error // what is wrong with the configuration

	clocks  clocks
	ledgers sharedLedgers
	known   *known       // what the process knows of the lineage, whatever the Store says
	used    atomic.Int64 // what usedUp said of the last answer
	pause   pause
	unsaved unsaved

	replaced replaced

	loggedIn func(*Token) // is told of each RingCentral token that replaced another, once it is stored
}

func newRenewer(c *Config, login Grant, opts *SessionOptions) *renewer {
	own := *c
	re := &renewer{
		config: &own, grant: login, inline: opts.Inline, log: opts.Log, invalid: c.Validate(), loggedIn: func(*Token) {},
		lineage: lineage{store: opts.Store, key: opts.Key, app: fingerprint(c.ringCentral(), c.ringCX(), c.ClientID)},
	}
	own.observe = re.clocks.noteVendor
	own.count = func(used int) { re.used.Store(int64(used)) }
	own.skew = re.clocks.vendorAhead
	if known, ok := login.(Identified); ok {
		re.identity = known.Identity()
	}
	if login == nil {
		re.made = storedGrant(&own)
	} else if g, ok := login.(*configGrant); ok {
		re.made = g.bound(c, &own)
	}
	if re.made != nil {
		re.grant = re.made
	}
	if re.log == nil {
		re.log = slog.New(slog.DiscardHandler)
	}
	re.keepIn(opts.Store)
	return re
}

// keepIn ties the renewer to its Store, nil for one of its own, and to what the process knows of that.
func (re *renewer) keepIn(store Store) {
	knowing := knownOf
	if store == nil {
		re.store = new(Memory)
		knowing = func(Store, string) *known { return new(known) } // nobody else will ever ask
	}
	switch {
	case re.key != "":
	case re.identity == "" && store != nil:
		re.invalid = errNameless // and it has no key, so that nothing is read or written
	default:
		re.key = keyOf(re.app, re.identity)
	}
	re.clocks.own, re.clocks.store = re.config.now, re.store
	re.pause.clocks = &re.clocks
	re.known = knowing(re.store, re.key)
	l := &re.ledgers
	l.store, l.clocks = re.store, &re.clocks
	l.ringCentral.key, l.ringCX.key = keyRingCentral(re.config), keyRingCX(re.config)
	l.ringCentral.known, l.ringCX.known = knowing(re.store, l.ringCentral.key), knowing(re.store, l.ringCX.key)
}

// errNameless is of a session that could be anybody's: two users would find each other's tokens in a Store that they share.
var errNameless error = &namelessError{}

type namelessError struct{}

func (*namelessError) Error() string {
	return "nothing says whose session it is: no key names it, and its grant does not say whom it stands for"
}

// Hint tells what to do about it.
func (*namelessError) Hint() string {
	return "set SessionOptions.Key to a name of the user, or give the grant a method Identity() string (ringcx.Identified)"
}

// direct tells whether the grant logs in to RingCX itself.
func (re *renewer) direct() bool { return re.made != nil && re.made.direct }

// credentials is what would be sent, by fingerprint: a failure counts only for those it happened with.
func (re *renewer) credentials() string {
	password := ""
	if re.made != nil {
		password = re.made.secret
	}
	return fingerprint(re.app, re.identity, re.config.ClientSecret, re.config.keyName(), password)
}

// need is what it takes now to bring what is asked for.
func (re *renewer) need(w want) need {
	return need{want: w, login: !re.made.needsPerson(), direct: re.direct(), credentials: re.credentials()}
}

// load reads the record of the lineage.
func (re *renewer) load(ctx context.Context) (*record, error) {
	if re.clocks.reading.Load() == nil {
		if err := re.clocks.sync(ctx); err != nil {
			return nil, err
		}
	}
	value, err := re.store.Load(ctx, re.key)
	if err != nil {
		return nil, err
	}
	return decodeRecord(re.key, value)
}
