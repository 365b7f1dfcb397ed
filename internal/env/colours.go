package env

// Colours says whether standard output has colours: on a terminal that knows them, unless NO_COLOR or CLICOLOR=0 says
// otherwise, and wherever CLICOLOR_FORCE wants them. NO_COLOR comes first.
func (e *Env) Colours() bool {
	force := e.Getenv("CLICOLOR_FORCE")
	switch {
	case e.Getenv("NO_COLOR") != "":
		return false
	case force != "" && force != "0":
		return true
	}
	return e.OutTerminal && e.Getenv("TERM") != "dumb" && e.Getenv("CLICOLOR") != "0"
}
