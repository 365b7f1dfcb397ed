package platform

import (
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// grantPassword is deprecated: the vendor has announced its end, and its samples and SDKs still use it.
const grantPassword = "password"

// passwordName is the name that a request of the password flow signs in with: an e-mail address, or a number, to which an
// extension belongs. To an address it adds nothing: the vendor's SDK puts it behind one, too.
func passwordName(f endpoint.Form) string {
	name, extension := strings.TrimSpace(f.Get("username")), strings.TrimSpace(f.Get("extension"))
	if local, domain, ok := strings.Cut(name, "@"); ok {
		domain, _, _ = strings.Cut(domain, "*")
		return local + "@" + domain
	}
	if extension == "" || strings.Contains(name, "*") {
		return name
	}
	return name + "*" + extension
}

// byPassword answers a request of the password flow.
func (p *Service) byPassword(c *endpoint.Call, a *model.App, f endpoint.Form, t tokenParams) (*tokenInfo, *oauthError) {
	for _, name := range []string{"username", "password"} {
		if f.Get(name) == "" {
			return nil, invalidParameter(name)
		}
	}
	name := passwordName(f)
	if strings.TrimPrefix(name, "+") == strings.TrimPrefix(model.MainNumber, "+") {
		name += "*" + p.World.Root(p.Lock.Tx, a.Account).Extension // the number is that of every account
	}
	u, code := p.recognise(c, name, f.Get("password"))
	switch {
	case code == codeLocked:
		return nil, invalidGrant(code, "Account is locked out due to multiple unsuccessful login attempts")
	case code != "", a.Private && a.Account != u.Account:
		return nil, &oauthError{kind: "invalid_grant", code: codeWrong, message: "Invalid resource owner credentials.", basic: true}
	case !u.Enabled:
		return nil, invalidGrant("OAU-141", "Login for extension in current state is not allowed")
	}
	sess, problem := p.login(c, a, u, t)
	if problem != nil {
		return nil, problem
	}
	return p.info(sess, c.Now), nil
}
