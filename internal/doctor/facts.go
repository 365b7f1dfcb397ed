package doctor

import (
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/profile"
)

// Facts are what the doctor knows. They are gathered first and judged afterwards, so that the judgement can be tried on
// any of them. The zero value of each field says that nothing is known of it.
type Facts struct {
	now time.Time

	unread   []Finding // what kept settings from being read
	clashes  [][2]string
	unused   []string // variables of an account that is not the one that is used
	replaced bool     // the client secret is not the one that the profile holds
	profile  string
	known    bool     // the settings have the profile, and it is used
	source   string   // where the account comes from, in words
	profiles []string // those that the settings have
	fallback string   // the profile that the settings name as the default

	startSandbox func(server string) string // the command that starts the sandbox of a server; nil: it is not known

	resolved bool   // what follows is known
	password bool   // the login is one to RingCX itself, without RingCentral
	again    string // the command that logs in to the profile again
	servers  ringcx.Endpoint
	clientID string
	secret   bool // a client secret is at hand
	jwt      string
	damaged  error              // the stored credentials cannot be read
	missing  *profile.NotStored // no stored login is the one that is asked for

	broker *brokerFact // whose login is used; nil: it is one of this machine

	contacts []contact
	proxies  []string // what is wrong with the variables that name proxies
	files    []fileFact
	loose    []string // what groups may do with files of the store

	store     string // its kind, "" if it was not tried
	storeErr  error
	warnings  []string // how the store can lose what it keeps
	statusErr error
	status    *ringcx.Status

	probed   bool
	probeErr error
	probe    *ringcx.Status // of the login that was tried
}
