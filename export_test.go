package ringcx

import (
	"net/http"
	"net/url"
	"time"
	"weak"
)

// What the tests of the engine's parts see of them.

type (
	Need    = need
	Action  = action
	Ledger  = ledger
	Stored  = storedToken
	Attempt = attempt
	Failure = failure
)

const (
	Use          = actUse
	Refresh      = actRefresh
	Exchange     = actExchange
	RefreshLogin = actRefreshLogin
	Login        = actLogin
	Wait         = actWait
	GiveUp       = actGiveUp
	AskPerson    = actAskPerson

	BudgetWindow = time.Minute
)

var (
	Fingerprint     = fingerprint
	Lifetime        = lifetime
	ParseRetryAfter = parseRetryAfter
	Backoff         = backoff
	AnswerError     = answerError
)

// Record is a record, with the ledgers that are looked at beside it.
type Record struct {
	Version             int
	App, Identity       string
	Generation          uint64
	RingCentral, RingCX *Stored
	Refused, Doubtful   string
	ServerSaid5         bool
	Attempt             *Attempt
	Failure             *Failure
	Wall                *wall
	Ledgers             ledgers

	rest record // what else there is
}

// engine lets f look at r as the engine does.
func (r *Record) engine(f func(own *record)) {
	own := r.rest
	own.Version, own.App, own.Identity, own.Generation, own.RingCentral, own.RingCX = r.Version, r.App, r.Identity, r.Generation, r.RingCentral, r.RingCX
	own.Refused, own.Doubtful, own.ServerSaid5, own.Attempt, own.Failure, own.Wall = r.Refused, r.Doubtful, r.ServerSaid5, r.Attempt, r.Failure, r.Wall
	f(&own)
	*r = *shown(&own, r.Ledgers)
}

// shown is a record of the engine's.
func shown(own *record, l ledgers) *Record {
	return &Record{
		own.Version, own.App, own.Identity, own.Generation, own.RingCentral, own.RingCX,
		own.Refused, own.Doubtful, own.ServerSaid5, own.Attempt, own.Failure, own.Wall, l, *own,
	}
}

func Plan(r *Record, now time.Time, n Need) (a Action, until time.Time) {
	r.engine(func(own *record) {
		st := plan(own, &r.Ledgers, now, n)
		a, until = st.action, st.until
	})
	return a, until
}

func NewNeed(minTTL time.Duration, refused string, ahead, login bool) Need {
	return Need{want: want{minTTL: minTTL, refused: refused, ahead: ahead}, login: login}
}

func (n need) Since(t time.Time) Need   { n.since = t; return n }
func (n need) Started(t time.Time) Need { n.started = t; return n }

func (r *Record) Recover() { r.engine((*record).recover) }

func (r *Record) Encode() (value []byte, err error) {
	r.engine(func(own *record) { value, err = own.encode() })
	return value, err
}

func (r *Record) Begin(a Action, now time.Time) {
	if counted(a) {
		r.Ledgers.of(a).begin(now)
	}
	r.engine(func(own *record) { own.begin(a, now) })
}

func (r *Record) Succeed(a Action, t *Token, start, now time.Time) {
	r.Ledgers.of(a).commit(a, nil, start, now)
	r.engine(func(own *record) { own.succeed(a, t) })
}

func (r *Record) Fail(a Action, err error, n *Need, start, now time.Time) (again bool) {
	e := asError(string(a), err)
	r.Ledgers.of(a).commit(a, e, start, now)
	r.engine(func(own *record) { again = own.fail(a, e, n, now) })
	return again
}

// DecodeLedger reads a ledger of no newer program.
func DecodeLedger(value []byte, now time.Time) (*Ledger, bool) {
	l, mended, err := decodeLedger(value, now)
	if err != nil {
		l = &ledger{QuietUntil: now.Add(penalty)}
	}
	return l, mended
}

func (r *Record) NoteWall(ahead time.Duration)            { r.Wall = r.Wall.noted(ahead) }
func (r *Record) Drift(ahead time.Duration) time.Duration { return r.Wall.drift(ahead) }

// KnownWalls counts the differences that are kept.
func (r *Record) KnownWalls() int { return len(r.Wall.Known) }

// Spent counts the refresh tokens that the process remembers to have spent for the lineage.
func (s *Session) Spent() int { return len(s.renewer.known.spent) }

// Places counts what the process keeps of Stores.
func Places(store Store) (n int) {
	places.mu.Lock()
	defer places.mu.Unlock()
	for where := range places.known {
		if where.store == any(store) {
			n++
		}
	}
	return n
}

// Recall adds to l what is known of it since a moment, after which so much passed on the clock of records, on the wall's and on
// the runtime's.
func Recall(old *Ledger, since time.Time, l *Ledger, mended bool, passed [3]time.Duration) bool {
	begin := moment{since, since, since}
	return (&knowledge{ledger: old, since: begin}).recall(l, mended, moment{since.Add(passed[0]), since.Add(passed[1]), since.Add(passed[2])})
}

func (l *ledger) Encode() ([]byte, error) { return marshalStored(l, l.rest) }

func DecodeRecord(value []byte) (*Record, error) {
	own, err := decodeRecord("k", value)
	if err != nil {
		return nil, err
	}
	return shown(own, ledgers{}), nil
}

func (t *Token) EndAt() time.Time { return t.endAt() }

func (s *Session) Look(last time.Time) { s.cache.look(s.cache.hot.Load(), last) }

func (s *Session) LookAt(t *Token, last time.Time) { s.cache.look(t, last) }

func (s *Session) Hot() *Token { return s.cache.hot.Load() }

var Slept = slept

// HasPools tells whether connections are kept that were made from t.
func HasPools(t weak.Pointer[http.Transport]) bool {
	_, ok := allPools.Load(t)
	return ok
}

// CauseOf is why a request to a host over TLS brought no answer, where variables name the proxy.
func CauseOf(err error, host string, proxy *url.URL, now time.Time, skew time.Duration, variables map[string]string) (id, text, hint string) {
	w := way{host: host, secure: true, proxy: proxy, setting: func(name string) string { return variables[name] }, now: now, skew: skew}
	c := causeOf(err, w)
	return c.id, c.text, c.hint
}
