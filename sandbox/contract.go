package sandbox

import "time"

// This file holds every figure and undocumented choice of the two servers, each with its source and how sure it is:
//
//	documented  the vendor's guides, API reference or published description say so
//	observed    seen in recorded answers of the live service
//	assumed     nobody outside the vendor knows; the value is ours, and no client should depend on it

// Lifetimes of the platform.
const (
	// documented: access_token_ttl, maximum and default 3600 s, minimum 600 s; out-of-range values are clamped.
	accessTTLDefault = 3600 * time.Second
	accessTTLMinimum = 600 * time.Second
	// documented: refresh tokens last 7 days, and a longer request falls back to that. The published description
	// allows 30 days; the guide is followed here. observed: 0 asks for a refresh token that is already expired.
	refreshTTLDefault = 7 * 24 * time.Hour
	// documented: the old refresh token outlives the first use of the new access token by about 10 s ...
	graceAfterUse = 10 * time.Second
	// ... and works up to 60 minutes while the new access token is unused.
	graceUnused = 60 * time.Minute
	// observed: a replaced access token answers OAU-129 for about 10 s, then OAU-213.
	corruptedFor = 10 * time.Second
	// documented: usually five parallel sessions of a user in an app; see switches for the sixth.
	sessionCap = 5
)

// The browser login of the platform.
const (
	// documented: the answer of the authorize endpoint says expires_in=60.
	codeTTL = 60 * time.Second
	// assumed: how long the pages of one authorize request can be used.
	flowTTL = 30 * time.Minute
	// assumed: how long a browser stays signed in.
	browserTTL = 8 * time.Hour
	// assumed: so many wrong passwords in a row lock a user out. Documented is only that OAU-147 tells of it.
	signInTries = 5
	signInLock  = 5 * time.Minute
	// assumed: where the pages are. The vendor has them on a host of their own.
	signInPath  = "/restapi/oauth/sign-in"
	consentPath = "/restapi/oauth/consent"
	// assumed: the company number of every account. documented: it signs in the account's first administrator, and
	// with "*101" after it the user of extension 101.
	mainNumber = "+16505550100"
	// assumed: how far ahead the end of a client assertion may be.
	clientAssertionTTL = time.Hour
)

// Lifetimes of RingCX.
const (
	// documented: access tokens last five minutes.
	cxAccessTTLDefault = 5 * time.Minute
	// assumed: the lifetime of a RingCX refresh token is published nowhere.
	cxRefreshTTL = 7 * 24 * time.Hour
	// documented: an X-Auth-Token of a legacy login lasts one hour, two weeks for those who stay logged in, and each
	// use extends it by as much. API tokens never end.
	authTokenTTL     = time.Hour
	authTokenLongTTL = 14 * 24 * time.Hour
	// assumed: lifetimes of one-time codes and of the tokens in mails about passwords.
	loginCodeTTL     = 5 * time.Minute
	passwordResetTTL = 24 * time.Hour
	// assumed: no clock skew is granted when a token's expiry is checked (the vendor's gateway may allow some).
	cxClockSkew = 0 * time.Second
)

// Request limits. documented: a sliding window, and every request inside the penalty starts the penalty again.
const (
	limitWindow  = 60 * time.Second // documented for both servers
	limitPenalty = 60 * time.Second // documented for the platform; assumed for RingCX
	// documented: 5 in the Auth group, to which token, revoke and userinfo belong. Failed calls count (observed);
	// calls of an unknown client do not (observed: they carry no limit headers).
	authLimit = 5
	// documented: 50 in the Light group, to which account and extension information belong.
	lightLimit = 50
	// documented: 5 exchanges a minute. assumed: counted per RingCentral user and app, so an exchange whose
	// RingCentral token is not valid counts for nobody.
	exchangeLimit = 5
	// assumed: a refresh at RingCX is not limited (no limit is documented). Likewise not emulated: the 120 a
	// minute documented for RingCX reads, because what it is counted by is not documented.
)

// switches choose between behaviours that the vendor documents twice and differently. The zero value is the default;
// POST /_sandbox/switches changes it, and a reset brings it back.
type switches struct {
	// What the Auth limit is counted by: the app, as the latest notice says, or the app and the user whose assertion
	// or token it is, as the older guide says.
	AuthLimitPerUser bool `json:"authLimitPerUser"`
	// What a login over the session cap does: end the oldest session, as the page on tokens says, or be refused with
	// 429, as the page on errors says.
	SessionCapRefuses bool `json:"sessionCapRefuses"`
	// The status of the page that refuses a client or a redirect URI at the authorize endpoint: 403, as observed in
	// 2026 and as the table of errors says, or 400, as the guide and the published description say.
	AuthorizePage400 bool `json:"authorizePage400"`
	// Whether answers of the authorize endpoint carry iss (RFC 9207). Undocumented; assumed: they do not.
	AuthorizationIssuer bool `json:"authorizationIssuer"`
	// Whether the logins with a password at /api/auth/login are limited like the exchange, by username. No limit is
	// documented, and none is the default.
	LimitPasswordLogins bool `json:"limitPasswordLogins"`
	// Whether these logins work without a platformId. The guide asks for one, and that is the default; the internal
	// description calls it optional.
	PlatformIDOptional bool `json:"platformIdOptional"`
	// Whether a summary is a JSON string, as the description declares, or the text alone, as the guide shows.
	SummaryAsJSON bool `json:"summaryAsJson"`
}

// Identity of the servers.
const (
	// assumed: stands where the vendor's host name stands in a JWT credential. The claims (iss, aud, sub, iat, exp,
	// jti) and RS256 are the vendor's shape; the name is reserved, so the credential cannot be mistaken for a real one.
	credentialIssuer = "https://platform.ringcx-sandbox.invalid"
	// assumed: issued when the sandbox's demo world begins, 2026-01-01T00:00:00Z.
	credentialIssued = 1767225600
	// assumed: "never expires" is written as a far date.
	credentialForever = 2147483647
	// assumed: iss and aud of a RingCX access token. Documented are iat, exp, plat and lapp.
	cxIssuer   = "https://ringcx-sandbox.invalid"
	cxAudience = "ringcx"
	// assumed: the platform id of the plat claim and of platformId.
	cxPlatformID = "sbx01"
	// documented shape: opaque base64url whose first bytes name a server and a bar.
	tokenPrefix = "SBX01P01PAS00|"
	routingKey  = "SBX01P01"
	// observed shape of the version list.
	platformVersion  = "1.0.60"
	platformServer   = "26.3.1.10210249"
	platformRevision = "6b1ddbc8"
)

// Bounds of this program, not of the vendor.
const (
	logSize       = 10_000  // requests remembered
	tokensKept    = 100_000 // tokens of each kind remembered, at least
	browsersKept  = 1_000   // browsers, and pages that they are on, remembered, at least
	tokensSeen    = 4_000   // RingCX access tokens whose signature is not checked again, at least
	bodyLimit     = 1 << 20 // bytes of a request body; more is answered 413 (assumed)
	largeAnswer   = 2 << 20 // bytes of the "large" fault
	maxDelay      = time.Hour
	hostileDelay  = 2 * time.Second // longest delay of a hostile day, unless it is told otherwise
	hostilePaths  = 10_000          // methods and paths that a hostile day counts one by one
	maskedSegment = 40              // path segments this long are never logged
)

// Choices about undocumented answers, all assumed unless said otherwise:
//
//   - Wrong client secret: 401 OAU-146. Documented as 401 and seen once as 401, although most other OAuth errors of
//     the token endpoint travel with 400.
//   - Assertions that are refused: 400 invalid_grant, with OAU-149 (not a JWT), OAU-213 (unknown or altered), OAU-211
//     (deleted), OAU-210 (expired), OAU-110 (not permitted for this app) and OAU-236 (user disabled). One that names
//     another issuer is answered OAU-250, as the vendor's forum tells of JWTs of another environment. Documented is
//     only OAU-347 for algorithms that are not supported.
//   - A refresh token of another app: OAU-213. A revoked access token: OAU-213; a revoked refresh token: OAU-211.
//   - Deleting a JWT credential stops new logins; sessions that it started live on.
//   - Revoking an unknown token: 200, as RFC 7009 asks.
//   - Grants that exist elsewhere (password, client_credentials, device code ...): OAU-251. Other names: OAU-250.
//   - A JWT login starts a new session every time.
//   - Asking for scopes the app lacks: the rest is granted; if nothing is left, invalid_scope.
//   - The authorize endpoint and its pages do not count against the Auth limit, although the description puts the
//     endpoint into that group: what it would be counted by before anybody has signed in is not known.
//   - Request errors that are the client's (response type, prompt, challenge) go to the redirect URI, as access_denied does
//     (observed). documented: a client or redirect URI that is wrong is told on a page.
//   - Apps without a secret have to send a code challenge, with the error of RFC 7636 if they do not. A verifier that
//     does not fit, is missing, or comes without a challenge: invalid_grant OAU-106.
//   - documented: loopback redirect URIs are compared letter for letter. Apps without a secret may nevertheless use any
//     port, as RFC 8252 asks; a client that registers the port it uses never notices.
//   - A redirect URI that the authorize request named has to come again with the code. An attempt that fails does not
//     spend the code. A code that comes twice: OAU-106, and its session ends.
//   - prompt=login asks for a sign-in even in a signed-in browser. prompt=none succeeds if somebody signed in and
//     allowed the app in the same browser before, else login_required or consent_required. Other prompts, scope, nonce,
//     display, ui_locales, localeId, ui_options and brand_id are taken and change nothing.
//   - The consent page is shown every time. What is asked for are the scopes of the app, since scope is ignored.
//   - A wrong password shows the form again with status 200, in words that do not tell a wrong name from a wrong
//     password. The codes on the pages are OAU-140, OAU-141 (user disabled) and OAU-147 (locked out). A private app and
//     a user of another account: refused on the page, without a code.
//   - Client assertions: HS256 with the secret; RS256, ES256 or EdDSA (by that name or as Ed25519) with a registered
//     key. aud is the issuer or the token endpoint by the name that the request used; exp and jti are required, and a
//     jti is good for one request. They are judged by the server's clock, so a test that advances it has to sign by it.
//     Anything wrong: 401 OAU-146. A way of authentication that the app is not registered for: 401 OAU-151. Two ways in
//     one request: OAU-116.
//   - Exchange: missing token or a token type other than "Bearer" 400; RingCentral token not valid 401; app without
//     ReadAccounts 403; account without production status 403; user without a RingCX link 404.
//   - RingCX refresh: missing 400, anything else that fails 401. A used refresh token is dead at once, and using it
//     again harms nobody else. RingCX tokens survive the end of the RingCentral session that they came from.
//   - RingCX access tokens cannot be revoked: they work until they expire, also after logout.
//   - Logout of an unknown refresh token: 401.
//   - Logins with a password: a missing parameter 400; unknown name, wrong password or platform 401, the same for all
//     three; the right password of somebody switched off 403. A refresh token always comes along. Names are compared
//     exactly. Users that RingCentral looks after have no password here. lapp is ADMIN, AGENT or ANALYTICS (observed
//     names), and redirectUrl comes back if redirectToApp is true.
//   - The subject of an agent's token is the agent, who may not call the administrators' API: 403.
//   - loginHashcode comes with the details of everybody who is an agent, and stays the same. A wrong one is 403
//     (observed), as is another platform or account.
//   - Codes and tenfold tokens that nobody made over the control plane: 401. A code dies when it is used.
//   - The digital JWT looks like an access token of another issuer, so RingCX refuses it. Its variants /admin and
//     /agent (observed) ignore the account and the agent that they are asked for.
//   - Bearer wins over X-Auth-Token if a call has both. An unknown or ended X-Auth-Token: 401 with the JSON error
//     object, "The X-Auth-Token is not valid" and "The X-Auth-Token has expired"; the vendor's clients renew on the
//     word "expired". Tokens of somebody switched off: 403.
//   - The xauth claim is a token like that of a legacy login, for one hour; each refresh is a use of it.
//   - Asking isTokenValid extends nothing, and says no for access tokens and for somebody switched off.
//   - Deleting an API token needs a token, although the description speaks of anonymous users. Unknown: "false";
//     another user's: 403, except for the root user, who is everybody's parent.
//   - Operations whose documented answer is a boolean say false where they refuse: wrong current password, unknown or
//     used token of a mail, user whose password is RingCentral's. Mails to names that nobody has say true.
//   - Pages documented as a view object (oauthcallback, password/reset) answer that object with 200.
//   - Summaries: without the cookie 401, as from the gateway; a segment of nobody 404, one without a summary 200 and
//     nothing (documented). The demo segments belong to the first sub-account.
//   - 429 of RingCX: text "rate" (observed once, on another path), Retry-After and X-Rate-Limit headers.
//   - The list of accounts begins with the main account, whose own lists are empty. Documented is that the list holds
//     the accounts the user has access to, and that the main account contains the sub-accounts.
//   - requestUri in RingCX errors has no /voice prefix (observed; documentation disagrees with itself).
