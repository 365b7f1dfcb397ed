package journal

// Event is what a request did to a token, as the console tells it; "": nothing.
type Event string

// What a request can do.
const (
	Issued    Event = "issued"
	Refreshed Event = "refreshed"
	Refused   Event = "refused"
	LoggedOut Event = "logged out"
	Revoked   Event = "revoked"
)

// HandsOut reports whether an access token came of it.
func (e Event) HandsOut() bool { return e == Issued || e == Refreshed }
