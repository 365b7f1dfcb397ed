package contract

import "time"

// Values of ringcxRefreshReuse: what becomes of a RingCX refresh token that was used before.
const (
	ReuseReject = "reject"
	ReuseRevoke = "revoke-family"
	ReuseAccept = "accept"
)

var exchangeFacts = []fact{
	{
		says: "`rcAccessToken` and `rcTokenType=Bearer`, in the form according to the page, in the query according to the " +
			"description; both are accepted",
		certainty: documented | observed, sources: "A, B, E",
	},
	{
		says: "`rcTokenType` may be left out", certainty: observed, note: " in a client that leaves it out", sources: "E",
		setting: deciding("exchangeTokenTypeRequired", false, func(r *Rules) *bool { return &r.ExchangeTokenTypeRequired }),
	},
	{
		says:      "`bearer` in small letters is taken, too: the platform itself answers so, and programs hand it on",
		certainty: observed, note: " in four programs, by two authors", sources: "I",
		setting: deciding("exchangeTokenTypeIgnoresCase", true, func(r *Rules) *bool { return &r.ExchangeTokenTypeIgnoresCase }),
	},
	{
		says: "Another type is answered 400", certainty: assumed,
		setting: deciding("exchangeTokenTypeChecked", true, func(r *Rules) *bool { return &r.ExchangeTokenTypeChecked }),
	},
	{
		says:      "`includeRefresh=true` in the query brings a refresh token; without it `refreshToken` is null",
		certainty: documented, sources: "A",
	},
	{
		says:      "Answer: `accessToken`, `refreshToken`, `tokenType`, `mainAccountId` (text), `agentDetails`, `adminId`, … and no `expires_in`",
		certainty: documented, sources: "A, B",
	},
	{
		says: "`platformId` in it, and before the bar of API tokens: `sbx01`", certainty: assumed,
		fixed: "it is made up, like all of the demo world",
	},
	{says: "The scope Read Accounts is the only one with an effect on RingCX", certainty: documented, sources: "A"},
	{says: "Statuses of refusals: 401, 403, 404", certainty: documented, sources: "B"},
	{
		says: "A RingCentral token that is not valid: {}", certainty: assumed,
		setting: status("exchangeTokenStatus", 401, func(r *Rules) *int { return &r.ExchangeTokenStatus }),
	},
	{
		says:      "An app without ReadAccounts, or a token narrowed to other scopes: {}; 200 lets it in, as programs in production found",
		certainty: documented | assumed, note: ": that the scope is needed is documented", sources: "A, I",
		setting: counting("exchangeScopeStatus", 403, 200, 599, func(r *Rules) *int { return &r.ExchangeScopeStatus }),
	},
	{
		says:      "A user whose role reads no account: {}, so RingCX does not ask for the role: whoever is linked to it may exchange",
		certainty: observed | assumed, note: ": observed by people in production", sources: "I",
		setting: counting("exchangeRoleStatus", 200, 200, 599, func(r *Rules) *int { return &r.ExchangeRoleStatus }),
	},
	{
		says: "It sets a cookie `access_token`, with which summaries are read for {}, however short the access token lives; 0 seconds is " +
			"none: the guide has the program make the cookie itself",
		certainty: documented | observed | differently, sources: "A, I",
		setting: lasting("exchangeCookieTTL", 0, 0, Day, func(r *Rules) *time.Duration { return &r.ExchangeCookieTTL }),
	},
	{
		says:      "`ssoLogin` is true after an exchange, and in the refreshes that follow, false after a login with a name, password or code",
		certainty: assumed, note: "; the field is documented", sources: "A, B",
		setting: deciding("ssoLoginFollows", true, func(r *Rules) *bool { return &r.SSOLoginFollows }),
	},
	{
		says: "The account to work with: `mainAccountId` for administrators, `agentDetails[0].accountId` for agents, " +
			"`managedMainAccountIds[0]`, which no description has, where there are several",
		certainty: observed, sources: "E, I",
		setting: deciding("managedAccountsReturned", true, func(r *Rules) *bool { return &r.ManagedAccountsReturned }),
	},
	{
		says: "An account that is not of production: {}", certainty: assumed,
		setting: status("exchangeAccountStatus", 403, func(r *Rules) *int { return &r.ExchangeAccountStatus }),
	},
	{
		says: "A user without RingCX: {}", certainty: assumed,
		setting: status("exchangeLinkStatus", 404, func(r *Rules) *int { return &r.ExchangeLinkStatus }),
	},
	{
		says: "A parameter that is missing or makes no sense, here and everywhere at RingCX: {}", certainty: assumed,
		setting: status("ringcxMissingStatus", 400, func(r *Rules) *int { return &r.RingCXMissingStatus }),
	},
}

var accessFacts = []fact{
	{
		says: "It lives {} and is a JWT with `exp`", certainty: documented | observed, sources: "A, E",
		setting: lasting("ringcxTokenTTL", 5*time.Minute, time.Second, Year, func(r *Rules) *time.Duration { return &r.RingCXTokenTTL }),
	},
	{
		says: "It also has `iat`", certainty: assumed, note: "; without it the SDK takes five minutes",
		setting: deciding("ringcxIssuedAt", true, func(r *Rules) *bool { return &r.RingCXIssuedAt }),
	},
	{
		says: "Its signature: ES256, RS256 or EdDSA", certainty: assumed, note: "; the SDK does not look",
		fixed: "the key is made at the start: `ringcx sandbox --algorithm`",
	},
	{
		says: "Its issuer `iss` is {}", certainty: assumed, note: "; the SDK does not look",
		setting: saying("ringcxIssuer", "https://ringcx-sandbox.invalid", func(r *Rules) *string { return &r.RingCXIssuer }),
	},
	{
		says: "Its audience `aud` is {}", certainty: assumed, note: "; the SDK does not look",
		setting: saying("ringcxAudience", "ringcx", func(r *Rules) *string { return &r.RingCXAudience }),
	},
	{
		says:      "`plat` is the platform id; `lapp` says where the sign-in was: ADMIN, AGENT, ANALYTICS; `xauth` is an X-Auth-Token",
		certainty: observed, sources: "E",
	},
	{
		says: "`xauth` is a token like that of a legacy login, for one hour; each refresh is a use of it", certainty: observed | assumed,
		note: ": that it is there is observed", sources: "E",
		setting: deciding("ringcxXauthClaim", true, func(r *Rules) *bool { return &r.XAuthClaim }),
	},
	{
		says: "Clock skew granted when its end is checked: {}", certainty: assumed,
		setting: lasting("ringcxClockSkew", 0, 0, time.Hour, func(r *Rules) *time.Duration { return &r.RingCXClockSkew }),
	},
	{
		says: "It works until it ends, also after logout; it cannot be revoked", certainty: assumed,
		setting: deciding("ringcxLogoutEndsAccess", false, func(r *Rules) *bool { return &r.RingCXLogoutEndsAccess }),
	},
	{
		says: "RingCX tokens outlive the RingCentral session they came from", certainty: assumed,
		setting: deciding("sessionEndTakesRingcx", false, func(r *Rules) *bool { return &r.SessionEndTakesRingCX }),
	},
}

var refreshFacts = []fact{
	{
		says:      "Form with `refresh_token`; the answer is that of the exchange with a new `refreshToken`, to be saved for the next time",
		certainty: documented, sources: "A",
	},
	{says: "The same in the query", certainty: observed, sources: "B (internal part)"},
	{
		says: "The old refresh token is dead at once, and using it again harms nobody else; or that ends everything of the same " +
			"sign-in; or it goes on working",
		certainty: assumed, note: "; the SDK never sends one twice",
		setting: choosing("ringcxRefreshReuse", func(r *Rules) *string { return &r.RingCXRefreshReuse }, ReuseReject, ReuseRevoke, ReuseAccept),
	},
	{
		says: "A refresh token lives {}", certainty: assumed,
		setting: lasting("ringcxRefreshTTL", 7*Day, time.Second, Year, func(r *Rules) *time.Duration { return &r.RingCXRefreshTTL }),
	},
	{
		says: "The answer to a token that is not valid: {} with a JSON error", certainty: assumed,
		setting: status("ringcxRefreshStatus", 401, func(r *Rules) *int { return &r.RingCXRefreshStatus }),
	},
	{
		says: "`DELETE /api/auth/logout/{refreshToken}` ends a refresh token", certainty: documented, sources: "B (internal part)",
	},
	{
		says: "… and answers {} for one that is unknown", certainty: assumed,
		setting: counting("ringcxLogoutStatus", 401, 200, 599, func(r *Rules) *int { return &r.RingCXLogoutStatus }),
	},
	{
		says: "Logout, `token/validate` and `password/requestreset` answer the text {}", certainty: documented | assumed,
		note: ": that it is a text is documented", sources: "B",
		setting: saying("ringcxDoneText", "true", func(r *Rules) *string { return &r.RingCXDoneText }),
	},
}
