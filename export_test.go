package ringcx

import (
	"net/http"
	"net/url"
	"time"
	"weak"
)

// What the tests of the engine's parts see of them.

type (
	Record  = record
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

func Plan(r *Record, now time.Time, n Need) (Action, time.Time) {
	st := plan(r, now, n)
	return st.action, st.until
}

func NewNeed(minTTL time.Duration, refused string, ahead, login bool) Need {
	return Need{minTTL: minTTL, refused: refused, ahead: ahead, login: login}
}

func (n need) Since(t time.Time) Need   { n.since = t; return n }
func (n need) Started(t time.Time) Need { n.started = t; return n }

func (r *record) Recover()                { r.recover() }
func (r *record) Encode() ([]byte, error) { return r.encode() }

func (r *record) Begin(a Action, now time.Time) {
	if counted(a) {
		r.ledgerOf(a).begin(now)
	}
	r.begin(a, now)
}

func (r *record) Succeed(a Action, t *Token, start, now time.Time) {
	r.ledgerOf(a).commit(a, nil, start, now)
	r.succeed(a, t)
}

func (r *record) Fail(a Action, err error, n *Need, start, now time.Time) bool {
	e := asError(string(a), err)
	r.ledgerOf(a).commit(a, e, start, now)
	return r.fail(a, e, n, now)
}

// DecodeLedger reads a ledger of no newer program.
func DecodeLedger(value []byte, now time.Time) (*Ledger, bool) {
	l, mended, err := decodeLedger(value, now)
	if err != nil {
		l = &ledger{QuietUntil: now.Add(penalty)}
	}
	return l, mended
}

func (r *record) NoteWall(ahead time.Duration)            { r.noteWall(ahead) }
func (r *record) Drift(ahead time.Duration) time.Duration { return r.drift(ahead) }

// KnownWalls counts the differences that are kept.
func (r *record) KnownWalls() int { return len(r.Wall.Known) }

// Spent counts the refresh tokens that the process remembers to have spent for the lineage.
func (s *Session) Spent() int { return len(s.knownLineage.spent) }

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

func DecodeRecord(value []byte) (*Record, error) { return decodeRecord("k", value) }

func (t *Token) EndAt() time.Time { return t.endAt() }

func (s *Session) Look(last time.Time) { s.look(s.hot.Load(), last) }

func (s *Session) LookAt(t *Token, last time.Time) { s.look(t, last) }

func (s *Session) Hot() *Token { return s.hot.Load() }

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
