package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/ringcx-go/ringcx/sandbox/internal/permission"
)

// Kinds of records about what exists before anybody signs in. A snapshot has them in files, so no name may change.
const (
	recordWorld      = "world"
	recordAccount    = "account"
	recordUser       = "user"
	recordCenter     = "center"
	recordApp        = "app"
	recordCredential = "credential"
)

func decimal(id int64) string { return strconv.FormatInt(id, 10) }

// savedWorld is what the world knows beside its objects: which of them are the demo's.
type savedWorld struct {
	Seed       uint64 `json:"seed"`
	Made       int    `json:"made"`
	App        string `json:"app"`
	Credential string `json:"credential"`
	NativeApp  string `json:"nativeApp"`
	WebApp     string `json:"webApp"`
	Admin      string `json:"admin"` // username
}

func (*world) recordKey() recordKey { return recordKey{recordWorld, ""} }

func (w *world) recordValue() any {
	d := w.demo
	return savedWorld{w.seed, w.made, d.ClientID, w.assertions[d.JWT].id, d.NativeClientID, d.WebClientID, d.AdminUsername}
}

// findDemo gathers what is handed out of the objects that saved names.
func (w *world) findDemo(saved savedWorld) error {
	a, native, web := w.apps[saved.App], w.apps[saved.NativeApp], w.apps[saved.WebApp]
	c, admin := w.credentials[saved.Credential], w.adminNamed(saved.Admin, func(a, b string) bool { return a == b })
	if a == nil || native == nil || web == nil || c == nil || admin == nil || len(web.redirectURIs) == 0 {
		return errors.New("an app, the JWT or the administrator of the demo is missing")
	}
	w.demo = Credentials{
		ClientID: a.id, ClientSecret: a.secret, JWT: c.jwt, Email: c.user.email, Password: c.user.password,
		NativeClientID: native.id, WebClientID: web.id, WebClientSecret: web.secret, WebRedirectURI: web.redirectURIs[0],
		AdminUsername: admin.email, AdminPassword: admin.login.Password, PlatformID: admin.login.Platform,
	}
	return nil
}

type savedAccount struct {
	Name       string `json:"name"`
	Production bool   `json:"production"`
}

func (a *account) recordKey() recordKey { return recordKey{recordAccount, decimal(a.id)} }
func (a *account) recordValue() any     { return savedAccount{a.name, a.production} }

type savedUser struct {
	Account   int64     `json:"account"`
	First     string    `json:"first"`
	Last      string    `json:"last"`
	Email     string    `json:"email"`
	Extension string    `json:"extension,omitempty"`
	Password  string    `json:"password,omitempty"`
	Role      string    `json:"role,omitempty"`
	Enabled   bool      `json:"enabled"`
	Linked    bool      `json:"linked"`
	AdminID   int32     `json:"adminId"`
	Wrong     int       `json:"wrong,omitempty"`
	Locked    time.Time `json:"locked,omitzero"`
	Login     *cxLogin  `json:"login,omitempty"`
}

func (u *user) recordKey() recordKey { return recordKey{recordUser, decimal(u.id)} }

func (u *user) recordValue() any {
	out := savedUser{
		u.account.id, u.first, u.last, u.email, u.extension, u.password, "", u.enabled, u.linked, u.adminID, u.wrong, u.locked, u.login,
	}
	if u.role != nil {
		out.Role = u.role.Name
	}
	return out
}

type savedCenter struct {
	Account     int64             `json:"account"`
	Name        string            `json:"name"`
	SubAccounts []savedSubAccount `json:"subAccounts"`
}

type savedSubAccount struct {
	ID     string       `json:"id"`
	Name   string       `json:"name"`
	Groups []savedGroup `json:"groups"`
}

type savedGroup struct {
	ID      int32        `json:"id"`
	Name    string       `json:"name"`
	Default bool         `json:"default"`
	Agents  []savedAgent `json:"agents"`
}

type savedAgent struct {
	ID         int32  `json:"id"`
	User       int64  `json:"user,omitempty"` // 0: none
	First      string `json:"first"`
	Last       string `json:"last"`
	Username   string `json:"username"`
	Supervisor bool   `json:"supervisor"`
	Password   string `json:"password,omitempty"`
	Disabled   bool   `json:"disabled"`
}

func (c *center) recordKey() recordKey { return recordKey{recordCenter, c.id} }

func (c *center) recordValue() any {
	out := savedCenter{Account: c.account.id, Name: c.name}
	for _, sub := range c.subAccounts {
		to := savedSubAccount{ID: sub.id, Name: sub.name}
		for _, g := range sub.groups {
			group := savedGroup{ID: g.id, Name: g.name, Default: g.isDefault}
			for _, a := range g.agents {
				agent := savedAgent{a.id, 0, a.first, a.last, a.username, a.supervisor, a.password, a.disabled}
				if a.user != nil {
					agent.User = a.user.id
				}
				group.Agents = append(group.Agents, agent)
			}
			to.Groups = append(to.Groups, group)
		}
		out.SubAccounts = append(out.SubAccounts, to)
	}
	return out
}

type savedApp struct {
	Secret        string            `json:"secret,omitempty"`
	Name          string            `json:"name"`
	Order         int               `json:"order"`
	Kind          string            `json:"kind,omitempty"`
	Flow          string            `json:"flow"`
	RefreshTokens bool              `json:"refreshTokens"`
	Confidential  bool              `json:"confidential"`
	Private       bool              `json:"private"`
	Scopes        []string          `json:"scopes"`
	Account       int64             `json:"account"`
	RedirectURIs  []string          `json:"redirectUris,omitempty"`
	AuthMethod    string            `json:"authMethod,omitempty"`
	Keys          []jose.JSONWebKey `json:"keys,omitempty"`
}

func (a *app) recordKey() recordKey { return recordKey{recordApp, a.id} }

func (a *app) recordValue() any {
	return savedApp{
		a.secret, a.name, a.order, a.kind, a.flow, a.refreshTokens, a.confidential, a.private, a.scopes, a.account.id,
		a.redirectURIs, a.authMethod, a.keys,
	}
}

type savedCredential struct {
	JWT     string    `json:"jwt"`
	Label   string    `json:"label"`
	Order   int       `json:"order"`
	User    int64     `json:"user"`
	Clients []string  `json:"clients"` // null: every app of the account
	Expires time.Time `json:"expires,omitzero"`
	Deleted bool      `json:"deleted"`
}

func (c *credential) recordKey() recordKey { return recordKey{recordCredential, c.id} }

func (c *credential) recordValue() any {
	return savedCredential{c.jwt, c.label, c.order, c.user.id, c.clients, c.expires, c.deleted}
}

// parts are the records of w.
func (w *world) parts(yield func(kept)) {
	yield(w)
	for _, a := range w.accounts {
		yield(a)
		if a.center != nil {
			yield(a.center)
		}
		for _, u := range a.everybody() {
			yield(u)
		}
	}
	for _, a := range w.apps {
		yield(a)
	}
	for _, c := range w.credentials {
		yield(c)
	}
}

// restoreWorld makes the world that records tell of.
func restoreWorld(in *archive) (*world, error) {
	saved, err := only[savedWorld](in, recordWorld)
	if err != nil {
		return nil, err
	}
	w, err := emptyWorld(saved.Seed)
	if err != nil {
		return nil, err
	}
	w.made = saved.Made
	for _, load := range []func(*archive) error{w.loadAccounts, w.loadUsers, w.loadCenters, w.loadApps, w.loadCredentials} {
		if err := load(in); err != nil {
			return nil, err
		}
	}
	for _, a := range w.accounts {
		if len(a.users) == 0 {
			return nil, fmt.Errorf("account %d has no user", a.id)
		}
	}
	return w, w.findDemo(saved)
}

func (w *world) loadAccounts(in *archive) error {
	return each(in, recordAccount, func(key string, v *savedAccount) error {
		id, err := strconv.ParseInt(key, 10, 64)
		w.accounts[id] = &account{id: id, name: v.Name, production: v.Production}
		return err
	})
}

func (w *world) loadUsers(in *archive) error {
	err := each(in, recordUser, func(key string, v *savedUser) error {
		id, err := strconv.ParseInt(key, 10, 64)
		a := w.accounts[v.Account]
		if err != nil || a == nil {
			return fmt.Errorf("account %d does not exist", v.Account)
		}
		u := &user{
			id: id, account: a, first: v.First, last: v.Last, email: v.Email, extension: v.Extension, password: v.Password,
			enabled: v.Enabled, linked: v.Linked, adminID: v.AdminID, wrong: v.Wrong, locked: v.Locked, login: v.Login,
		}
		if u.login != nil {
			w.addKnownAdmin(u)
			return nil
		}
		w.users[id], a.users = u, append(a.users, u)
		u.role, err = permission.FindRole(cmp.Or(v.Role, permission.SuperAdmin.Name)) // in older files everybody has role 1
		return err
	})
	for _, a := range w.accounts {
		slices.SortFunc(a.users, func(x, y *user) int {
			return cmp.Or(len(x.extension)-len(y.extension), cmp.Compare(x.extension, y.extension))
		})
	}
	return err
}

func (w *world) loadCenters(in *archive) error {
	return each(in, recordCenter, func(id string, v *savedCenter) error {
		a := w.accounts[v.Account]
		if a == nil {
			return fmt.Errorf("account %d does not exist", v.Account)
		}
		c := &center{id: id, name: v.Name, account: a}
		for _, sub := range v.SubAccounts {
			to := &subAccount{id: sub.ID, name: sub.Name}
			for _, g := range sub.Groups {
				group := &agentGroup{id: g.ID, name: g.Name, isDefault: g.Default}
				for _, o := range g.Agents {
					group.agents = append(group.agents, &agent{
						o.ID, w.users[o.User], o.First, o.Last, o.Username, o.Supervisor, o.Password, o.Disabled,
					})
				}
				to.groups = append(to.groups, group)
			}
			c.subAccounts = append(c.subAccounts, to)
		}
		a.center, w.centers[id] = c, c
		w.seat(c)
		return nil
	})
}

func (w *world) loadApps(in *archive) error {
	return each(in, recordApp, func(id string, v *savedApp) error {
		acct := w.accounts[v.Account]
		if acct == nil {
			return fmt.Errorf("account %d does not exist", v.Account)
		}
		w.apps[id] = &app{
			id: id, secret: v.Secret, name: v.Name, order: v.Order, kind: v.Kind, flow: v.Flow, refreshTokens: v.RefreshTokens,
			confidential: v.Confidential, private: v.Private, scopes: v.Scopes, account: acct, redirectURIs: v.RedirectURIs,
			authMethod: v.AuthMethod, keys: v.Keys,
		}
		return nil
	})
}

func (w *world) loadCredentials(in *archive) error {
	return each(in, recordCredential, func(id string, v *savedCredential) error {
		u := w.users[v.User]
		if u == nil {
			return fmt.Errorf("user %d does not exist", v.User)
		}
		c := &credential{
			id: id, jwt: v.JWT, label: v.Label, order: v.Order, user: u, clients: v.Clients, expires: v.Expires, deleted: v.Deleted,
		}
		w.credentials[id], w.assertions[c.jwt] = c, c
		return nil
	})
}
