// Package endpoint is what a request to the emulated vendors goes through: its Call, the row of the Operation that it calls, the
// Routes that lead there, and the Response that is looked at before it goes.
package endpoint

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// Call is one request to the emulated vendors: its moment, what it calls, and what the vendor would say about it.
type Call struct {
	Now       time.Time
	Rules     *contract.Rules
	Verdicts  []string
	Subject   int64               // who calls RingCX, once its token has been accepted
	Accepted  any                 // what the Caller of its row made of its token, for Handle; nil: nothing
	sent      []journal.Parameter // what its form held, as far as it may be shown
	Agent     string              // its User-Agent
	Services  any                 // of the server that it came to
	Routes    *Routes             // that it came over
	Row       *Operation          // that it calls; nil: there is no row for it
	Operation string              // the name of what it calls; "": nobody describes it
	Fault     string              // what happens to it, in a few words; "": nothing
	XAuth     string              // its X-Auth-Token: the one it called with, else the one of its sign-in
	Session   uint64              // number of the session of RingCentral that it is about; 0: none is known
	SignIn    uint64              // the same at RingCX
	Event     journal.Event       // what it does to a token, if that is not what its row says
	Ends      time.Time           // of the access token that it hands out, or of those that it ends although it is refused
	Refused   journal.Refusal     // as far as it is known why
	brought   string              // the token in its form
	form      *Form               // its body, if its row says that it is one
	formErr   error               // why that is none
	answer    Response

	// Finish, if it is set, gives the answer in the place of what Handle returned, of which the headers stay. It runs after the
	// transaction: it is for what takes a while, as a signature does, and reads and changes no state.
	Finish func() Response
}

// IsBeyond reports whether c calls an operation that is described and not emulated.
func (c *Call) IsBeyond() bool { return c.Operation != "" && c.Row == nil }

type callKey struct{}

func callOf(r *http.Request) *Call { return r.Context().Value(callKey{}).(*Call) }

// Note adds a verdict to those about c, once; "" is none.
func (c *Call) Note(verdict string) {
	if verdict != "" && !slices.Contains(c.Verdicts, verdict) {
		c.Verdicts = append(c.Verdicts, verdict)
	}
}

// secretParams are query parameters that carry a secret wherever they appear.
var secretParams = []string{
	"access_token", "refresh_token", "rcAccessToken", "assertion", "client_secret", "client_assertion", "token",
	"code_verifier",
	"loginHashcode", "internalJwt", "X-Auth-Token",
}

// passwordParams are query parameters that carry a password.
var passwordParams = []string{"password", "currentPassword", "newPassword"}

// Inspect notes the misuse that does not depend on the operation.
func (c *Call) Inspect(r *http.Request) {
	if r.Header.Get("User-Agent") == "" {
		c.Note(verdict.UserAgent)
	}
	if r.URL.RawQuery == "" {
		return
	}
	query := Query(r)
	for _, p := range secretParams {
		if query.Get(p) != "" {
			c.Note(verdict.TokenURL)
		}
	}
	for _, p := range passwordParams {
		if query.Get(p) != "" {
			c.Note(verdict.PasswordURL)
		}
	}
}

// Bearer is the token of an Authorization header of the Bearer scheme; the scheme's case does not matter.
func Bearer(r *http.Request) (string, bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	return strings.TrimSpace(token), true
}

// From notes who calls, by the names that are known.
func (c *Call) From(names ...string) {
	known := slices.DeleteFunc(names, func(name string) bool { return name == "" })
	if len(known) > 0 {
		c.Refused.Caller = strings.Join(known, ", ")
	}
}

type prefixKey struct{}

// Behind is r with its paths behind a prefix.
func Behind(r *http.Request, prefix string) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), prefixKey{}, prefix))
}

// PrefixOf is what comes before the paths of r for who sent it: "" or that of a namespace.
func PrefixOf(r *http.Request) string {
	prefix, _ := r.Context().Value(prefixKey{}).(string)
	return prefix
}

// BaseURL is the address that r was sent to, as its sender knows it.
func BaseURL(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	host := strings.Map(func(c rune) rune {
		if c <= ' ' || c == '"' || c == '\\' || c > '~' {
			return -1
		}
		return c
	}, r.Host)
	return scheme + "://" + host + PrefixOf(r)
}

// Entry is the entry about r.
func (c *Call) Entry(r *http.Request, a Response) journal.Entry {
	why := c.refusalOf(r, a)
	e := journal.Entry{
		Request: journal.Request{
			Time: c.Now, Method: wording.Cut(r.Method, journal.WordShown), Path: journal.MaskedPath(r), Status: a.Status, Verdicts: c.Verdicts, Fault: c.Fault,
			Operation: c.Operation, Answer: why.Answer, Reason: why.Reason, Caller: why.Caller, Token: why.Token,
		},
		About: c.SignIn,
	}
	if IsPlatform(e.Path) {
		e.About = c.Session
	}
	if e.Event = c.Row.did(e.Status, e.About, c.Event); e.Event != "" {
		e.Ends = c.Ends
	}
	var query []journal.Parameter
	if r.URL.RawQuery != "" {
		query = journal.MaskedParameters(Query(r))
	}
	e.Shape = journal.ShapeOf(r, query, c.sent)
	return e
}
