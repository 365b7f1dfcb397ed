package serve

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// Request says which variables are wanted of a sandbox that is running.
type Request struct {
	At        Place
	App       string   // whose: jwt, native, web or admin
	Namespace string   // of the sandbox, which begins with that; "": none
	Seed      string   // that it has to have; "": any
	Password  string   // of its console, sent only where it asks for it and nobody can listen; "": none
	AllowHTTP string   // host to which the password may travel in clear; "": none
	Set       []string // variables of accounts that are set already, and that would get in the way

	Tell func(format string, values ...any) // writes to people
}

// Variables asks a sandbox for the variables that lead a program to it, each a name and its value: those of the app, those of
// others that are set to nothing, and those by which programs trust it. A sandbox that is only just starting is waited for, five
// seconds. talk is for people who sign in to it; "" if there is nothing to say.
func Variables(ctx context.Context, r *Request) (vars [][2]string, talk string, err error) {
	q := &inquiry{Request: r, ctx: ctx, until: time.Now().Add(startTime)}
	if q.base, err = r.At.address(); err != nil {
		return nil, "", err
	}
	if r.Seed != "" {
		if err := q.hasSeed(r.Seed); err != nil {
			return nil, "", err
		}
	}
	url := q.base.String()
	if r.Namespace != "" {
		if url, err = q.namespace(r.Namespace); err != nil {
			return nil, "", err
		}
	}
	demo, err := q.credentials(url)
	if err != nil {
		return nil, "", err
	}
	vars, talk = variablesOf(r.App, url, demo)
	trust, err := r.At.trust()
	if err != nil {
		return nil, "", err
	}
	return slices.Concat(vars, inTheWay(r.Set, vars), trust), talk, nil
}

// inTheWay sets those variables to nothing that speak of another account than vars, and are not among them.
func inTheWay(set []string, vars [][2]string) (others [][2]string) {
	for _, name := range set {
		if !slices.ContainsFunc(vars, func(v [2]string) bool { return v[0] == name }) {
			others = append(others, [2]string{name, ""})
		}
	}
	return others
}

// variablesOf lead a program to an app of the sandbox at url; talk is for the person who signs in to it. What another app left
// behind is taken away: an app without a secret fails with one.
func variablesOf(which, url string, demo sandbox.Credentials) (vars [][2]string, talk string) {
	vars = [][2]string{{"RC_SERVER_URL", url}, {"RINGCX_SERVER_URL", url}}
	talk = fmt.Sprintf("At the sign-in page of 'ringcx login': %s, password %s", demo.Email, demo.Password)
	jwt := ""
	switch which {
	case "native":
		vars = append(vars, [2]string{"RC_APP_CLIENT_ID", demo.NativeClientID}, [2]string{"RC_APP_CLIENT_SECRET", ""}, [2]string{"RC_REDIRECT_URL", ""})
	case "web":
		vars = append(vars, [2]string{"RC_APP_CLIENT_ID", demo.WebClientID}, [2]string{"RC_APP_CLIENT_SECRET", demo.WebClientSecret},
			[2]string{"RC_REDIRECT_URL", demo.WebRedirectURI})
	case "admin":
		talk = "Log in with: ringcx login --direct"
		vars = append(vars, [2]string{"RINGCX_USERNAME", demo.AdminUsername}, [2]string{"RINGCX_PASSWORD", demo.AdminPassword},
			[2]string{"RINGCX_PLATFORM_ID", demo.PlatformID}, [2]string{"RC_APP_CLIENT_ID", ""}, [2]string{"RC_APP_CLIENT_SECRET", ""})
	default: // jwt
		talk, jwt = "", demo.JWT
		vars = append(vars, [2]string{"RC_APP_CLIENT_ID", demo.ClientID}, [2]string{"RC_APP_CLIENT_SECRET", demo.ClientSecret})
	}
	return append(vars, [2]string{"RC_USER_JWT", jwt}), talk
}
