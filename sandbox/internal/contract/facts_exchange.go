package contract

import "time"

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
