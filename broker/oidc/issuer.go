package oidc

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/internal/thishost"
)

// check finds what is wrong with an issuer.
func (i *Issuer) check() (template, error) {
	if err := checkURL("the issuer", i.URL); err != nil {
		return nil, err
	}
	switch {
	case len(i.Audiences) == 0 || slices.Contains(i.Audiences, ""):
		return nil, errors.New("the audience is missing: a token for somebody else would do")
	case len(i.Claims) == 0:
		return nil, errors.New("no claim is asked for: every token of the issuer would do")
	case len(i.Algorithms) == 0:
		return nil, errors.New("there is no algorithm")
	case i.MaxLife < 0:
		return nil, errors.New("the longest life is negative")
	case i.Skew < 0 || i.Skew > longestSkew:
		return nil, errors.New("clocks may be off by five minutes at most")
	case i.Keys.URL != "" && i.Keys.File != "":
		return nil, errors.New("the keys are at a URL or in a file, not both")
	case i.Keys.File != "" && (i.Keys.CAFile != "" || i.Keys.TokenFile != ""):
		return nil, errors.New("keys in a file need no authority and no token")
	}
	for _, a := range i.Algorithms {
		if !slices.Contains(algorithms, a) {
			return nil, fmt.Errorf("%q is no algorithm that is taken: there are %s", a, strings.Join(algorithms, ", "))
		}
	}
	for claim, values := range i.Claims {
		if claim == "" || len(values) == 0 || slices.Contains(values, "") {
			return nil, fmt.Errorf("the claim %q has an empty value", claim)
		}
	}
	if i.Keys.URL != "" {
		if err := checkURL("the place of the keys", i.Keys.URL); err != nil {
			return nil, err
		}
	}
	return parseTemplate(i.Name)
}

// checkURL refuses addresses over which others could put keys of their own in place.
func checkURL(what, text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return fmt.Errorf("%s is no URL", what)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return fmt.Errorf("%s is a URL without a user, a query and a fragment", what)
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	}
	return fmt.Errorf("%s has to be https, or http of this machine", what)
}

// loopback tells the hosts of this machine that net/http asks no proxy for: those only, since a proxy could put keys of its own
// in place, and names below localhost are a name server's business there.
func loopback(host string) bool { return host == "localhost" || thishost.Address(host) }

// Issuer is one that is trusted, for some of its tokens.
type Issuer struct {
	// URL is the issuer, exactly as its tokens name it: https, or http of this machine.
	URL string
	// Audiences are those that a token may be for: it must name one of them.
	Audiences []string
	// Claims are what a token must say: of each claim one of the values, in which * stands for any letters. A claim within
	// another is written with a dot: kubernetes.io.namespace. Of a claim that is a list one element has to fit. One claim is
	// needed at least: anybody can have a token of an issuer that serves the public.
	Claims map[string][]string
	// Name is what the caller is called, with claims in braces: ci:{repository}. Before the first of them there has to be a
	// colon, which names of keys do not have. In values, what names may not have, % and colons are written as in a URL.
	Name string
	// Profile is the only profile that the caller may use; "": any that the rules leave.
	Profile string
	// Algorithms are those of signatures, all asymmetric; nil: every one of RS, PS and ES with 256, 384 or 512 bits, and EdDSA.
	Algorithms []string
	// MaxLife is how long a token may live in all; 0: a day. Skew is how far the clock of the issuer may be off, at most five
	// minutes; 0: 30 seconds.
	MaxLife, Skew time.Duration
	// Keys say where its keys are; the zero value: where its discovery document says.
	Keys Keys
}
