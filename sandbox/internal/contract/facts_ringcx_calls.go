package contract

import "time"

var callFacts = []fact{
	{says: "`Authorization: Bearer` with the RingCX token, never the RingCentral one", certainty: documented, sources: "A"},
	{
		says:      "An expired token is answered 401, `text/plain`, {}; some examples have `JWT is expired.`",
		certainty: documented | differently, sources: "A, B",
		setting: saying("gatewayExpiredText", "Jwt is expired", func(r *Rules) *string { return &r.GatewayExpiredText }),
	},
	{
		says: "The texts for a token that is missing, damaged, of another issuer or not signed; or the same for all", certainty: assumed,
		note:    ", as the gateway software does it that the documented text comes from",
		setting: choosing("gatewayTexts", func(r *Rules) *string { return &r.GatewayTexts }, ByCause, "expired"),
	},
	{
		says: "`www-authenticate` with a 401", certainty: assumed, note: ", as that gateway does it",
		setting: deciding("gatewayChallenge", true, func(r *Rules) *bool { return &r.GatewayChallenge }),
	},
	{
		says: "An agent's token (its subject is the agent), or a token of somebody switched off since, at the administrators' API: {}", certainty: assumed,
		setting: status("callerStatus", 403, func(r *Rules) *int { return &r.CallerStatus }),
	},
	{
		says:      "`GET /voice/api/v1/admin/accounts`: the accounts the user has access to, each with its main account",
		certainty: documented, sources: "A, B",
	},
	{
		says:      "… with the main account itself, whose own lists are empty, as the last element: the vendor's collection of requests works with the first",
		certainty: assumed, sources: "A",
		setting: deciding("mainAccountListed", true, func(r *Rules) *bool { return &r.MainAccountListed }),
	},
	{
		says:      "`GET /voice/api/v1/admin/users`: administrators; `flatten=true` puts those below others beside them",
		certainty: documented, sources: "B",
	},
	{
		says: "`roles` of a user are names; the description has objects with `roleType` and `description`", certainty: documented | differently,
		sources: "A, B",
		setting: deciding("rolesWithDescription", false, func(r *Rules) *bool { return &r.RolesWithDescription }),
	},
	{
		says: "`regionalSettings` has `timezoneName`; the description has a number `timezone` only", certainty: documented | differently, sources: "A, B",
		setting: deciding("timezoneName", true, func(r *Rules) *bool { return &r.TimezoneName }),
	},
	{says: "Lists are bare arrays; `page` from 0 and `maxRows`", certainty: documented, sources: "B"},
	{
		says: "`maxRows` if none is given: {}; 0 is everything", certainty: assumed, note: ": default and maximum are unknown",
		setting: counting("maxRowsDefault", 0, 0, 10_000, func(r *Rules) *int { return &r.MaxRowsDefault }),
	},
	{says: "A stable `User-Agent` such as `MyApp/1.0` is asked for", certainty: documented, sources: "A"},
}

var cxErrorFacts = []fact{
	{
		says:      "Errors are JSON: `generalMessage`, `details`, `requestUri`, `timestamp`; not all of them everywhere",
		certainty: documented | observed, sources: "B, F",
	},
	{
		says:      "`errorCode` too: in the guide and on the wire, not in the description. Only the one of 403 is documented",
		certainty: documented | differently | assumed, sources: "A, B, F",
		setting: deciding("ringcxErrorCode", true, func(r *Rules) *bool { return &r.RingCXErrorCode }),
	},
	{
		says: "`requestUri` has no `/voice` in front on the wire, and has it in the guide", certainty: documented | observed | differently,
		sources: "A, B, F",
		setting: deciding("ringcxErrorFullPath", false, func(r *Rules) *bool { return &r.RingCXErrorFullPath }),
	},
	{says: "An unknown path is answered 404", certainty: observed, sources: "E"},
	{says: "A wrong method is answered 405", certainty: observed, note: "; the body is assumed", sources: "F"},
	{
		says: "`false` where an operation refuses whose documented answer is a boolean (wrong current password, unknown or used token " +
			"of a mail or of an API, user whose password is RingCentral's); or an error with the status {}",
		certainty: assumed, note: ", with 200",
		setting: counting("falseStatus", 200, 200, 599, func(r *Rules) *int { return &r.FalseStatus }),
	},
	{
		says: "`/oauthcallback` and `/password/reset/…` answer a view object, `/oauthredirect` text", certainty: documented, sources: "B",
	},
	{
		says: "… the view object with 200; or the redirect that it describes", certainty: assumed,
		setting: deciding("redirectViewsRedirect", false, func(r *Rules) *bool { return &r.RedirectViewsRedirect }),
	},
	{
		says: "A request body of more than 1 MiB is answered 413", certainty: assumed, fixed: "it is a bound of this program",
	},
}

var directFacts = []fact{
	{
		says: "`POST /api/auth/login/admin` and `/agent` with `username`, `password`, `platformId`: in the query according to the " +
			"guide and the description, in a form in the vendor's own front end",
		certainty: documented | observed, sources: "A, B (internal part), E",
	},
	{says: "`/api/auth/login/analytics` likewise", certainty: observed, sources: "E"},
	{
		says: "`platformId` is needed according to the guide, optional in the description", certainty: documented | differently, sources: "A, B",
		setting: deciding("platformIdOptional", false, func(r *Rules) *bool { return &r.PlatformIDOptional }),
	},
	{says: "`redirectToApp` and `redirectUrl` are taken", certainty: documented, sources: "B"},
	{
		says: "… and come back as `redirectUrl` in the answer", certainty: assumed,
		setting: deciding("redirectUrlReturned", true, func(r *Rules) *bool { return &r.RedirectURLReturned }),
	},
	{says: "The answer is that of the exchange", certainty: documented, sources: "A, B"},
	{
		says: "It always has a refresh token, without being asked", certainty: assumed,
		setting: deciding("passwordLoginRefresh", true, func(r *Rules) *bool { return &r.PasswordLoginRefresh }),
	},
	{says: "Statuses 401, 403, 404", certainty: documented, sources: "B"},
	{
		says: "A wrong name, password or platform, which nothing tells from each other: {}", certainty: assumed,
		setting: status("passwordLoginStatus", 401, func(r *Rules) *int { return &r.PasswordLoginStatus }),
	},
	{
		says: "The right password of somebody switched off: {}", certainty: assumed,
		setting: status("passwordLoginDisabledStatus", 403, func(r *Rules) *int { return &r.PasswordLoginDisabledStatus }),
	},
	{
		says: "Names are compared letter for letter", certainty: assumed,
		setting: deciding("usernamesIgnoreCase", false, func(r *Rules) *bool { return &r.UsernamesIgnoreCase }),
	},
	{
		says: "Users that RingCentral looks after have no password here", certainty: assumed, fixed: "there is none that could be asked for",
	},
	{
		says:      "`POST /api/auth/login/agent/hashcode` with `agentId` and `loginHashcode`; 403, also for another platform or account, means to sign in anew",
		certainty: documented | observed, sources: "B, E",
	},
	{
		says: "`loginHashcode` comes with the details of everybody who is an agent, and stays the same", certainty: assumed,
		setting: deciding("hashcodeChanges", false, func(r *Rules) *bool { return &r.HashcodeChanges }),
	},
	{
		says:      "`POST /api/auth/login/code` with a one-time `code`, `…/tenfold/accesstoken` with `token`, which stays good",
		certainty: documented, sources: "B",
	},
	{
		says: "Who makes these codes is unknown; in the sandbox the control plane does. They live {}", certainty: assumed,
		setting: lasting("loginCodeTTL", 5*time.Minute, time.Second, Year, func(r *Rules) *time.Duration { return &r.LoginCodeTTL }),
	},
	{
		says: "A code that is unknown, used or over: {}", certainty: assumed,
		setting: status("loginCodeStatus", 401, func(r *Rules) *int { return &r.LoginCodeStatus }),
	},
	{says: "`GET /api/auth/token/digitaljwt`: text, a JWT", certainty: documented, sources: "B"},
	{says: "… also with `/admin` or `/agent` behind it", certainty: observed, note: "; that they ignore the account and the agent they are asked for is assumed", sources: "E"},
	{
		says: "It looks like an access token of another issuer, so RingCX refuses it", certainty: assumed,
		setting: deciding("digitalJwtAccepted", false, func(r *Rules) *bool { return &r.DigitalJWTAccepted }),
	},
}

var passwordFacts = []fact{
	{
		says:      "`POST /api/auth/password/requestreset`: text; `auth/passwordReset`, `auth/passwordResetRequest`, `admin/users/passwordReset`, `admin/users/{id}/passwordReset`: `true` or `false`",
		certainty: documented, sources: "B",
	},
	{
		says: "Mails to names that nobody has say true", certainty: assumed,
		setting: deciding("resetTellsUnknownNames", false, func(r *Rules) *bool { return &r.ResetTellsUnknownNames }),
	},
	{
		says: "The token of a mail about a password lives {}", certainty: assumed,
		setting: lasting("passwordResetTTL", Day, time.Second, Year, func(r *Rules) *time.Duration { return &r.PasswordResetTTL }),
	},
}

var xauthFacts = []fact{
	{
		says: "`POST /voice/api/v1/auth/login`, on the legacy hosts `/api/v1/auth/login`, with `username`, `password`, " +
			"`stayLoggedIn`: in the query in the description, in a form in the guide and the SDKs",
		certainty: documented, sources: "A, B, E",
	},
	{says: "Answer: `authToken`, `platformHost`, `accounts`, `user`", certainty: documented, sources: "B"},
	{
		says: "An `authToken` lives {}, and each use extends it by as much", certainty: documented, sources: "A",
		setting: lasting("authTokenTTL", time.Hour, time.Second, Year, func(r *Rules) *time.Duration { return &r.AuthTokenTTL }),
	},
	{
		says: "… {} with `stayLoggedIn`", certainty: documented, sources: "A",
		setting: lasting("authTokenLongTTL", 14*Day, time.Second, Year, func(r *Rules) *time.Duration { return &r.AuthTokenLongTTL }),
	},
	{
		says: "`GET` and `POST /voice/api/v1/admin/token`, `DELETE …/token/{token}`: any number of API tokens that never end; a new one " +
			"is text, `shard:uuid`",
		certainty: documented, sources: "A, B",
	},
	{says: "A user above another may delete the other's tokens", certainty: documented, note: "; that this is the root user alone, and 403 for others, is assumed", sources: "A"},
	{
		says: "Deleting wants a token; the description calls the operation anonymous", certainty: assumed, sources: "B",
		setting: deciding("apiTokenDeletionAnonymous", false, func(r *Rules) *bool { return &r.APITokenDeletionAnonymous }),
	},
	{
		says: "`X-Auth-Token` takes either kind, on every call, also on the current host", certainty: documented | assumed,
		note: ": documented for API tokens, assumed for the rest", sources: "A",
		setting: deciding("xauthEverywhere", true, func(r *Rules) *bool { return &r.XAuthEverywhere }),
	},
	{
		says: "Bearer wins if both headers are there", certainty: assumed,
		setting: deciding("xauthWins", false, func(r *Rules) *bool { return &r.XAuthWins }),
	},
	{
		says:      "401 for a token that is unknown or has ended: a JSON error, \"The X-Auth-Token is not valid\", and for the latter \"The X-Auth-Token has expired\"; or not",
		certainty: assumed, note: "; the vendor's SDKs look for that word", sources: "E",
		setting: choosing("xauthTexts", func(r *Rules) *string { return &r.XAuthTexts }, ByCause, "not-valid"),
	},
	{
		says: "`GET /voice/api/v1/auth/isTokenValid?token=`: `true` or `false`, needs no token", certainty: documented, sources: "B",
	},
	{
		says: "… and extends nothing", certainty: assumed,
		setting: deciding("tokenCheckExtends", false, func(r *Rules) *bool { return &r.TokenCheckExtends }),
	},
	{
		says: "… and says `false` for access tokens and for somebody switched off", certainty: assumed,
		fixed: "it asks about X-Auth-Tokens that work",
	},
}

var summaryFacts = []fact{
	{
		says: "`GET /voice/api/v1/summary/accounts/{sub}/segments/{seg}/agent` and `/auto` want `cookie: access_token=…` and no " +
			"`Authorization` header",
		certainty: documented, sources: "A, B",
	},
	{
		says: "The demo segments belong to the first sub-account; a segment of nobody is answered 404", certainty: documented,
		note: "; whose they are is made up", sources: "A",
	},
	{says: "404 may mean \"not yet\", 200 with nothing that there is no summary", certainty: documented, sources: "A"},
	{
		says: "A text in the guide, a JSON string in the description", certainty: documented | differently, sources: "A, B",
		setting: deciding("summaryAsJson", false, func(r *Rules) *bool { return &r.SummaryAsJSON }),
	},
	{
		says: "401 without the cookie has the gateway's body; or the JSON error", certainty: assumed,
		setting: deciding("summaryRefusalFromGateway", true, func(r *Rules) *bool { return &r.SummaryRefusalFromGateway }),
	},
}
