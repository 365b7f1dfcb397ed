package login

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/callback"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// signIn is one login in a browser, under way.
type signIn struct {
	*Conversation
	expected callback.Expected
	listener *callback.Listener // nil: the answer does not come to this machine and is pasted
	redirect string             // where the answer goes
	page     string             // address of the sign-in page
	timeout  time.Duration
	again    string      // what starts the login again
	prompted atomic.Bool // the cursor stands behind a prompt
}

// loginByBrowser has a person sign in at RingCentral's page. The code that comes back is spent at once.
func (a *Conversation) loginByBrowser(acc *profile.Account, t *target, f *Options) error {
	p, err := a.prepareApp(acc, t, f)
	if err != nil {
		return err
	}
	if p.RedirectURI, err = a.redirectURI(t, f); err != nil {
		return err
	}
	if err := a.mayLogIn(acc); err != nil {
		return err
	}
	s := &signIn{Conversation: a, timeout: f.Timeout, again: acc.Method.Command(acc.Profile), redirect: wording.First(p.RedirectURI, "http://127.0.0.1:0/callback")}
	s.expected = callback.Expected{State: rand.Text(), Issuer: acc.Config.Endpoint.RingCentral}
	if err := s.listen(); err != nil {
		return err
	}
	a.tellServers(t)
	verifier := ringcx.GenerateVerifier()
	s.page = acc.Config.AuthCodeURL(s.redirect, s.expected.State, verifier)
	code, err := s.await(f.NoBrowser)
	if err == nil {
		acc.Login = acc.Config.AuthorizationCode(code, s.redirect, verifier)
		acc.JWT, acc.Stored = "", &profile.Secrets{ClientSecret: acc.Config.ClientSecret, ClientKey: p.key}
		err = a.logIn(acc, p.Profile, t)
	}
	var failed *Failed
	if errors.As(err, &failed) {
		failed.hint = s.hint(failed.cause)
	}
	s.finish(err)
	return err
}

// mayLogIn looks whether the Store can be written and the vendor's limits allow a login and an exchange now. A code lives
// a minute, and would end while they are waited for.
func (a *Conversation) mayLogIn(acc *profile.Account) error {
	if err := a.mayStore(acc); err != nil {
		return err // before somebody signs in for nothing
	}
	st, err := a.Session(acc).Status(a.Context)
	if err != nil {
		return nil //nolint:nilerr // a damaged lineage is replaced; whatever else is wrong, the login says
	}
	var until time.Time
	for _, rung := range st.Ladder {
		if (rung.Step == "log in" || rung.Step == "exchange") && rung.At.After(until) {
			until = rung.At
		}
	}
	if until.IsZero() {
		return nil
	}
	return usage.WithHint(
		fmt.Errorf("log in to RingCentral: nothing may be sent to the vendor before %s, its limit of requests is used up", until.Local().Format(time.TimeOnly)),
		fmt.Sprintf("run '%s' again then; programs that share a store share the limit", acc.Method.Command(acc.Profile)),
	)
}

// redirectURI is the one to be registered with the app; "" stands for this machine on any free port.
func (a *Conversation) redirectURI(t *target, f *Options) (string, error) {
	if f.Port != 0 && f.RedirectURI != "" {
		return "", usage.New("--port and --redirect-uri both say where the answer goes", "give one of them")
	}
	if f.Port < 0 || f.Port > 65535 {
		return "", usage.New(fmt.Sprintf("--port: %d is not a port", f.Port), "give a number from 1 to 65535")
	}
	if f.Port != 0 {
		return fmt.Sprintf("http://127.0.0.1:%d/callback", f.Port), nil
	}
	uri := wording.First(env.Pasted(f.RedirectURI), a.Variable("RC_REDIRECT_URL"))
	if uri == "" && t.same {
		uri = t.saved.RedirectURI
	}
	if problem := profile.ProblemOf(&profile.Account{Login: new(ringcx.Config).AuthorizationCode("any", uri, "")}); problem != "" {
		return "", usage.New(problem, "give it as it is registered with the app in the Developer Portal")
	}
	if u, err := url.Parse(uri); uri != "" && (err != nil || u.Scheme == "" || u.Host == "" || u.Fragment != "" || u.User != nil) {
		return "", usage.New("the redirect URI is not of the form http://host/path", "give it as it is registered with the app in the Developer Portal")
	}
	return uri, nil
}

// listen receives the answer, if it comes to this machine.
func (s *signIn) listen() (err error) {
	if !callback.Local(s.redirect) {
		return nil
	}
	if s.listener, err = callback.Listen(s.Context, s.redirect, s.expected); err != nil {
		return usage.New(
			fmt.Sprintf("cannot receive the answer at %s: %s", s.redirect, usage.OfOp(err)),
			"end the program that uses the port, or choose another with --port, which must be registered with the app",
		)
	}
	s.redirect = s.listener.RedirectURI()
	return nil
}

// await shows the page, and waits for the code: from the browser, or from a person who pastes it.
func (s *signIn) await(noBrowser bool) (string, error) {
	ctx, cancel := context.WithTimeout(s.Context, s.timeout)
	defer cancel()
	if !s.CanAsk() { // else a prompt says so
		defer s.Awaits("somebody to sign in", time.Now().Add(s.timeout))()
	}
	var answers <-chan callback.Answer
	if s.listener != nil {
		answers = s.listener.Answers
	}
	failed, pasted := make(chan error, 1), make(chan callback.Answer, 1)
	opened := !noBrowser && s.OpenBrowser != nil && s.listener != nil
	if opened {
		s.openPage(failed)
	} else {
		s.showPage()
	}
	if !opened || s.CanAsk() {
		go s.readPasted(ctx, pasted)
	}
	for {
		select {
		case err := <-failed:
			s.endPrompt()
			s.Inform("The browser could not be opened: %s.\n", err)
			s.showPage()
		case a := <-answers:
			s.endPrompt()
			return a.Code, answerError(a.Err)
		case a := <-pasted:
			return a.Code, answerError(a.Err)
		case <-ctx.Done():
			s.endPrompt()
			return "", s.overdue()
		}
	}
}

// openPage opens the page in the person's browser; why it could not goes to failed.
func (s *signIn) openPage(failed chan<- error) {
	fmt.Fprintln(s.Stderr, "The browser opens to sign in.")
	go func() {
		if err := s.OpenBrowser(s.page); err != nil {
			failed <- err
		}
	}()
	if s.CanAsk() {
		fmt.Fprintln(s.Stderr, "Waiting for the answer. Enter shows the address of the page, Ctrl-C gives up.")
	}
}

// answerError is a login that failed by the answer of the page, or by what was pasted for one.
func answerError(err error) error {
	if err == nil {
		return nil
	}
	return &Failed{cause: err}
}

// showPage prints the address of the page, for a browser anywhere.
func (s *signIn) showPage() {
	s.Inform("To sign in, open this address in a browser, on any machine:\n\n  %s\n\n", s.page)
	if s.listener == nil {
		s.Inform("Then paste the address where the browser ends up (%s?code=…), or the code, here.\n", s.redirect)
	} else {
		fmt.Fprintln(s.Stderr, "If the browser ends up at a page that it cannot show, paste the address of that page, or the code, here.")
	}
	if s.CanAsk() {
		s.prompt()
	}
}

func (s *signIn) prompt() {
	s.prompted.Store(true)
	fmt.Fprint(s.Stderr, "> ")
}

// endPrompt goes to a new line if nobody has typed one.
func (s *signIn) endPrompt() {
	if s.prompted.Swap(false) {
		fmt.Fprintln(s.Stderr)
	}
}

// readPasted reads what is pasted until it is an answer. A person who pastes something else is told so and tries again;
// a program is not, and its silence says nothing: the browser may still come.
func (s *signIn) readPasted(ctx context.Context, answers chan<- callback.Answer) {
	for {
		text, err := s.ReadLine(ctx)
		if err == nil {
			s.prompted.Store(false)
		}
		if errors.Is(err, io.EOF) && s.listener != nil || ctx.Err() != nil {
			return
		}
		if err != nil {
			answers <- callback.Answer{Err: errUnpasted}
			return
		}
		if strings.TrimSpace(text) == "" && s.CanAsk() {
			s.showPage()
			continue
		}
		code, err := s.expected.ReadPasted(env.Pasted(text))
		var refused *callback.Refused
		if err == nil || !s.CanAsk() || errors.As(err, &refused) {
			answers <- callback.Answer{Code: code, Err: err}
			return
		}
		s.Inform("Not taken: %s.\n", err)
		s.prompt()
	}
}

// errUnpasted is the end of the input before the only way for the answer to come.
var errUnpasted = errors.New("no answer was pasted")

// overdue is why the wait ended without an answer.
func (s *signIn) overdue() error {
	if err := s.Context.Err(); err != nil {
		return err
	}
	return &Failed{cause: overdue(s.timeout)}
}

// overdue is a wait that ended without an answer, after so long.
type overdue time.Duration

func (d overdue) Error() string {
	return fmt.Sprintf("nobody signed in within %s", wording.Span(time.Duration(d)))
}

// hint tells what to do about a login that failed.
func (s *signIn) hint(err error) string {
	var vendor *ringcx.Error
	var refused *callback.Refused
	var late overdue
	switch {
	case errors.As(err, &refused) && refused.Code == "access_denied":
		return fmt.Sprintf("run '%s' to sign in after all, or as somebody else", s.again)
	case errors.As(err, &refused):
		return "check the app in the Developer Portal: authorization code flow, and the redirect URI " + s.redirect
	case errors.As(err, &late), errors.As(err, &vendor) && vendor.Code == "OAU-109":
		return fmt.Sprintf("the app must have the redirect URI %s, exactly (--port chooses the port); then run '%s' again", s.redirect, s.again)
	case errors.Is(err, errUnpasted):
		return fmt.Sprintf("run '%s' on a terminal, or pipe the address where the browser ends up into it", s.again)
	case vendor == nil:
		return fmt.Sprintf("run '%s' again, and use the page and the answer of the same login", s.again)
	case vendor.Code == "OAU-123" || vendor.Code == "OAU-146" || vendor.Code == "OAU-153":
		return "check client ID and client secret against the app's Credentials tab in the Developer Portal; an app without a secret takes none"
	case errors.Is(err, ringcx.ErrLoginRequired):
		return fmt.Sprintf("a code works once and for a minute; run '%s' again", s.again)
	}
	return ""
}

// goodbye is how long a browser may take to come for the outcome.
const goodbye = 2 * time.Second

// finish shows the outcome in the browser.
func (s *signIn) finish(err error) {
	if s.listener == nil {
		return
	}
	ctx, cancel := context.WithTimeout(s.Context, goodbye)
	defer cancel()
	s.listener.Finish(ctx, err)
}
