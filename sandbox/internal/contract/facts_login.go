package contract

import "time"

// Day bounds lifetimes that are short.
const Day = 24 * time.Hour

// Year bounds lifetimes that people may want to be long.
const Year = 365 * Day

var hostFacts = []fact{
	{says: "RingCentral: `https://platform.ringcentral.com`", certainty: documented, sources: "C, D"},
	{
		says:      "RingCX: `https://ringcx.ringcentral.com`, for tokens and API alike",
		certainty: documented, note: " since July 2026", sources: "A",
	},
	{
		says: "`https://engage.ringcentral.com` is the older name of the same; the API description and the vendor's SDKs still " +
			"use it. `ringcx sandbox --emulate engage` behaves as it was documented",
		certainty: documented, sources: "A, B, E",
	},
	{
		says: "Tokens of one of the two RingCX hosts work on the other", certainty: assumed, note: ", not relied on",
		fixed: "the sandbox is one server by every name",
	},
	{says: "RingCX takes production accounts only; there is no test environment", certainty: documented, sources: "A"},
	{
		says:      "Paths: `/voice/api/v1`, on the legacy hosts `/api/v1`; without either prefix `/v1` is the web application, which answers 200 and HTML",
		certainty: documented | observed, sources: "A, B, F",
	},
	{
		says:      "Company number of every account, which signs in its first administrator: `+16505550100`; with `*101` after it the user of extension 101",
		certainty: assumed, note: "; that such numbers sign in is documented", sources: "C",
		fixed: "it is made up, like all of the demo world",
	},
}

var loginFacts = []fact{
	{
		says:      "A form; any other content type is answered 415. Or it is read as an empty form, so that a body of JSON is answered OAU-250",
		certainty: documented | observed, note: ": 415 is documented, OAU-250 was observed", sources: "D, F",
		setting: deciding("bodyTypeChecked", true, func(r *Rules) *bool { return &r.BodyTypeChecked }),
	},
	{
		says:      "`grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer`, `assertion` = the credential as the Developer Portal shows it",
		certainty: documented, sources: "C",
	},
	{says: "A JWT can be presented any number of times", certainty: documented, sources: "C"},
	{
		says: "A JWT login starts a new session every time", certainty: assumed,
		setting: deciding("jwtLoginReusesSession", false, func(r *Rules) *bool { return &r.JWTLoginReusesSession }),
	},
	{
		says:      "Answer: `access_token` (opaque), `token_type` \"bearer\", `expires_in`, `scope`, `owner_id` (text), `endpoint_id`, `session_id`",
		certainty: documented, sources: "D",
	},
	{
		says: "`access_token` lives {}", certainty: documented, sources: "C, D",
		setting: lasting("accessTokenTTL", time.Hour, time.Second, Year, func(r *Rules) *time.Duration { return &r.AccessTokenTTL }),
	},
	{
		says: "`access_token_ttl` is clamped: no longer than that, no shorter than {}", certainty: documented, sources: "C",
		setting: lasting("accessTokenTTLMinimum", 10*time.Minute, time.Second, Year, func(r *Rules) *time.Duration { return &r.AccessTokenTTLMinimum }),
	},
	{
		says:      "`refresh_token` and `refresh_token_expires_in` only if the app issues refresh tokens, which is off by default",
		certainty: documented, sources: "C",
	},
	{
		says:      "The refresh token lives {}; `refresh_token_ttl` is clamped to that. The description allows 30 days",
		certainty: documented | differently, sources: "C, D",
		setting: lasting("refreshTokenTTL", 7*Day, time.Second, Year, func(r *Rules) *time.Duration { return &r.RefreshTokenTTL }),
	},
	{says: "`refresh_token_ttl=0` gives a refresh token that is already expired", certainty: observed, sources: "F"},
	{says: "`expires_in` may be less than the nominal value; only the answer counts", certainty: observed, sources: "F"},
	{says: "Ids come as numbers in one place and as text in another", certainty: documented, sources: "D"},
	{
		says:      "Tokens are opaque base64url whose first bytes name a server and a bar",
		certainty: documented, note: " by examples", sources: "C, D",
	},
	{
		says:      "The claims of a JWT credential (RS256; iss, aud, sub, exp, iat, jti); \"never expires\" is a far date, and `iat` of the demo's is 2026-01-01",
		certainty: assumed,
		fixed: "the credential is made when the sandbox begins, and is the same on every start; its issuer is a reserved name, so " +
			"that nobody takes it for a real one",
	},
	{says: "An assertion signed with HS256: OAU-347", certainty: documented, sources: "C"},
	{says: "A JWT of another environment: OAU-250", certainty: observed, sources: "F"},
	{
		says: "Other assertions that are refused: 400 `invalid_grant`, OAU-149 (not a JWT), OAU-213 (unknown or altered), OAU-211 " +
			"(deleted), OAU-210 (expired), OAU-110 (not permitted for this app), OAU-236 (user disabled); or OAU-213 for all",
		certainty: assumed, note: "; the codes themselves are documented", sources: "C",
		setting: choosing("assertionCodes", func(r *Rules) *string { return &r.AssertionCodes }, ByCause, "OAU-213"),
	},
	{
		says: "Deleting a JWT credential stops new logins; sessions that it started live on", certainty: assumed,
		setting: deciding("credentialDeletionEndsSessions", false, func(r *Rules) *bool { return &r.CredentialDeletionEndsSessions }),
	},
	{
		says: "Asking for scopes the app lacks: the rest is granted; if nothing is left, `invalid_scope`", certainty: assumed,
		setting: deciding("scopeExcessRefused", false, func(r *Rules) *bool { return &r.ScopeExcessRefused }),
	},
	{
		says: "Scopes that are asked for narrow the answer; or they change nothing, as one page says of the authorize request", certainty: documented | observed | differently,
		sources: "C, D, I",
		setting: deciding("scopeNarrows", true, func(r *Rules) *bool { return &r.ScopeNarrows }),
	},
	{
		says: "Scopes that the user's role does not allow stay in the answer; or they are dropped in silence", certainty: documented | observed | differently,
		sources: "D, I",
		setting: deciding("scopeFollowsRole", false, func(r *Rules) *bool { return &r.ScopeFollowsRole }),
	},
	{
		says: "`grant_type=password`, `username` (e-mail, or number with or without `+`, and `*` with the extension behind it), `password`, `extension`, for apps of the " +
			"password flow, which are private. Deprecated, announced to end in March 2024, and still in the vendor's collection, samples and SDKs",
		certainty: documented | observed, sources: "C, E, I",
	},
	{
		says:      "… behind an e-mail address, `*` and an extension say nothing: the vendor's SDK for JavaScript sends them",
		certainty: observed, sources: "E",
	},
	{
		says:      "… a name and password that do not fit: 400 `invalid_grant` OAU-140 \"Invalid resource owner credentials.\", `WWW-Authenticate: Basic`",
		certainty: documented | observed, sources: "C, F",
	},
	{
		says: "… the lock after wrong passwords (OAU-147) is that of the sign-in page, and a user of another account is told OAU-140", certainty: documented | assumed,
		note: ": the code is documented", sources: "C", fixed: "the words are not for programs",
	},
	{says: "An app of another auth flow: OAU-251", certainty: observed, note: "; that grants of other kinds of apps are answered alike is assumed", sources: "F"},
	{
		says: "A grant type that does not exist: {}", certainty: assumed,
		setting: choosing("unknownGrantCode", func(r *Rules) *string { return &r.UnknownGrantCode }, "OAU-250", "OAU-251"),
	},
}

var clientFacts = []fact{
	{
		says:      "Confidential apps authenticate with HTTP Basic. A secret in the form is refused (OAU-123, \"Client authentication is required\")",
		certainty: documented | observed, sources: "D, F",
	},
	{
		says: "… or is taken like one in the header, as a library and two scripts rely on", certainty: observed | differently, sources: "I",
		setting: deciding("clientSecretInForm", false, func(r *Rules) *bool { return &r.ClientSecretInForm }),
	},
	{says: "Public apps send `client_id` in the form and no header", certainty: documented, sources: "C, D"},
	{says: "Basic with an empty secret makes a public app an unknown client (OAU-153)", certainty: observed, sources: "F"},
	{
		says:      "Or `client_assertion_type` and `client_assertion`: a JWT signed with the secret or with a key of the app",
		certainty: documented, sources: "D",
	},
	{
		says: "Its algorithms: HS256 with the secret; RS256, ES256, EdDSA (also called Ed25519) with a key", certainty: assumed,
		note: ", after RFC 7523 and OpenID Connect", fixed: "which one it is, the app decides; an unused one harms nobody",
	},
	{
		says: "It has `exp`, no further ahead than {} by the server's clock", certainty: assumed, note: ", after RFC 7523",
		setting: lasting("clientAssertionTTL", time.Hour, time.Second, Year, func(r *Rules) *time.Duration { return &r.ClientAssertionTTL }),
	},
	{
		says: "It has `jti`, and is good for one request", certainty: assumed, note: ", after RFC 7523",
		setting: deciding("clientAssertionSingleUse", true, func(r *Rules) *bool { return &r.ClientAssertionSingleUse }),
	},
	{
		says:      "Its `aud` is the issuer or the token endpoint, by the name that the request used",
		certainty: assumed, note: ", after RFC 7523",
		setting: choosing("clientAssertionAudience", func(r *Rules) *string { return &r.ClientAssertionAudience }, "either", "issuer", "token-endpoint"),
	},
	{
		says:      "A wrong secret: OAU-146, with status {}. Most other errors of the token endpoint travel with 400",
		certainty: documented | observed, note: " once; that a bad client assertion (OAU-146) and a way that the app is not registered for (OAU-151) are answered alike is assumed",
		sources: "C, F",
		setting: status("clientRefusalStatus", 401, func(r *Rules) *int { return &r.ClientRefusalStatus }),
	},
	{says: "Two ways of authentication in one request: OAU-116", certainty: documented, note: "; that it means this is assumed", sources: "C"},
}

var renewFacts = []fact{
	{says: "`grant_type=refresh_token`; each refresh brings a new refresh token", certainty: documented, sources: "C"},
	{
		says: "Its answer has `scope`; or not", certainty: documented | observed | differently, sources: "D, I",
		setting: deciding("refreshAnswersScope", true, func(r *Rules) *bool { return &r.RefreshAnswersScope }),
	},
	{
		says: "The old access token dies at once: OAU-129 for {}, then OAU-213", certainty: documented | observed, sources: "C, G",
		setting: lasting("replacedTokenTellsFor", 10*time.Second, 0, Day, func(r *Rules) *time.Duration { return &r.ReplacedTokenTellsFor }),
	},
	{
		says:      "The old refresh token may be presented again until {} after the new access token was first used, and brings the same pair",
		certainty: documented | observed, sources: "C, G",
		setting: lasting("graceAfterUse", 10*time.Second, 0, Year, func(r *Rules) *time.Duration { return &r.GraceAfterUse }),
	},
	{
		says: "… or for {} while it is not used", certainty: documented | observed, sources: "C, G",
		setting: lasting("graceUnused", time.Hour, 0, Year, func(r *Rules) *time.Duration { return &r.GraceUnused }),
	},
	{
		says: "Afterwards 400 `invalid_grant`; which of the codes OAU-210, OAU-211 and OAU-213 it is: expired, revoked, anything " +
			"else (also a refresh token of another app); or OAU-213 for all",
		certainty: observed | assumed, sources: "F",
		setting: choosing("refreshCodes", func(r *Rules) *string { return &r.RefreshCodes }, ByCause, "OAU-213"),
	},
	{
		says: "{} sessions for each user and app", certainty: documented, sources: "C",
		setting: counting("sessionCap", 5, 1, 1000, func(r *Rules) *int { return &r.SessionCap }),
	},
	{
		says:      "One more ends the oldest; another page says it is refused with 429 (code CMN-301 assumed)",
		certainty: documented | differently, sources: "C",
		setting: deciding("sessionCapRefuses", false, func(r *Rules) *bool { return &r.SessionCapRefuses }),
	},
	{says: "`POST /restapi/oauth/revoke` ends the whole session, all its tokens", certainty: documented, sources: "C, D"},
	{
		says: "An access token of a session that was revoked or ended: {}", certainty: assumed,
		setting: choosing("endedTokenCode", func(r *Rules) *string { return &r.EndedTokenCode }, "OAU-213", "OAU-211"),
	},
	{says: "The token may come in the query of the revocation, which is discouraged", certainty: documented, sources: "C"},
	{says: "A token of another app is not revoked: OAU-164", certainty: documented, sources: "C"},
	{
		says: "Revoking an unknown token: {}", certainty: assumed, note: ", after RFC 7009",
		setting: counting("revokeUnknownStatus", 200, 200, 599, func(r *Rules) *int { return &r.RevokeUnknownStatus }),
	},
}
