package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// rules are the values of all settings, under their names. Whoever holds a *rules sees one set that never changes.
type rules struct {
	// tokens of the platform
	accessTokenTTL, accessTokenTTLMinimum, refreshTokenTTL time.Duration
	graceAfterUse, graceUnused, replacedTokenTellsFor      time.Duration
	sessionCap                                             int
	sessionCapRefuses, jwtLoginReusesSession               bool
	credentialDeletionEndsSessions, scopeExcessRefused     bool
	assertionCodes, refreshCodes, unknownGrantCode         string
	endedTokenCode                                         string
	revokeUnknownStatus, clientRefusalStatus               int
	clientAssertionTTL, idTokenTTL                         time.Duration
	clientAssertionSingleUse                               bool
	clientAssertionAudience                                string
	transportCodes                                         string
	clientSecretInForm, scopeNarrows, scopeFollowsRole     bool
	refreshAnswersScope, bodyTypeChecked                   bool

	// browser login
	authorizationCodeTTL, signInPageTTL, browserSignInTTL, wrongPasswordLock time.Duration
	wrongPasswordTries, wrongPasswordStatus, codeRefusalStatus               int
	authorizeLimited, authorizePage400, authorizationIssuer                  bool
	requestErrorsOnPage, challengeRequired, unannouncedVerifierRefused       bool
	loopbackAnyPort, redirectURIRepeated, failedCodeIsSpent                  bool
	codeReplayEndsSession, promptLoginAsks, promptNoneWorks                  bool
	consentEveryTime                                                         bool

	// tokens of RingCX
	ringcxTokenTTL, ringcxRefreshTTL, ringcxClockSkew            time.Duration
	ringcxIssuedAt, exchangeTokenTypeRequired                    bool
	ringcxIssuer, ringcxAudience, ringcxRefreshReuse             string
	exchangeTokenStatus, exchangeScopeStatus                     int
	exchangeAccountStatus, exchangeLinkStatus                    int
	ringcxRefreshStatus, ringcxLogoutStatus, ringcxMissingStatus int
	sessionEndTakesRingCX, ringcxLogoutEndsAccess                bool
	ringcxDoneText                                               string
	exchangeTokenTypeChecked, exchangeTokenTypeIgnoresCase       bool
	exchangeRoleStatus                                           int
	exchangeCookieTTL                                            time.Duration
	ssoLoginFollows, managedAccountsReturned                     bool

	// RingCX API
	gatewayTexts, gatewayExpiredText                          string
	gatewayChallenge, ringcxErrorCode, ringcxErrorFullPath    bool
	mainAccountListed, rolesWithDescription, timezoneName     bool
	maxRowsDefault, callerStatus                              int
	summaryAsJSON, summaryRefusalFromGateway                  bool
	authTokenTTL, authTokenLongTTL                            time.Duration
	xauthEverywhere, xauthWins, xauthClaim, tokenCheckExtends bool
	apiTokenDeletionAnonymous                                 bool
	xauthTexts                                                string

	// logins with a password
	limitPasswordLogins, platformIDOptional, passwordLoginRefresh bool
	usernamesIgnoreCase, redirectURLReturned, hashcodeChanges     bool
	digitalJWTAccepted, resetTellsUnknownNames                    bool
	redirectViewsRedirect                                         bool
	passwordLoginStatus, passwordLoginDisabledStatus              int
	loginCodeStatus, falseStatus                                  int
	loginCodeTTL, passwordResetTTL                                time.Duration

	// limits
	authLimit, lightLimit, mediumLimit, heavyLimit, exchangeLimit, ringcxRefreshLimit, apiLimit int
	limitWindow, limitPenalty, ringcxLimitPenalty, apiLimitPenalty                              time.Duration
	authLimitCountedBy, exchangeLimitCountedBy, apiLimitCountedBy                               string
	platformRetryAfter, ringcxRetryAfter, ringcxRateBody                                        string
	ringcxLimitHeaders                                                                          bool
}

// defaultRules are the defaults of the table.
var defaultRules = sync.OnceValue(func() *rules {
	r := &rules{}
	for _, s := range settings() {
		if err := s.reset(r); err != nil {
			panic(err) // the table's own defaults
		}
	}
	return r
})

// profile is the vendor as one state of its documentation describes it: the table with other values.
type profile struct {
	name, says string
	values     map[string]string
}

// profiles are those that a server can be started with; the first is the default.
var profiles = []profile{
	{"ringcx", "as documented today, at ringcx.ringcentral.com", nil},
	{
		"engage", "as documented earlier, at engage.ringcentral.com: without limits on exchanges and on RingCX reads, which were " +
			"first written down in June and July 2026; with token requests counted by app and user, as before the notice of " +
			"2025/26; and without grace for a used refresh token, as in the API reference before the guide of March 2025",
		map[string]string{
			"exchangeLimit": "0", "apiLimit": "0", "authLimitCountedBy": byAppAndUser, "graceAfterUse": "0s", "graceUnused": "0s",
		},
	},
}

// startRules are what a server begins with, and returns to: the defaults, then the profile, the option TokenTTL, and the
// option Settings.
func startRules(opts *Options) (*rules, error) {
	r := *defaultRules()
	i := slices.IndexFunc(profiles, func(p profile) bool { return p.name == opts.Profile })
	if i < 0 {
		names := make([]string, 0, len(profiles))
		for _, p := range profiles {
			names = append(names, p.name)
		}
		return nil, fmt.Errorf("there is no profile %q; there are %s", clip(opts.Profile), strings.Join(names, " and "))
	}
	if err := r.apply(profiles[i].values); err != nil {
		return nil, err
	}
	if opts.TokenTTL != 0 {
		if err := r.apply(map[string]string{"ringcxTokenTTL": opts.TokenTTL.String()}); err != nil {
			return nil, fmt.Errorf("token lifetime %v: %w", opts.TokenTTL, err)
		}
	}
	return &r, r.apply(opts.Settings)
}

func (r *rules) apply(values map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		s, err := settingNamed(name)
		if err != nil {
			return err
		}
		if err := s.set(r, values[name]); err != nil {
			return err
		}
	}
	return nil
}

// accessTTL is the lifetime of an access token that is asked for in seconds.
func (r *rules) accessTTL(seconds int64) time.Duration {
	return min(max(time.Duration(seconds)*time.Second, r.accessTokenTTLMinimum), r.accessTokenTTL)
}

// takesTokenType reports whether the exchange takes a word for the type of the token.
func (r *rules) takesTokenType(word string) bool {
	switch {
	case word == "":
		return !r.exchangeTokenTypeRequired
	case r.exchangeTokenTypeIgnoresCase && strings.EqualFold(word, "Bearer"):
		return true
	}
	return word == "Bearer" || !r.exchangeTokenTypeChecked
}

// sameName compares user names of RingCX.
func (r *rules) sameName(a, b string) bool {
	return a == b || r.usernamesIgnoreCase && strings.EqualFold(a, b)
}

// inForce are the values of all settings by their names.
func (r *rules) inForce() map[string]any {
	out := map[string]any{}
	for _, s := range settings() {
		out[s.name] = s.read(r)
	}
	return out
}

// change sets what change sets, or nothing after an error. Calls under way go on by the rules they began with.
func (s *Server) change(change func(*rules) error) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	next := *s.rules.Load()
	if err := change(&next); err != nil {
		return err
	}
	s.rules.Store(&next)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings.Set(s.mu.tx, settingsChanged(&next, s.start))
	return nil
}

// changeJSON sets the settings that are given, each by a value of its type or by null for its default; the others stay.
func (s *Server) changeJSON(values map[string]json.RawMessage) error {
	return s.change(func(r *rules) error {
		var all []error
		for _, name := range slices.Sorted(maps.Keys(values)) {
			found, err := settingNamed(name)
			if err == nil {
				err = found.setJSON(r, values[name])
			}
			all = append(all, err)
		}
		return errors.Join(all...)
	})
}
