package ringcx

import (
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/instant"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
)

// Bounds of this program, not of the vendor.
const (
	apiTokensMost  = 1_000  // API tokens of a user; one more takes the place of the oldest
	mailsKept      = 1_000  // mails about passwords remembered, at least
	loginCodesKept = 10_000 // login codes remembered, at least
	tokensSeen     = 2_000  // RingCX access tokens whose signature is not checked again, at least
)

// Kinds of records about what RingCX knows.
const (
	recordSignIn    = "sign-in"
	recordAPITokens = "api-tokens"
	recordHashcode  = "hashcode"
	recordLoginCode = "login-code"
	recordReset     = "password-reset"
	recordSummary   = "summary"
)

// Tables are what RingCX remembers.
type Tables struct {
	SignIns   *state.Table[uint64, SignIn]  // numbered in the order in which they began, from 1
	apiTokens *state.Table[int64, []string] // of a user, oldest first
	owners    *state.Index[string, int64, []string]
	hashcodes *state.Table[int32, string] // of an agent
	Codes     *state.Table[string, LoginCode]
	Resets    *state.Table[string, passwordReset] // by the token of the mail
	Summaries *state.Table[string, Summary]       // by summaryKey
}

func newTables(db *state.DB, now func() time.Time, room *state.Room) *Tables {
	t := &Tables{
		SignIns:   state.NewTable[uint64, SignIn](db, recordSignIn),
		apiTokens: state.NewTable[int64, []string](db, recordAPITokens),
		hashcodes: state.NewTable[int32, string](db, recordHashcode),
		Codes:     state.NewTable[string, LoginCode](db, recordLoginCode),
		Resets:    state.NewTable[string, passwordReset](db, recordReset),
		Summaries: state.NewTable[string, Summary](db, recordSummary),
	}
	t.owners = state.NewIndexOfEach(t.apiTokens, func(_ int64, tokens []string) []string { return tokens })
	t.SignIns.Read(func(number uint64, in *SignIn) error { in.complete(number); return nil })
	t.SignIns.Limit(state.Bound[uint64, SignIn]{
		Limit: model.SessionsMost, Least: model.SessionsLeast, Room: room,
		Over: func(in SignIn) bool { return in.over(instant.Of(now())) },
	})
	t.Codes.Limit(state.Bound[string, LoginCode]{
		Limit: 2 * loginCodesKept, Order: func(a, b LoginCode) int { return a.Expires.Compare(b.Expires) },
	})
	t.Resets.Limit(state.Bound[string, passwordReset]{
		Limit: 2 * mailsKept, Order: func(a, b passwordReset) int { return a.Made.Compare(b.Made) },
	})
	return t
}

// addAPIToken gives a user one more token, which takes the place of the oldest if there are too many.
func (t *Tables) addAPIToken(tx *state.Tx, u *model.User, token string) {
	tokens, _ := t.apiTokens.Get(tx, u.ID)
	if len(tokens) >= apiTokensMost {
		tokens = tokens[1:]
	}
	t.apiTokens.Put(tx, u.ID, append(slices.Clone(tokens), token))
}

// owner is whose API token it is, 0 if it is none.
func (t *Tables) owner(tx *state.Tx, token string) int64 {
	id, _, _ := t.owners.First(tx, token)
	return id
}

// dropAPIToken deletes a token, false if there is none.
func (t *Tables) dropAPIToken(tx *state.Tx, token string) bool {
	id, tokens, ok := t.owners.First(tx, token)
	if !ok {
		return false
	}
	tokens = slices.DeleteFunc(slices.Clone(tokens), func(other string) bool { return other == token })
	if len(tokens) == 0 {
		t.apiTokens.Delete(tx, id)
	} else {
		t.apiTokens.Put(tx, id, tokens)
	}
	return true
}

// CountAPITokens counts those of all users.
func (t *Tables) CountAPITokens(tx *state.Tx) (n int) {
	for _, tokens := range t.apiTokens.All(tx) {
		n += len(tokens)
	}
	return n
}

// hashcode is what signs an agent in again without a password; with anew, it is another one.
func (t *Tables) hashcode(tx *state.Tx, a *model.Agent, anew bool) string {
	if code, ok := t.hashcodes.Get(tx, a.ID); ok && code != "" && !anew {
		return code
	}
	code := token.RandomText(24)
	t.hashcodes.Put(tx, a.ID, code)
	return code
}

// mailReset makes a token to reset the password of u with. The control plane shows it, nothing else does.
func (t *Tables) mailReset(tx *state.Tx, u *model.User, returnTo string, now time.Time) {
	t.Resets.Put(tx, token.RandomText(24), passwordReset{User: u.ID, ReturnTo: strings.Clone(returnTo), Made: now})
}
