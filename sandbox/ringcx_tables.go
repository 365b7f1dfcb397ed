package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/instant"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
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

// cxTables are what RingCX remembers.
type cxTables struct {
	signIns   *state.Table[uint64, signIn]  // numbered in the order in which they began, from 1
	apiTokens *state.Table[int64, []string] // of a user, oldest first
	owners    *state.Index[string, int64, []string]
	hashcodes *state.Table[int32, string] // of an agent
	codes     *state.Table[string, loginCode]
	resets    *state.Table[string, passwordReset] // by the token of the mail
	summaries *state.Table[string, summary]       // by summaryKey
}

func newCXTables(db *state.DB, now func() time.Time, room *state.Room) *cxTables {
	t := &cxTables{
		signIns:   state.NewTable[uint64, signIn](db, recordSignIn),
		apiTokens: state.NewTable[int64, []string](db, recordAPITokens),
		hashcodes: state.NewTable[int32, string](db, recordHashcode),
		codes:     state.NewTable[string, loginCode](db, recordLoginCode),
		resets:    state.NewTable[string, passwordReset](db, recordReset),
		summaries: state.NewTable[string, summary](db, recordSummary),
	}
	t.owners = state.NewIndexOfEach(t.apiTokens, func(_ int64, tokens []string) []string { return tokens })
	t.signIns.Read(func(number uint64, in *signIn) error { in.complete(number); return nil })
	t.signIns.Limit(state.Bound[uint64, signIn]{
		Limit: model.SessionsMost, Least: model.SessionsLeast, Room: room,
		Over: func(in signIn) bool { return in.over(instant.Of(now())) },
	})
	t.codes.Limit(state.Bound[string, loginCode]{
		Limit: 2 * loginCodesKept, Order: func(a, b loginCode) int { return a.Expires.Compare(b.Expires) },
	})
	t.resets.Limit(state.Bound[string, passwordReset]{
		Limit: 2 * mailsKept, Order: func(a, b passwordReset) int { return a.Made.Compare(b.Made) },
	})
	return t
}

// check refuses rows that speak of what is not in w. A sign-in may have come from a session that was forgotten.
func (t *cxTables) check(tx *state.Tx, w *model.World, rc ringCentral) error {
	user := func(kind, key string, id int64) error {
		if w.Member(tx, id) == nil {
			return fmt.Errorf("%s %q: user %d does not exist", kind, wording.Clip(key), id)
		}
		return nil
	}
	for number, in := range t.signIns.All(tx) {
		if in.Agent != 0 && w.Agent(tx, in.Agent) == nil || in.Agent == 0 && w.Member(tx, in.User) == nil {
			return fmt.Errorf("%s \"%d\": there is no user %d and no agent %d", recordSignIn, number, in.User, in.Agent)
		}
		if _, known := rc.ended(tx, in.From); !known && in.From != 0 {
			in.From = 0
			t.signIns.Put(tx, number, in)
		}
	}
	for id := range t.apiTokens.All(tx) {
		if err := user(recordAPITokens, strconv.FormatInt(id, 10), id); err != nil {
			return err
		}
	}
	for id := range t.hashcodes.All(tx) {
		if w.Agent(tx, id) == nil {
			return fmt.Errorf("%s %q: agent %d does not exist", recordHashcode, strconv.Itoa(int(id)), id)
		}
	}
	for code, row := range t.codes.All(tx) {
		if err := user(recordLoginCode, code, row.User); err != nil {
			return err
		}
	}
	for mail, row := range t.resets.All(tx) {
		if err := user(recordReset, mail, row.User); err != nil {
			return err
		}
	}
	return nil
}

// addAPIToken gives a user one more token, which takes the place of the oldest if there are too many.
func (t *cxTables) addAPIToken(tx *state.Tx, u *model.User, token string) {
	tokens, _ := t.apiTokens.Get(tx, u.ID)
	if len(tokens) >= apiTokensMost {
		tokens = tokens[1:]
	}
	t.apiTokens.Put(tx, u.ID, append(slices.Clone(tokens), token))
}

// owner is whose API token it is, 0 if it is none.
func (t *cxTables) owner(tx *state.Tx, token string) int64 {
	id, _, _ := t.owners.First(tx, token)
	return id
}

func (t *cxTables) dropAPIToken(tx *state.Tx, token string) {
	id, tokens, ok := t.owners.First(tx, token)
	if !ok {
		return
	}
	tokens = slices.DeleteFunc(slices.Clone(tokens), func(other string) bool { return other == token })
	if len(tokens) == 0 {
		t.apiTokens.Delete(tx, id)
		return
	}
	t.apiTokens.Put(tx, id, tokens)
}

// countAPITokens counts those of all users.
func (t *cxTables) countAPITokens(tx *state.Tx) (n int) {
	for _, tokens := range t.apiTokens.All(tx) {
		n += len(tokens)
	}
	return n
}

// hashcode is what signs an agent in again without a password; with anew, it is another one.
func (t *cxTables) hashcode(tx *state.Tx, a *model.Agent, anew bool) string {
	if code, ok := t.hashcodes.Get(tx, a.ID); ok && code != "" && !anew {
		return code
	}
	code := token.RandomText(24)
	t.hashcodes.Put(tx, a.ID, code)
	return code
}

// mailReset makes a token to reset the password of u with. The control plane shows it, nothing else does.
func (t *cxTables) mailReset(tx *state.Tx, u *model.User, returnTo string, now time.Time) {
	t.resets.Put(tx, token.RandomText(24), passwordReset{User: u.ID, ReturnTo: strings.Clone(returnTo), Made: now})
}
