package model

import (
	"errors"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/permission"
	"github.com/ringcx-go/ringcx/sandbox/internal/seeded"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// What the servers and the demo world are called. What each may be relied on for is in the contract.
const (
	// MainNumber is the company number of every account.
	MainNumber = "+16505550100"
	// CredentialIssuer is reserved, so the credential cannot be mistaken for a real one.
	CredentialIssuer = "https://platform.ringcx-sandbox.invalid"
	// Issued when the demo world begins, 2026-01-01T00:00:00Z.
	credentialIssued  = 1767225600
	credentialForever = 2147483647
	// PlatformID is that of RingCX.
	PlatformID = "sbx01"
	// DemoTimezone is that of every user.
	DemoTimezone = "US/Pacific"
)

// MethodKeyJWT is client authentication by an assertion that a key of the app signed, by its name in the discovery document.
const MethodKeyJWT = "private_key_jwt"

// Demo is what sandbox.Credentials tells.
type Demo struct {
	ClientID        string
	ClientSecret    string
	JWT             string
	Email           string
	Password        string
	NativeClientID  string
	WebClientID     string
	WebClientSecret string
	WebRedirectURI  string
	AdminUsername   string
	AdminPassword   string
	PlatformID      string
}

// Demo gathers what is handed out of the objects of the demo.
func (w *World) Demo(tx *state.Tx) Demo {
	d, _ := w.demo(tx)
	return d
}

// DemoUser is the user whose credentials are handed out.
func (w *World) DemoUser(tx *state.Tx) *User {
	o, _ := w.own.Get(tx)
	c, _ := w.Credentials.Get(tx, o.Credential)
	return w.User(tx, c.User)
}

func (w *World) demo(tx *state.Tx) (Demo, error) {
	o, _ := w.own.Get(tx)
	a, native, web := w.App(tx, o.App), w.App(tx, o.NativeApp), w.App(tx, o.WebApp)
	c, admin := w.Credential(tx, o.Credential), w.AdminNamed(tx, o.Admin, func(a, b string) bool { return a == b })
	if a == nil || native == nil || web == nil || c == nil || admin == nil || len(web.RedirectURIs) == 0 {
		return Demo{}, errors.New("an app, the JWT or the administrator of the demo is missing")
	}
	u := w.User(tx, c.User)
	return Demo{
		ClientID: a.ID, ClientSecret: a.Secret, JWT: c.JWT, Email: u.Email, Password: u.Password,
		NativeClientID: native.ID, WebClientID: web.ID, WebClientSecret: web.Secret, WebRedirectURI: web.RedirectURIs[0],
		AdminUsername: admin.Email, AdminPassword: admin.Login.Password, PlatformID: admin.Login.Platform,
	}, nil
}

// Fill makes the demo world of a seed in tables that are empty. The key of the seed has been set.
func (w *World) Fill(tx *state.Tx, seed uint64) error {
	w.own.Set(tx, own{Seed: seed})
	acct := w.AddAccount(tx, "RingCX Demo", true)
	ada := w.AddUser(tx, acct.ID, permission.SuperAdmin, "Ada", "Reyes", "ada.reyes@example.com", true)
	w.AddUser(tx, acct.ID, permission.Standard, "Ben", "Okafor", "ben.okafor@example.com", true)
	w.AddUser(tx, acct.ID, permission.Standard, "Carla", "Lind", "carla.lind@example.com", false)
	w.AddMain(tx, acct, []string{"RingCX Demo Sales", "RingCX Demo Support"})
	a := w.AddApp(tx, App{
		Name: "RingCX Demo App", Flow: "jwt", RefreshTokens: true, Confidential: true, Private: true,
		Scopes: []string{"ReadAccounts"}, Account: acct.ID,
	})
	c, err := w.AddCredential(tx, ada.ID, nil, time.Time{})
	if err != nil {
		return err
	}
	c.Label = "Demo"
	w.PutCredential(tx, c)
	native, web := w.addCodeApps(tx, acct.ID)
	admin := w.addDemoAdmin(tx, acct.ID)
	o, _ := w.own.Get(tx)
	o.App, o.Credential, o.NativeApp, o.WebApp, o.Admin = a.ID, c.ID, native.ID, web.ID, admin.Email
	w.own.Set(tx, o)
	return nil
}

// addCodeApps makes the demo apps of the browser login. They have names of their own instead of the next number, so
// that they change no id of what tests make.
func (w *World) addCodeApps(tx *state.Tx, account int64) (native, web *App) {
	native = w.addNamedApp(tx, "demo native app", App{
		Name: "RingCX Demo Desktop", Flow: "code", RefreshTokens: true, Private: true,
		Scopes: []string{"ReadAccounts"}, Account: account, RedirectURIs: []string{"http://127.0.0.1/callback", "http://localhost/callback"},
	})
	web = w.addNamedApp(tx, "demo web app", App{
		Name: "RingCX Demo Web", Flow: "code", RefreshTokens: true, Confidential: true, Private: true,
		Scopes: []string{"ReadAccounts"}, Account: account, RedirectURIs: []string{"http://127.0.0.1:8080/callback"},
	})
	return native, web
}

func (w *World) addDemoAdmin(tx *state.Tx, account int64) *User {
	password := seeded.Text(w.Seed(tx), "password of the demo administrator", 20)
	return w.AddAdmin(tx, account, "demo administrator", "dana.whitfield@example.com", Login{password, PlatformID})
}
