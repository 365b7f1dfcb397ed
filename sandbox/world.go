package sandbox

import (
	"fmt"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/ringcx-go/ringcx/sandbox/internal/permission"
	"github.com/ringcx-go/ringcx/sandbox/internal/seeded"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
)

// world is everything that exists before anybody signs in: accounts, users, apps and JWT credentials of RingCentral,
// and the RingCX account behind each. Server.mu guards it.
type world struct {
	seed        uint64
	key         *token.Key // signs JWT credentials
	changes     *changes
	made        int // objects made so far; names the next one
	purse       purse
	accounts    map[int64]*account
	users       map[int64]*user
	apps        map[string]*app        // by client ID
	credentials map[string]*credential // by id
	assertions  map[string]*credential // by JWT
	centers     map[string]*center     // by main account id
	admins      map[int64]*user        // administrators of RingCX that RingCentral does not know
	agents      map[int32]*seat        // by the id of the agent
	usernames   map[string]*seat       // by the username of the agent
	views       map[viewKey][]byte
	demo        Credentials
}

// account is a RingCentral account.
type account struct {
	id         int64
	name       string
	production bool    // false: made in the developer portal only, which RingCX does not accept
	center     *center // nil: the account has no RingCX
	users      []*user // in the order of their extensions
	admins     []*user // those that only RingCX knows, by username
}

// user is a user (an extension) of an account.
type user struct {
	id          int64
	account     *account
	first, last string
	email       string
	extension   string
	password    string
	role        *permission.Role // nil: only RingCX knows the user
	enabled     bool
	linked      bool // known to RingCX
	adminID     int32
	seat        *seat // where the user is an agent; nil: nowhere

	use uses

	wrong  int       // wrong passwords in a row
	locked time.Time // end of the lock that they brought
	login  *cxLogin  // nil: signs in to RingCX through RingCentral only
}

// app is an app of the developer console.
type app struct {
	id, secret    string
	name          string
	order         int    // apps are listed in the order in which they were made
	kind          string // the console's word for what a program of the 3-legged flow is; "": it was not asked
	flow          string // "jwt", "code" or "password"
	refreshTokens bool
	confidential  bool // false: no secret, identifies itself by client_id
	private       bool // only users of its own account may sign in
	scopes        []string
	account       *account
	redirectURIs  []string          // where the authorize endpoint may send a browser
	authMethod    string            // the only way of client authentication; "": any that the app can do
	keys          []jose.JSONWebKey // public keys that its assertions are signed with
}

// credential is a JWT credential: a signed statement about a user that apps may present.
type credential struct {
	id, jwt string
	label   string // what its owner calls it
	order   int    // credentials are listed in the order in which they were made
	user    *user
	clients []string  // client IDs that may present it; nil: every app of the user's account
	expires time.Time // zero: never
	deleted bool
}

// permits reports whether app a may present c.
func (c *credential) permits(a *app) bool {
	if a.private && a.account != c.user.account {
		return false
	}
	if c.clients == nil {
		return a.account == c.user.account
	}
	return slices.Contains(c.clients, a.id)
}

// emptyWorld is the world of a seed in which nothing is.
func emptyWorld(seed uint64) (*world, error) {
	key, err := token.NewKey(seed, "credentials", "RS256")
	if err != nil {
		return nil, err
	}
	return &world{
		seed: seed, key: key,
		accounts: map[int64]*account{}, users: map[int64]*user{}, apps: map[string]*app{},
		credentials: map[string]*credential{}, assertions: map[string]*credential{}, centers: map[string]*center{},
		admins: map[int64]*user{}, agents: map[int32]*seat{}, usernames: map[string]*seat{},
		views: map[viewKey][]byte{},
	}, nil
}

// newWorld makes the demo world of a seed.
func newWorld(seed uint64) (*world, error) {
	w, err := emptyWorld(seed)
	if err != nil {
		return nil, err
	}
	acct := w.addAccount("RingCX Demo", true)
	ada := w.addUser(acct, permission.SuperAdmin, "Ada", "Reyes", "ada.reyes@example.com", true)
	w.addUser(acct, permission.Standard, "Ben", "Okafor", "ben.okafor@example.com", true)
	w.addUser(acct, permission.Standard, "Carla", "Lind", "carla.lind@example.com", false)
	w.addCenter(acct, []string{"RingCX Demo Sales", "RingCX Demo Support"})
	a := w.addApp(app{
		name: "RingCX Demo App", flow: "jwt", refreshTokens: true, confidential: true, private: true,
		scopes: []string{"ReadAccounts"}, account: acct,
	})
	c, err := w.addCredential(ada, nil, time.Time{})
	if err != nil {
		return nil, err
	}
	c.label = "Demo"
	w.demo = Credentials{ClientID: a.id, ClientSecret: a.secret, JWT: c.jwt, Email: ada.email, Password: ada.password}
	w.addCodeApps(acct)
	w.addDemoAdmin(acct)
	return w, nil
}

// addCodeApps makes the demo apps of the browser login. They have names of their own instead of the next number, so
// that they change no id of what tests make.
func (w *world) addCodeApps(acct *account) {
	native := w.addNamedApp("demo native app", app{
		name: "RingCX Demo Desktop", flow: "code", refreshTokens: true, private: true,
		scopes: []string{"ReadAccounts"}, account: acct, redirectURIs: []string{"http://127.0.0.1/callback", "http://localhost/callback"},
	})
	web := w.addNamedApp("demo web app", app{
		name: "RingCX Demo Web", flow: "code", refreshTokens: true, confidential: true, private: true,
		scopes: []string{"ReadAccounts"}, account: acct, redirectURIs: []string{"http://127.0.0.1:8080/callback"},
	})
	w.demo.NativeClientID = native.id
	w.demo.WebClientID, w.demo.WebClientSecret, w.demo.WebRedirectURI = web.id, web.secret, web.redirectURIs[0]
}

// demoUser is the user whose credentials are handed out.
func (w *world) demoUser() *user { return w.assertions[w.demo.JWT].user }

// label names the next object of a kind, so that the same steps give the same ids.
func (w *world) label(kind string) string {
	w.made++
	w.changes.touch(w)
	return fmt.Sprintf("%s %d", kind, w.made)
}

// nextID is an id in the shape of RingCentral's: a number that ends in 004 to 020.
func (w *world) nextID(kind string) int64 {
	for {
		id := (1_000_000+seeded.Number(w.seed, w.label(kind), 1_000_000))*1000 + 4
		_, isAccount := w.accounts[id]
		_, isUser := w.users[id]
		if !isAccount && !isUser {
			return id
		}
	}
}

func (w *world) addAccount(name string, production bool) *account {
	a := &account{id: w.nextID("account"), name: name, production: production}
	w.accounts[a.id] = a
	w.changes.touch(a)
	return a
}

func (w *world) addUser(a *account, as *permission.Role, first, last, email string, linked bool) *user {
	u := &user{
		id: w.nextID("user"), account: a, first: first, last: last, email: email, role: as,
		extension: fmt.Sprint(101 + len(w.users)), enabled: true, linked: linked,
	}
	u.password = seeded.Password(w.seed, "password of "+u.email)
	taken := func(o *user) bool { return o.adminID == u.adminID }
	for u.adminID == 0 || slices.ContainsFunc(a.users, taken) {
		u.adminID = int32(1000 + seeded.Number(w.seed, w.label("admin"), 90_000)) //nolint:gosec // at most 91,000
	}
	w.users[u.id], a.users = u, append(a.users, u)
	w.changes.touch(u)
	return u
}

// addApp completes a with a client ID and, if it is confidential and needs one, a secret.
func (w *world) addApp(a app) *app { return w.addNamedApp(w.label("app"), a) }

func (w *world) addNamedApp(label string, a app) *app {
	a.id = seeded.Text(w.seed, label+" id", 22)
	if a.confidential && a.authMethod != methodKeyJWT {
		a.secret = seeded.Text(w.seed, label+" secret", 44)
	}
	a.order = len(w.apps)
	w.apps[a.id] = &a
	w.changes.touch(&a)
	return &a
}

func (w *world) addCredential(u *user, clients []string, expires time.Time) (*credential, error) {
	c := &credential{
		id: seeded.Text(w.seed, w.label("credential"), 22), label: "JWT credential", order: len(w.credentials),
		user: u, clients: clients, expires: expires,
	}
	exp := int64(credentialForever)
	if !expires.IsZero() {
		exp = expires.Unix()
	}
	jwt, err := w.key.Sign(map[string]any{
		"iss": credentialIssuer, "aud": credentialIssuer + "/restapi/oauth/token", "sub": fmt.Sprint(u.id),
		"iat": credentialIssued, "exp": exp, "jti": c.id,
	})
	if err != nil {
		return nil, fmt.Errorf("minting a JWT credential: %w", err)
	}
	c.jwt = jwt
	w.credentials[c.id], w.assertions[jwt] = c, c
	w.changes.touch(c)
	return c, nil
}
