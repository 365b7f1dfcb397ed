package profile

// Method is how a person logs in. The words are those of the flags and of config.toml.
type Method string

// Ways to log in.
const (
	ByJWT     Method = "jwt"     // a JWT credential of the Developer Portal
	ByBrowser Method = "browser" // RingCentral's sign-in page
	ByDirect  Method = "direct"  // user name and password of RingCX itself
	ByLegacy  Method = "legacy"  // user name and password of a deployment from before RingCX
)

func (m Method) known() bool {
	switch m {
	case "", ByJWT, ByBrowser, ByDirect, ByLegacy:
		return true
	}
	return false
}

// Or is m, or what stands for it where it is not said.
func (m Method) Or(other Method) Method {
	if m == "" {
		return other
	}
	return m
}

// Password reports whether the login is one to RingCX itself, which needs no app.
func (m Method) Password() bool { return m == ByDirect || m == ByLegacy }

// Command is what a person types to log in this way.
func (m Method) Command(profile string) string {
	command := "ringcx login --" + string(m.Or(ByJWT))
	if profile != "default" {
		command += " --profile " + profile
	}
	return command
}
