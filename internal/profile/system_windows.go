package profile

// Windows has access lists instead of modes and owners; those of the profile directory are the user's alone.
const nonBlock = 0

func othersHome(string) string { return "" }
