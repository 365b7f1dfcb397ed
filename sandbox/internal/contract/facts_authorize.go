package contract

import "time"

var authorizeFacts = []fact{
	{
		says: "GET with a query or POST with a form: `response_type=code` (nothing else), `client_id`, `redirect_uri`, `state`, " +
			"`code_challenge`, `code_challenge_method`, `nonce`, `prompt`, `display`, `login_hint`, `ui_locales`, `localeId`, " +
			"`ui_options`, `brand_id`",
		certainty: documented, sources: "D",
	},
	{
		says:      "`display`, other prompts than `login` and `none`, `ui_locales`, `localeId`, `ui_options` and `brand_id` are taken and change nothing, and so do permissions in `scope`; what is asked for are the scopes of the app",
		certainty: assumed, fixed: "what they change at the vendor is the look of pages that are not emulated",
	},
	{says: "`redirect_uri` equals a registered one; it may be left out if only one is registered", certainty: documented, sources: "C, D"},
	{
		says:      "Public apps may use any port of a registered loopback URI",
		certainty: assumed, note: ", after RFC 8252; the vendor documents an exact match",
		setting: deciding("loopbackAnyPort", true, func(r *Rules) *bool { return &r.LoopbackAnyPort }),
	},
	{says: "PKCE with `S256` or `plain`; `plain` if no method is given", certainty: documented, sources: "C, D"},
	{
		says: "Public apps cannot do without PKCE", certainty: assumed, note: ", after OAuth 2.1",
		setting: deciding("challengeRequired", true, func(r *Rules) *bool { return &r.ChallengeRequired }),
	},
	{says: "302 to a sign-in page; after it, a page that asks for consent", certainty: documented, sources: "C"},
	{says: "302 to `redirect_uri?code=…&state=…&expires_in=60`", certainty: documented, sources: "C"},
	{
		says:      "Denied: `error=access_denied&error_description=The+user+denied+access+to+your+application`",
		certainty: observed, sources: "F",
	},
	{says: "An app that may not use the flow: `error=unauthorized_client` (OAU-112) at the redirect URI", certainty: observed, sources: "F"},
	{
		says: "Other mistakes of a request (response type, prompt, challenge, which has the error of RFC 7636) go to the redirect URI too", certainty: assumed,
		setting: deciding("requestErrorsOnPage", false, func(r *Rules) *bool { return &r.RequestErrorsOnPage }),
	},
	{
		says: "Unknown client (OAU-153), redirect URI that does not match (OAU-109) or none registered (OAU-113, which is what an " +
			"app of the JWT flow gets): a page, no redirect",
		certainty: documented | observed, sources: "C, F",
	},
	{
		says: "… with status 403; another page says 400", certainty: documented | differently, note: "; 403 observed", sources: "C, D, F",
		setting: deciding("authorizePage400", false, func(r *Rules) *bool { return &r.AuthorizePage400 }),
	},
	{
		says: "`iss` in the answer (RFC 9207) is not sent", certainty: assumed,
		setting: deciding("authorizationIssuer", false, func(r *Rules) *bool { return &r.AuthorizationIssuer }),
	},
	{
		says: "The endpoint does not count against the Auth limit, although the description puts it into that group: what it " +
			"would be counted by before anybody has signed in is not known",
		certainty: assumed, sources: "D",
		setting: deciding("authorizeLimited", false, func(r *Rules) *bool { return &r.AuthorizeLimited }),
	},
	{
		says: "`prompt=login` asks for a sign-in even in a signed-in browser", certainty: assumed, note: ", after OpenID Connect",
		setting: deciding("promptLoginAsks", true, func(r *Rules) *bool { return &r.PromptLoginAsks }),
	},
	{
		says: "`prompt=none` succeeds if somebody signed in and allowed the app in the same browser before, else `login_required` or " +
			"`consent_required`",
		certainty: assumed, note: ", after OpenID Connect",
		setting: deciding("promptNoneWorks", true, func(r *Rules) *bool { return &r.PromptNoneWorks }),
	},
}

var pageFacts = []fact{
	{
		says:      "The pages are at `/restapi/oauth/sign-in` and `/restapi/oauth/consent`; the vendor has them on a host of their own",
		certainty: assumed, fixed: "where a browser is sent is nothing that a program can rely on",
	},
	{
		says: "The pages of one authorize request can be used for {}", certainty: assumed,
		setting: lasting("signInPageTTL", 30*time.Minute, time.Second, Year, func(r *Rules) *time.Duration { return &r.SignInPageTTL }),
	},
	{
		says: "A browser stays signed in for {}", certainty: assumed,
		setting: lasting("browserSignInTTL", 8*time.Hour, time.Second, Year, func(r *Rules) *time.Duration { return &r.BrowserSignInTTL }),
	},
	{
		says: "The consent page is shown every time", certainty: assumed,
		setting: deciding("consentEveryTime", true, func(r *Rules) *bool { return &r.ConsentEveryTime }),
	},
	{
		says: "After {} wrong passwords in a row a user is locked out", certainty: assumed,
		note: "; documented is only that OAU-147 tells of it", sources: "C",
		setting: counting("wrongPasswordTries", 5, 1, 1000, func(r *Rules) *int { return &r.WrongPasswordTries }),
	},
	{
		says: "… for {}", certainty: assumed,
		setting: lasting("wrongPasswordLock", 5*time.Minute, time.Second, Year, func(r *Rules) *time.Duration { return &r.WrongPasswordLock }),
	},
	{
		says: "A wrong password shows the form again, with status {}", certainty: assumed,
		setting: counting("wrongPasswordStatus", 200, 200, 599, func(r *Rules) *int { return &r.WrongPasswordStatus }),
	},
	{
		says: "The words do not tell a wrong name from a wrong password. Codes on the pages: OAU-140, OAU-141 (user disabled), OAU-147 " +
			"(locked out)",
		certainty: documented, note: "; the words are ours", sources: "C",
	},
	{
		says: "A private app and a user of another account: refused on the page, without a code", certainty: assumed,
		fixed: "it is a text for people",
	},
}

var codeFacts = []fact{
	{
		says:      "At the token endpoint: `grant_type=authorization_code`, `code`, `redirect_uri`, `code_verifier`, and `client_id` of a public app",
		certainty: documented, sources: "C, D",
	},
	{
		says: "A code lives {}", certainty: documented, sources: "C",
		setting: lasting("authorizationCodeTTL", time.Minute, time.Second, Day, func(r *Rules) *time.Duration { return &r.AuthorizationCodeTTL }),
	},
	{says: "Another redirect URI: `invalid_redirect_uri`, OAU-109", certainty: observed, sources: "F"},
	{
		says: "A redirect URI that the authorize request named has to come again with the code", certainty: assumed, note: ", after RFC 6749",
		setting: deciding("redirectUriRepeated", true, func(r *Rules) *bool { return &r.RedirectURIRepeated }),
	},
	{
		says:      "Unknown code OAU-106, expired OAU-108, of another app OAU-110, verifier that does not fit or is missing OAU-106: `invalid_grant` with status {}",
		certainty: documented | assumed, note: ": the codes are documented, the status is assumed", sources: "C",
		setting: status("codeRefusalStatus", 400, func(r *Rules) *int { return &r.CodeRefusalStatus }),
	},
	{
		says: "A verifier without a challenge is refused", certainty: assumed, note: ", after OAuth 2.1",
		setting: deciding("unannouncedVerifierRefused", true, func(r *Rules) *bool { return &r.UnannouncedVerifierRefused }),
	},
	{
		says: "An attempt that fails does not spend the code", certainty: assumed,
		setting: deciding("failedCodeIsSpent", false, func(r *Rules) *bool { return &r.FailedCodeIsSpent }),
	},
	{
		says: "A code that comes twice (OAU-106) ends the session that it gave", certainty: assumed, note: ", after RFC 6749",
		setting: deciding("codeReplayEndsSession", true, func(r *Rules) *bool { return &r.CodeReplayEndsSession }),
	},
}
