package sandbox

// Where the pages of the browser login are.
const (
	signInPath  = "/restapi/oauth/sign-in"
	consentPath = "/restapi/oauth/consent"
)

// What the servers and the demo world are called. What each may be relied on for is in the contract.
const (
	mainNumber = "+16505550100"
	// The name is reserved, so the credential cannot be mistaken for a real one.
	credentialIssuer = "https://platform.ringcx-sandbox.invalid"
	// Issued when the sandbox's demo world begins, 2026-01-01T00:00:00Z.
	credentialIssued  = 1767225600
	credentialForever = 2147483647
	cxPlatformID      = "sbx01"
	routingKey        = "SBX01P01"
	platformVersion   = "1.0.60"
	platformServer    = "26.3.1.10210249"
	platformRevision  = "6b1ddbc8"
)
