package admin

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/go-jose/go-jose/v4"

	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/platform"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// appKinds are the vendor's kinds of apps, and whether such an app can keep a secret.
var appKinds = map[string]bool{"server": true, "web": true, "browser": false, "native": false}

// AppRequest is what POST /_sandbox/apps takes.
type AppRequest struct {
	Name          string   `json:"name"`
	Auth          string   `json:"auth"`          // "jwt", "code" or "password", which is deprecated; "": "jwt"
	Kind          string   `json:"kind"`          // one of appKinds; "": one that can keep a secret
	RefreshTokens bool     `json:"refreshTokens"` // whether it gets refresh tokens
	Scopes        []string `json:"scopes"`        // null: ReadAccounts
	Private       bool     `json:"private"`       // only for users of its account; so is every app of the password flow
	Confidential  *bool    `json:"confidential"`  // null: as its kind
	Account       ID       `json:"account"`       // 0: the demo account
	RedirectURIs  []string `json:"redirectUris"`
	AuthMethod    string   `json:"authMethod"` // its only way of client authentication; "": all that it can do

	Words string `json:"-"` // the console's word for the kind

	Keys *jose.JSONWebKeySet `json:"keys"` // public keys that its client assertions are signed with
}

// Check says what makes no sense, and fills in what is not given.
func (in *AppRequest) Check() error {
	if in.Auth = cmp.Or(in.Auth, "jwt"); !slices.Contains([]string{"jwt", "code", "password"}, in.Auth) {
		return fmt.Errorf(`auth is %q; it can be "jwt", "code" or "password"`, wording.Clip(in.Auth))
	}
	in.Private = in.Private || in.Auth == "password" // the vendor knows no other apps of this flow
	in.Kind = cmp.Or(in.Kind, "server")
	keeps, known := appKinds[in.Kind]
	if !known {
		return fmt.Errorf(`kind is %q; it can be "server", "web", "browser" or "native"`, in.Kind)
	}
	if in.Confidential == nil {
		in.Confidential = &keeps
	}
	if in.Scopes == nil {
		in.Scopes = []string{"ReadAccounts"}
	}
	for _, uri := range in.RedirectURIs {
		if err := platform.CheckRedirectURI(uri); err != nil {
			return err
		}
	}
	if in.Keys == nil {
		in.Keys = &jose.JSONWebKeySet{}
	}
	for _, key := range in.Keys.Keys {
		if !key.Valid() || !key.IsPublic() {
			return errors.New("keys holds something that is not a public RSA, EC or Ed25519 key")
		}
	}
	return in.checkMethod()
}

func (in *AppRequest) checkMethod() error {
	switch in.AuthMethod {
	case "":
	case platform.MethodBasic, platform.MethodSecretJWT:
		if !*in.Confidential {
			return fmt.Errorf("authMethod is %q, but the app has no secret", in.AuthMethod)
		}
	case model.MethodKeyJWT:
		if len(in.Keys.Keys) == 0 {
			return fmt.Errorf("authMethod is %q, but the app has no keys", in.AuthMethod)
		}
	default:
		return fmt.Errorf("authMethod is %q; it can be %q, %q or %q", in.AuthMethod, platform.MethodBasic, platform.MethodSecretJWT, model.MethodKeyJWT)
	}
	return nil
}

// RegisterApp makes the app of a request that was checked. The lock is held.
func (a *Sandbox) RegisterApp(in *AppRequest) (*model.App, error) {
	acct, err := a.Account(int64(in.Account))
	if err != nil {
		return nil, err
	}
	return a.World.AddApp(a.Lock.Tx, model.App{
		Name: NameOr(in.Name, "Another App"), Flow: in.Auth, RefreshTokens: in.RefreshTokens, Scopes: in.Scopes,
		Private: in.Private, Confidential: *in.Confidential, Account: acct.ID, RedirectURIs: in.RedirectURIs,
		AuthMethod: in.AuthMethod, Keys: in.Keys.Keys, Kind: in.Words,
	}), nil
}
