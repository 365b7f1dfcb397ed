package cli

// What the tests of this package reach for themselves: parsing and choices that have no command of their own.
var (
	ParseSettings = parseSettings
	SystemBrowser = systemBrowser
	ParseKey      = parseKey
)
