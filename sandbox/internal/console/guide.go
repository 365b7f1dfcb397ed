package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/guard"
	"github.com/ringcx-go/ringcx/sandbox/internal/platform"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
)

// walk is how far a visit has come in the guide.
type walk struct {
	epoch  string // of the server's tokens: a walk from before a reset leads nowhere
	done   []view.Exchange
	tokens map[string]string
	failed *view.Exchange // the last try, if it was not what the step is about
}

// guideStep is one step of a token's life.
type guideStep struct {
	Title, About, Then string
	status             int // what the step is about
	call               func(c *Console, w *walk, call *httpCall)
	keep               map[string]string // field of the answer to the name of a token
}

const guideCallPath = "/voice/api/v1/admin/accounts"

func callAccounts(_ *Console, w *walk, call *httpCall) {
	call.method, call.bearer = http.MethodGet, w.token("RingCX access token")
	call.url += guideCallPath
}

// guideSteps are the life of a RingCX access token.
var guideSteps = []guideStep{
	{
		Title: "Log in to RingCentral", status: http.StatusOK,
		About: "The app shows its client ID and secret, and the JWT credential of a user. RingCentral answers with an access token for {access} and a refresh token for {refresh}.",
		Then:  "This token is not the one that RingCX wants. It is only good for getting that one.",
		call: func(c *Console, _ *walk, call *httpCall) {
			demo := c.Demo()
			call.id, call.secret = demo.ClientID, demo.ClientSecret
			call.url += "/restapi/oauth/token"
			call.form = [][2]string{{"grant_type", platform.GrantJWT}, {"assertion", demo.JWT}}
		},
		keep: map[string]string{"access_token": "RingCentral access token"},
	},
	{
		Title: "Exchange the token", status: http.StatusOK,
		About: "RingCX takes the RingCentral token and answers with its own pair. {exchanges}",
		Then:  "The access token lives {ringcx}. The refresh token {use}.",
		call: func(_ *Console, w *walk, call *httpCall) {
			call.url += "/api/auth/login/rc/accesstoken"
			call.form = [][2]string{{"rcAccessToken", w.token("RingCentral access token")}, {"rcTokenType", "Bearer"}, {"includeRefresh", "true"}}
		},
		keep: map[string]string{"accessToken": "RingCX access token", "refreshToken": "RingCX refresh token"},
	},
	{
		Title: "Call the API", status: http.StatusOK, call: callAccounts,
		About: "The RingCX access token goes into the Authorization header of every call.",
		Then:  "This works until the token ends.",
	},
	{
		Title: "Let it expire", status: http.StatusUnauthorized, call: callAccounts,
		About: "The clock of the sandbox is moved past the end of the token, and the same call is made again.",
		Then:  "RingCX refuses the token with a line of text. A program that meets this renews the token, once, and makes the call again.",
	},
	{
		Title: "Refresh", status: http.StatusOK,
		About: "The refresh token gives a new pair, and {spent}: a program stores the new one before it does anything else.",
		Then:  "Who loses the new refresh token begins again with a login.",
		call: func(_ *Console, w *walk, call *httpCall) {
			call.url += "/api/auth/token/refresh"
			call.form = [][2]string{{"refresh_token", w.token("RingCX refresh token")}}
		},
		keep: map[string]string{"accessToken": "RingCX access token", "refreshToken": "RingCX refresh token"},
	},
	{
		Title: "Call the API again", status: http.StatusOK, call: callAccounts,
		About: "With the new access token the call works again.",
		Then:  "That was the life of a token. Programs that use ringcx do all of this without noticing.",
	},
}

// token is a token of the walk, or words that stand for it until there is one.
func (w *walk) token(name string) string {
	if t := w.tokens[name]; t != "" {
		return t
	}
	return "<" + name + ">"
}

// walkOf copies where v is. A reset of the server begins it anew.
func (c *Console) walkOf(v *visit) walk {
	epoch := c.RingCX.CurrentEpoch()
	c.visitors.Lock()
	defer c.visitors.Unlock()
	if v.walk == nil || v.walk.epoch != epoch {
		return walk{epoch: epoch, tokens: map[string]string{}}
	}
	return *v.walk
}

func (c *Console) guide(v *visit, r *http.Request) endpoint.Response {
	w, now := c.walkOf(v), c.Rules.Load()
	page := &view.Guide{Failed: w.failed}
	if len(w.done) < len(guideSteps) {
		page.Next = len(w.done) + 1
	}
	for i, s := range guideSteps {
		step := view.Step{Number: i + 1, Title: s.Title, About: said(now, s.About), Then: said(now, s.Then), Next: i+1 == page.Next}
		if i < len(w.done) {
			step.Done = &w.done[i]
		}
		if step.Next || step.Done != nil {
			step.Snippets = c.call(&s, &w, r).snippets()
		}
		page.Steps = append(page.Steps, step)
	}
	return c.page(v, r, &view.Page{Title: "Guide", Content: page})
}

func (c *Console) call(s *guideStep, w *walk, r *http.Request) *httpCall {
	out := &httpCall{method: http.MethodPost, url: endpoint.BaseURL(r)}
	s.call(c, w, out)
	return out
}

// takeStep makes the next step of the guide, or begins it anew.
func (c *Console) takeStep(v *visit, r *http.Request) endpoint.Response {
	w := c.walkOf(v)
	if r.PostForm.Get("step") == "restart" {
		w = walk{epoch: w.epoch, tokens: map[string]string{}}
	} else if fmt.Sprint(len(w.done)+1) == r.PostForm.Get("step") && len(w.done) < len(guideSteps) {
		c.step(&w, r)
	}
	c.visitors.Lock()
	v.walk = &w
	c.visitors.Unlock()
	target := guard.ConsolePath + "guide"
	if n := len(w.done); n > 0 {
		target += fmt.Sprintf("#step-%d", n)
	}
	return endpoint.Redirect(http.StatusSeeOther, target)
}

// step makes the next step of w. An answer that is not the one the step is about leaves w where it is.
func (c *Console) step(w *walk, r *http.Request) {
	s := &guideSteps[len(w.done)]
	if s.status == http.StatusUnauthorized && w.failed == nil {
		now := c.Rules.Load()
		_ = c.MoveClock(now.RingCXTokenTTL + now.RingCXClockSkew + time.Minute)
	}
	result, body := c.self(r, c.call(s, w, r))
	if result.Status != s.status {
		w.failed = &result
		return
	}
	tokens := maps.Clone(w.tokens)
	var fields map[string]any
	if json.Unmarshal(body, &fields) == nil {
		for field, name := range s.keep {
			tokens[name], _ = fields[field].(string)
		}
	}
	w.done = append(w.done[:len(w.done):len(w.done)], result)
	w.tokens, w.failed = tokens, nil
}

// self makes a call to the vendors from inside, as one from the address that r came to.
func (c *Console) self(r *http.Request, call *httpCall) (view.Exchange, []byte) {
	req, err := http.NewRequestWithContext(r.Context(), call.method, call.url, strings.NewReader(call.encoded())) //nolint:gosec // it never leaves the process
	if err != nil {
		return view.Exchange{Answer: err.Error()}, nil
	}
	req.TLS, req.RemoteAddr = r.TLS, r.RemoteAddr
	req.Header.Set("User-Agent", "ringcx-console/1.0")
	if call.form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if call.id != "" {
		req.SetBasicAuth(call.id, call.secret)
	}
	if call.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+call.bearer)
	}
	out := view.Exchange{Request: call.text(req)}
	got, cut := c.answerInside(req)
	if cut {
		out.Answer = "The connection was cut."
		return out, nil
	}
	out.Status = got.Status
	out.Answer = fmt.Sprintf("HTTP/1.1 %d %s\n", got.Status, http.StatusText(got.Status))
	for _, name := range []string{"Content-Type", "X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", "Retry-After"} {
		if value := got.Header.Get(name); value != "" {
			out.Answer += name + ": " + value + "\n"
		}
	}
	var body bytes.Buffer
	if json.Indent(&body, got.Body, "", "  ") != nil {
		body.Reset()
		body.Write(got.Body[:min(len(got.Body), 4096)])
	}
	out.Answer += "\n" + body.String() + "\n"
	return out, got.Body
}

// answerInside has the vendors answer r without a network; cut: a fault took the connection away.
func (c *Console) answerInside(r *http.Request) (got endpoint.Response, cut bool) {
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			cut = true
		}
	}()
	rec := &recorder{endpoint.Response{Header: http.Header{}}}
	c.ServeVendor(rec, r)
	return rec.got, false
}

// recorder keeps what is written to it.
type recorder struct{ got endpoint.Response }

func (r *recorder) Header() http.Header { return r.got.Header }

func (r *recorder) WriteHeader(status int) { r.got.Status = status }

func (r *recorder) Write(p []byte) (int, error) {
	r.got.Body = append(r.got.Body, p...)
	return len(p), nil
}
