package login

import (
	"fmt"
	"time"

	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// Options are the flags of ringcx login.
type Options struct {
	JWT, Browser, Direct, Legacy bool
	JWTFile, ImportFile          string

	NoBrowser    bool
	Port         int           // on this machine, where the page sends the answer; 0: a free one
	RedirectURI  string        // of the app; "": this machine and port
	Timeout      time.Duration // for somebody to sign in, and if it was given for each request
	TimeoutGiven bool

	Username, PlatformID, PasswordFile string
	StayLoggedIn                       bool

	KeyFile, KeyID string
	SecretJWT      bool

	Replace bool
}

// chosen is the way to log in that the flags name; "" if they name none.
func (f *Options) chosen() (profile.Method, error) {
	var named []string
	var m profile.Method
	for _, way := range []struct {
		flag  string
		given bool
		is    profile.Method
	}{
		{"--jwt", f.JWT, profile.ByJWT},
		{"--jwt-file", f.JWTFile != "", profile.ByJWT},
		{"--browser", f.Browser, profile.ByBrowser},
		{"--no-browser", f.NoBrowser, profile.ByBrowser},
		{"--port", f.Port != 0, profile.ByBrowser},
		{"--redirect-uri", f.RedirectURI != "", profile.ByBrowser},
		{"--legacy", f.Legacy, profile.ByLegacy},
		{"--stay-logged-in", f.StayLoggedIn, profile.ByLegacy},
		{"--direct", f.Direct, profile.ByDirect},
		{"--platform-id", f.PlatformID != "", profile.ByDirect},
	} {
		if way.given {
			if named = append(named, way.flag); m != "" && m != way.is {
				return "", usage.New(fmt.Sprintf("%s and %s are of two ways to log in", named[0], way.flag), "give one of --jwt, --browser, --direct and --legacy")
			}
			m = way.is
		}
	}
	if (f.Username != "" || f.PasswordFile != "") && !m.Password() {
		if m != "" {
			return "", usage.New("a user name and password are for --direct and --legacy", seeLogin)
		}
		m = profile.ByDirect
	}
	if signs := f.KeyFile != "" || f.SecretJWT || f.KeyID != ""; signs && m.Password() {
		return "", usage.New("a login to RingCX itself has no app that could sign", seeLogin)
	}
	return m, nil
}

const seeLogin = "see 'ringcx login --help'"
