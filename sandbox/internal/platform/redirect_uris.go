package platform

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// redirectURI is where app a's answer goes if a request names uri; "" stands for the only registered one. With anyPort,
// apps without a secret may name another port of a loopback URI. Without an error nothing but a registered URI comes back, so it is safe to send a browser there.
func redirectURI(a *model.App, uri string, anyPort bool) (string, *oauthError) {
	switch {
	case len(a.RedirectURIs) == 0:
		return "", &oauthError{
			kind: "invalid_client", code: "OAU-113", message: "No redirect URI is registered for this client application",
		}
	case uri == "" && len(a.RedirectURIs) == 1:
		return a.RedirectURIs[0], nil
	case slices.Contains(a.RedirectURIs, uri):
		return uri, nil
	case anyPort && !a.Confidential && slices.ContainsFunc(a.RedirectURIs, func(known string) bool { return sameLoopback(known, uri) }):
		return uri, nil
	}
	return "", redirectMismatch()
}

func redirectMismatch() *oauthError {
	return &oauthError{kind: "invalid_redirect_uri", code: "OAU-109", message: "Redirect URIs do not match"}
}

// sameLoopback reports whether uri is the loopback URI known, but for the port: a program on a desk listens where it
// can (RFC 8252, section 7.3). Of hosts that mean this machine these three are such, letter for letter: redirect URIs are compared, not
// understood.
func sameLoopback(known, uri string) bool {
	k, err := url.Parse(known)
	if err != nil || k.Scheme != "http" || !slices.Contains([]string{"127.0.0.1", "::1", "localhost"}, k.Hostname()) {
		return false
	}
	u, err := url.Parse(uri)
	if err != nil {
		return false
	}
	host := strings.TrimSuffix(k.Host, ":"+k.Port())
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return false
		}
		host = net.JoinHostPort(k.Hostname(), port)
	}
	k.Host = host
	return k.String() == uri
}

// CheckRedirectURI says what is wrong with a redirect URI that is to be registered.
func CheckRedirectURI(uri string) error {
	u, err := url.Parse(uri)
	switch {
	case err != nil, !u.IsAbs():
		return fmt.Errorf("redirect URI %q is not an absolute URI", uri)
	case strings.Contains(uri, "#"):
		return fmt.Errorf("redirect URI %q has a fragment", uri)
	case u.User != nil:
		return fmt.Errorf("redirect URI %q has a user", uri)
	case (u.Scheme == "http" || u.Scheme == "https") && u.Host == "":
		return fmt.Errorf("redirect URI %q has no host", uri)
	case u.Scheme != "http" && u.Scheme != "https" && !strings.Contains(u.Scheme, "."):
		return fmt.Errorf("redirect URI %q: a scheme of an app's own is a domain name turned round, as in com.example.app", uri)
	}
	return nil
}
