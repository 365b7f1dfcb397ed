package platform

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// authorizeRequest is what an app asks for when it sends a browser to the authorize endpoint.
type authorizeRequest struct {
	App           string   `json:"app"`
	RedirectURI   string   `json:"redirectUri"` // where the answer goes: one of the app's
	Named         bool     `json:"named"`       // the request named it, so the token request has to
	Echo          []string `json:"echo,omitempty"`
	challengePKCE          // zero: none
	Prompt        []string `json:"prompt,omitempty"`
	LoginHint     string   `json:"loginHint,omitempty"`
	Issuer        string   `json:"issuer,omitempty"`    // sent as iss; "": not sent
	Discovery     string   `json:"discovery,omitempty"` // the server's address, for a client that asks where to go on; "": it does not
	Scope         []string `json:"scope,omitempty"`     // of these only those of OpenID Connect count
	Nonce         string   `json:"nonce,omitempty"`
}

// authorize is GET and POST /restapi/oauth/authorize. What is wrong with the client or the redirect URI is told on a
// page, because nobody knows where else it could be told; everything else is told to the app.
func (p *Service) authorize(c *endpoint.Call, r *http.Request) endpoint.Response {
	in, problem := authorizeParams(c, r)
	if problem == nil {
		problem = shorten(in, r)
	}
	var req *authorizeRequest
	if problem == nil {
		req, problem = p.addressee(c, r, in)
	}
	if problem != nil {
		return refusedPage(c, problem)
	}
	if c.Rules.AuthorizeLimited {
		return p.charged(c, p.World.App(p.Lock.Tx, req.App), nil, func() endpoint.Response { return p.welcome(c, r, req, in) })
	}
	return p.welcome(c, r, req, in)
}

// welcome answers a request whose addressee is known.
func (p *Service) welcome(c *endpoint.Call, r *http.Request, req *authorizeRequest, in endpoint.Form) endpoint.Response {
	switch problem := req.read(c, p.World.App(p.Lock.Tx, req.App), in); {
	case problem != nil && c.Rules.RequestErrorsOnPage:
		return refusedPage(c, problem)
	case problem != nil:
		return req.redirectError(problem)
	}
	b, cookie := p.browserOf(c, r)
	a := p.begin(c, r, req, b)
	if cookie != nil {
		a = a.With("Set-Cookie", cookie.String())
	}
	return a
}

// begin sends a browser to the page that req needs next, or to the app if no page may be shown.
func (p *Service) begin(c *endpoint.Call, r *http.Request, req *authorizeRequest, b *browser) endpoint.Response {
	a, u := p.World.App(p.Lock.Tx, req.App), p.signedIn(b, c.Now)
	again := c.Rules.PromptLoginAsks && slices.Contains(req.Prompt, "login")
	if u != nil && (again || p.mayNotUse(u, a) != "") {
		u = nil
	}
	f, allowed := p.newFlow(c, req, b, u), slices.Contains(b.Allowed, a.ID)
	switch silent := slices.Contains(req.Prompt, "none"); {
	case silent && (u == nil || !c.Rules.PromptNoneWorks):
		return req.redirectError(&oauthError{kind: "login_required", message: "The user is not signed in"})
	case silent && !allowed:
		return req.redirectError(&oauthError{kind: "consent_required", message: "The user has not allowed this application"})
	case silent, u != nil && allowed && !c.Rules.ConsentEveryTime:
		return p.grantCode(c, f)
	case u == nil:
		return endpoint.Redirect(http.StatusFound, endpoint.PrefixOf(r)+signInPath+"?flow="+f.id)
	}
	return endpoint.Redirect(http.StatusFound, endpoint.PrefixOf(r)+consentPath+"?flow="+f.id)
}

// authorizeParams are the parameters of the query and of the form, which may not contradict each other.
func authorizeParams(c *endpoint.Call, r *http.Request) (endpoint.Form, *oauthError) {
	query, err := endpoint.ParseParams(r.URL.RawQuery)
	if err != nil {
		return endpoint.Form{}, invalidRequest("CMN-101", "The query is not valid")
	}
	if r.Method == http.MethodPost {
		body, err := c.Form()
		if err != nil {
			return endpoint.Form{}, formError(c, err)
		}
		for name, values := range body.Values {
			if before, ok := query[name]; ok && !slices.Equal(before, values) {
				return endpoint.Form{}, invalidRequest("OAU-150", "Query parameter ["+name+"] must equal the body parameter")
			}
			query[name] = values
		}
	}
	return endpoint.NewForm(query), nil
}

// remembered are the parameters of a request that are kept while a person signs in, and how long they may be.
var remembered = map[string]int{
	"state": 2 * endpoint.TextMost, "redirect_uri": endpoint.TextMost, "nonce": endpoint.NameMost, "login_hint": endpoint.NameMost, "prompt": endpoint.NameMost,
	"code_challenge": endpoint.NameMost, "code_challenge_method": endpoint.NameMost,
}

// shorten refuses a request that is too long to be kept, and lets go of what is not kept of it.
func shorten(f endpoint.Form, r *http.Request) *oauthError {
	for name, most := range remembered {
		for i, v := range f.Values[name] {
			if len(v) > most {
				return invalidParameter(name)
			}
			f.Values[name][i] = strings.Clone(v)
		}
	}
	if len(r.Host) > endpoint.NameMost {
		return invalidRequest("", "The host is not valid")
	}
	return nil
}

// addressee finds the app and the redirect URI of a request. Without both, nothing can be sent to the app.
func (p *Service) addressee(c *endpoint.Call, r *http.Request, in endpoint.Form) (*authorizeRequest, *oauthError) {
	for _, name := range []string{"client_id", "redirect_uri"} {
		if len(in.Values[name]) > 1 {
			in.Repeated = name
			return nil, duplicated(in)
		}
	}
	id := in.Get("client_id")
	if id == "" {
		return nil, invalidParameter("client_id")
	}
	a := p.World.App(p.Lock.Tx, id)
	if a == nil {
		return nil, unknownClient(id)
	}
	c.From(a.Name)
	uri, problem := redirectURI(a, in.Get("redirect_uri"), c.Rules.LoopbackAnyPort)
	if problem != nil {
		return nil, problem
	}
	req := &authorizeRequest{App: a.ID, RedirectURI: uri, Named: in.Get("redirect_uri") != "", LoginHint: in.Get("login_hint")}
	if in.Has("state") {
		req.Echo = []string{"state", in.Get("state")}
	}
	if c.Rules.AuthorizationIssuer {
		req.Issuer = endpoint.BaseURL(r)
	}
	if in.Get("discovery") == "true" {
		req.Discovery = endpoint.BaseURL(r)
	}
	return req, nil
}

// read takes in the rest of a request whose addressee, the app a, is known.
func (req *authorizeRequest) read(c *endpoint.Call, a *model.App, in endpoint.Form) *oauthError {
	if problem := duplicated(in); problem != nil {
		return problem
	}
	switch kind := in.Get("response_type"); {
	case kind == "":
		return invalidParameter("response_type")
	case kind != "code":
		return &oauthError{kind: "unsupported_response_type", message: "Unsupported response type"}
	case a.Flow != "code":
		return &oauthError{
			kind: "unauthorized_client", code: "OAU-112",
			message: "The client is unauthorized for the required grant type: [AUTHORIZATION_CODE]",
		}
	}
	asked := strings.Fields(in.Get("scope"))
	for _, name := range identityScopes {
		if slices.Contains(asked, name) {
			req.Scope = append(req.Scope, name)
		}
	}
	req.Nonce = in.Get("nonce")
	req.Prompt = strings.Fields(in.Get("prompt"))
	if slices.Contains(req.Prompt, "none") && len(req.Prompt) > 1 {
		return invalidParameter("prompt")
	}
	var problem *oauthError
	if req.challengePKCE, problem = readChallenge(in); problem != nil {
		return problem
	}
	if req.Challenge == "" && !a.Confidential && c.Rules.ChallengeRequired {
		c.Note(verdict.PKCE)
		return invalidRequest("", "Code challenge required")
	}
	return nil
}

// redirectError tells the app what went wrong.
func (req *authorizeRequest) redirectError(e *oauthError) endpoint.Response {
	return req.respond("error", e.kind, "error_description", e.message)
}

// respond sends the browser to the app with pairs of names and values, after what has to be echoed.
func (req *authorizeRequest) respond(pairs ...string) endpoint.Response {
	pairs = append(pairs, req.Echo...)
	if req.Issuer != "" {
		pairs = append(pairs, "iss", req.Issuer)
	}
	var query strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		if i > 0 {
			query.WriteByte('&')
		}
		query.WriteString(url.QueryEscape(pairs[i]) + "=" + url.QueryEscape(pairs[i+1]))
	}
	separator := "?"
	if strings.Contains(req.RedirectURI, "?") {
		separator = "&"
	}
	return endpoint.Redirect(http.StatusFound, req.RedirectURI+separator+query.String())
}
