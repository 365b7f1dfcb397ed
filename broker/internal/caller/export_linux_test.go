package caller

// What the tests of the table see.
var (
	OwnerOf   = ownerOf
	Connected = connected
	EveryUser = everyUser
)
