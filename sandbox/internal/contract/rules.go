package contract

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Rules are the values of all settings, under their names. A server changes a copy and shares it, so a *Rules that is shared
// never changes.
type Rules struct {
	// tokens of the platform
	AccessTokenTTL, AccessTokenTTLMinimum, RefreshTokenTTL time.Duration
	GraceAfterUse, GraceUnused, ReplacedTokenTellsFor      time.Duration
	SessionCap                                             int
	SessionCapRefuses, JWTLoginReusesSession               bool
	CredentialDeletionEndsSessions, ScopeExcessRefused     bool
	AssertionCodes, RefreshCodes, UnknownGrantCode         string
	EndedTokenCode                                         string
	RevokeUnknownStatus, ClientRefusalStatus               int
	ClientAssertionTTL, IDTokenTTL                         time.Duration
	ClientAssertionSingleUse                               bool
	ClientAssertionAudience                                string
	TransportCodes                                         string
	ClientSecretInForm, ScopeNarrows, ScopeFollowsRole     bool
	RefreshAnswersScope, BodyTypeChecked                   bool

	// browser login
	AuthorizationCodeTTL, SignInPageTTL, BrowserSignInTTL, WrongPasswordLock time.Duration
	WrongPasswordTries, WrongPasswordStatus, CodeRefusalStatus               int
	AuthorizeLimited, AuthorizePage400, AuthorizationIssuer                  bool
	RequestErrorsOnPage, ChallengeRequired, UnannouncedVerifierRefused       bool
	LoopbackAnyPort, RedirectURIRepeated, FailedCodeIsSpent                  bool
	CodeReplayEndsSession, PromptLoginAsks, PromptNoneWorks                  bool
	ConsentEveryTime                                                         bool

	// tokens of RingCX
	RingCXTokenTTL, RingCXRefreshTTL, RingCXClockSkew            time.Duration
	RingCXIssuedAt, ExchangeTokenTypeRequired                    bool
	RingCXIssuer, RingCXAudience, RingCXRefreshReuse             string
	ExchangeTokenStatus, ExchangeScopeStatus                     int
	ExchangeAccountStatus, ExchangeLinkStatus                    int
	RingCXRefreshStatus, RingCXLogoutStatus, RingCXMissingStatus int
	SessionEndTakesRingCX, RingCXLogoutEndsAccess                bool
	RingCXDoneText                                               string
	ExchangeTokenTypeChecked, ExchangeTokenTypeIgnoresCase       bool
	ExchangeRoleStatus                                           int
	ExchangeCookieTTL                                            time.Duration
	SSOLoginFollows, ManagedAccountsReturned                     bool

	// RingCX API
	GatewayTexts, GatewayExpiredText                          string
	GatewayChallenge, RingCXErrorCode, RingCXErrorFullPath    bool
	MainAccountListed, RolesWithDescription, TimezoneName     bool
	MaxRowsDefault, CallerStatus                              int
	SummaryAsJSON, SummaryRefusalFromGateway                  bool
	AuthTokenTTL, AuthTokenLongTTL                            time.Duration
	XAuthEverywhere, XAuthWins, XAuthClaim, TokenCheckExtends bool
	APITokenDeletionAnonymous                                 bool
	XAuthTexts                                                string

	// logins with a password
	LimitPasswordLogins, PlatformIDOptional, PasswordLoginRefresh bool
	UsernamesIgnoreCase, RedirectURLReturned, HashcodeChanges     bool
	DigitalJWTAccepted, ResetTellsUnknownNames                    bool
	RedirectViewsRedirect                                         bool
	PasswordLoginStatus, PasswordLoginDisabledStatus              int
	LoginCodeStatus, FalseStatus                                  int
	LoginCodeTTL, PasswordResetTTL                                time.Duration

	// limits
	AuthLimit, LightLimit, MediumLimit, HeavyLimit, ExchangeLimit, RingCXRefreshLimit, APILimit int
	LimitWindow, LimitPenalty, RingCXLimitPenalty, APILimitPenalty                              time.Duration
	AuthLimitCountedBy, ExchangeLimitCountedBy, APILimitCountedBy                               string
	PlatformRetryAfter, RingCXRetryAfter, RingCXRateBody                                        string
	RingCXLimitHeaders                                                                          bool
}

// Defaults are the defaults of all settings.
func Defaults() Rules { return *defaults() }

var defaults = sync.OnceValue(func() *Rules {
	r := &Rules{}
	for _, s := range settings() {
		if err := s.Reset(r); err != nil {
			panic(err) // the table's own defaults
		}
	}
	return r
})

// Apply sets settings, each from its text. It stops at the first that is refused, in the order of their names.
func (r *Rules) Apply(values map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		s, err := FindSetting(name)
		if err != nil {
			return err
		}
		if err := s.Set(r, values[name]); err != nil {
			return err
		}
	}
	return nil
}

// AccessTTL is the lifetime of an access token that is asked for in seconds.
func (r *Rules) AccessTTL(seconds int64) time.Duration {
	return min(max(time.Duration(seconds)*time.Second, r.AccessTokenTTLMinimum), r.AccessTokenTTL)
}

// TakesTokenType reports whether the exchange takes a word for the type of the token.
func (r *Rules) TakesTokenType(word string) bool {
	switch {
	case word == "":
		return !r.ExchangeTokenTypeRequired
	case r.ExchangeTokenTypeIgnoresCase && strings.EqualFold(word, "Bearer"):
		return true
	}
	return word == "Bearer" || !r.ExchangeTokenTypeChecked
}

// SameName compares user names of RingCX.
func (r *Rules) SameName(a, b string) bool {
	return a == b || r.UsernamesIgnoreCase && strings.EqualFold(a, b)
}

// Values are the values of all settings by their names.
func (r *Rules) Values() map[string]any {
	out := map[string]any{}
	for _, s := range settings() {
		out[s.name] = s.read(r)
	}
	return out
}
