package ringcx

import (
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// listAccounts is GET .../admin/accounts: the sub-accounts, then the main account, each naming the main account. Programs
// after the vendor's collection of requests work with the first.
func (x *Service) listAccounts(c *endpoint.Call, r *http.Request) endpoint.Response {
	return x.asCaller(c, r, func(_ *model.User, m *model.MainAccount) endpoint.Response {
		return x.view(viewKey{main: m.ID, accounts: true, listed: c.Rules.MainAccountListed}, func() any {
			out := []accountView{}
			for i := range m.SubAccounts {
				out = append(out, newAccountView(m, &m.SubAccounts[i]))
			}
			if c.Rules.MainAccountListed {
				out = append(out, newAccountView(m, m.Itself()))
			}
			return out
		})
	})
}
