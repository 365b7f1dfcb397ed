package platform

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/permission"
)

const (
	extensionType = "User" // of every extension of the sandbox
	pageUsual     = 100    // records of a page, if nobody says how many
	pageMost      = 1_000  // and if somebody does
)

// statusOf is the state of the extension of u.
func statusOf(u *model.User) string {
	if u.Enabled {
		return "Enabled"
	}
	return "Disabled"
}

// readOwnExtension answers an operation about the caller's extension; account and self are the addresses of the two.
func (p *Service) readOwnExtension(
	c *endpoint.Call, r *http.Request, do func(u *model.User, account, self string) endpoint.Response,
) endpoint.Response {
	return p.readAccount(c, r, "ReadAccounts", "", func(u *model.User) endpoint.Response {
		if id := chi.URLParam(r, "extension"); id != "~" && id != fmt.Sprint(u.ID) {
			return noExtension()
		}
		account := accountURI(r, u.Account)
		return do(u, account, extensionURI(account, u))
	})
}

// readAnyExtension answers an operation about an extension of the caller's account.
func (p *Service) readAnyExtension(
	c *endpoint.Call, r *http.Request, scope, needs string, do func(u *model.User, account, self string) endpoint.Response,
) endpoint.Response {
	return p.readAccount(c, r, scope, needs, func(u *model.User) endpoint.Response {
		if id := chi.URLParam(r, "extension"); id != "~" {
			n, _ := strconv.ParseInt(id, 10, 64)
			other := p.World.User(p.Lock.Tx, n)
			if other == nil || other.Account != u.Account || strconv.FormatInt(n, 10) != id {
				return noExtension()
			}
			u = other
		}
		account := accountURI(r, u.Account)
		return do(u, account, extensionURI(account, u))
	})
}

func noExtension() endpoint.Response {
	return APIError(http.StatusNotFound, "CMN-102", "Resource for parameter [extensionId] is not found")
}

func accountURI(r *http.Request, account int64) string {
	return fmt.Sprintf("%s/restapi/v1.0/account/%d", endpoint.BaseURL(r), account)
}

func extensionURI(account string, u *model.User) string {
	return fmt.Sprintf("%s/extension/%d", account, u.ID)
}

// listExtensions is GET /restapi/v1.0/account/~/extension.
func (p *Service) listExtensions(c *endpoint.Call, r *http.Request) endpoint.Response {
	return p.readAccount(c, r, "ReadAccounts", permission.ReadExtensions, func(u *model.User) endpoint.Response {
		query, account := r.URL.Query(), accountURI(r, u.Account)
		chosen := func(name, value string) bool { return len(query[name]) == 0 || slices.Contains(query[name], value) }
		company := p.World.Account(p.Lock.Tx, u.Account).Name
		var found []model.User
		for _, o := range p.World.UsersOf(p.Lock.Tx, u.Account) {
			if chosen("extensionNumber", o.Extension) && chosen("email", o.Email) && chosen("type", extensionType) && chosen("status", statusOf(&o)) {
				found = append(found, o)
			}
		}
		return listAnswer(account+"/extension", query, found, func(o *model.User) any {
			return map[string]any{
				"uri": extensionURI(account, o), "id": o.ID, "extensionNumber": o.Extension, "name": o.First + " " + o.Last,
				"contact": map[string]any{"firstName": o.First, "lastName": o.Last, "company": company, "email": o.Email},
				"type":    extensionType, "status": statusOf(o), "setupWizardState": "Completed", "hidden": false,
				"permissions": map[string]any{
					"admin": map[string]any{"enabled": o.Role() == permission.SuperAdmin}, "internationalCalling": map[string]any{"enabled": false},
				},
				"profileImage": map[string]any{"uri": extensionURI(account, o) + "/profile-image"},
			}
		})
	})
}

// listAnswer is the page of a list of the platform that a query asks for.
func listAnswer(self string, query url.Values, all []model.User, show func(*model.User) any) endpoint.Response {
	page, badPage := positive(query.Get("page"), 1)
	rows, badRows := positive(query.Get("perPage"), pageUsual)
	switch {
	case badPage != nil:
		return APIError(http.StatusBadRequest, "CMN-101", "Parameter [page] value is invalid")
	case badRows != nil || rows > pageMost:
		return APIError(http.StatusBadRequest, "CMN-101", "Parameter [perPage] value is invalid")
	}
	pages := max((len(all)+rows-1)/rows, 1)
	first := len(all)
	if page <= pages {
		first = (page - 1) * rows
	}
	shown := all[first:min(first+rows, len(all))]
	records := make([]any, 0, len(shown))
	for i := range shown {
		records = append(records, show(&shown[i]))
	}
	at := func(page int) map[string]string {
		there := url.Values{}
		for name, values := range query {
			if name != "access_token" { // it is nobody's business where the list goes on
				there[name] = values
			}
		}
		there.Set("page", strconv.Itoa(page))
		there.Set("perPage", strconv.Itoa(rows))
		return map[string]string{"uri": self + "?" + there.Encode()}
	}
	navigation := map[string]any{"firstPage": at(1), "lastPage": at(pages)}
	if page < pages {
		navigation["nextPage"] = at(page + 1)
	}
	if page > 1 {
		navigation["previousPage"] = at(min(page-1, pages))
	}
	paging := map[string]int{"page": page, "perPage": rows, "totalPages": pages, "totalElements": len(all)}
	if len(shown) > 0 {
		paging["pageStart"], paging["pageEnd"] = first, first+len(shown)-1
	}
	return endpoint.JSON(http.StatusOK, map[string]any{
		"uri": at(page)["uri"], "records": records, "paging": paging, "navigation": navigation,
	})
}

// positive reads a number from 1 on.
func positive(text string, usual int) (int, error) {
	if text == "" {
		return usual, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err == nil && n < 1 {
		err = strconv.ErrRange
	}
	return int(n), err
}

// extensionPresence is GET /restapi/v1.0/account/~/extension/~/presence.
func (p *Service) extensionPresence(c *endpoint.Call, r *http.Request) endpoint.Response {
	return p.readAnyExtension(c, r, "ReadPresence", permission.ReadPresence, func(u *model.User, account, _ string) endpoint.Response {
		return endpoint.JSON(http.StatusOK, presenceOf(account, u))
	})
}

// accountPresence is GET /restapi/v1.0/account/~/presence.
func (p *Service) accountPresence(c *endpoint.Call, r *http.Request) endpoint.Response {
	return p.readAccount(c, r, "ReadPresence", permission.ReadPresence, func(u *model.User) endpoint.Response {
		account := accountURI(r, u.Account)
		return listAnswer(account+"/presence", r.URL.Query(), p.World.UsersOf(p.Lock.Tx, u.Account), func(o *model.User) any { return presenceOf(account, o) })
	})
}

func presenceOf(account string, u *model.User) map[string]any {
	self, available := extensionURI(account, u), "Available"
	if !u.Enabled {
		available = "Offline"
	}
	return map[string]any{
		"uri":            self + "/presence",
		"extension":      map[string]any{"uri": self, "id": u.ID, "extensionNumber": u.Extension},
		"presenceStatus": available, "userStatus": available, "telephonyStatus": "NoCall", "dndStatus": "TakeAllCalls",
		"allowSeeMyPresence": true, "callerIdVisibility": "All", "ringOnMonitoredCall": false, "pickUpCallsOnHold": false,
	}
}
