package cli

// method is how a person logs in. The words are those of the flags and of config.toml.
type method string

const (
	byJWT     method = "jwt"     // a JWT credential of the Developer Portal
	byBrowser method = "browser" // RingCentral's sign-in page
	byDirect  method = "direct"  // user name and password of RingCX itself
	byLegacy  method = "legacy"  // user name and password of a deployment from before RingCX
)

func (m method) known() bool {
	switch m {
	case "", byJWT, byBrowser, byDirect, byLegacy:
		return true
	}
	return false
}

// or is m, or what stands for it where it is not said.
func (m method) or(other method) method {
	if m == "" {
		return other
	}
	return m
}

// password reports whether the login is one to RingCX itself, which needs no app.
func (m method) password() bool { return m == byDirect || m == byLegacy }

// command is what a person types to log in this way.
func (m method) command(profile string) string {
	command := "ringcx login --" + string(m.or(byJWT))
	if profile != "default" {
		command += " --profile " + profile
	}
	return command
}
