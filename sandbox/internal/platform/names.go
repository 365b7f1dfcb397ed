package platform

// Where the pages of the browser login are.
const (
	signInPath  = "/restapi/oauth/sign-in"
	consentPath = "/restapi/oauth/consent"
)

// What the servers and the demo world are called. What each may be relied on for is in the contract.
const (
	routingKey       = "SBX01P01"
	platformVersion  = "1.0.60"
	platformServer   = "26.3.1.10210249"
	platformRevision = "6b1ddbc8"
)
