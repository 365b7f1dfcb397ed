package journal

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// command is a request of the log that is written down for a POSIX shell; those of the guide are in console/snippets.go. What
// is secret stands in a document that curl reads from its input: arguments of programs can be seen by everybody at the machine.
type command struct {
	args    []string // of curl, as the shell takes them
	secrets []string // lines of a configuration of curl
	needs   []string // variables that the environment file does not fill, in the order in which they are to be filled
}

// Curl writes the request down as a command. Secrets are variables: those of 'ringcx sandbox env', or others that the lines
// before the command fill. platform says that it went to RingCentral, not to RingCX.
func (e *Entry) Curl(platform bool) string {
	var c command
	c.method(e)
	c.address(e, platform)
	token := tokenVariable("access_token", platform)
	switch e.Auth {
	case "Basic":
		c.secret("user", "", "RC_APP_CLIENT_ID", ":", "RC_APP_CLIENT_SECRET")
	case "Bearer":
		c.secret("header", "Authorization: Bearer ", token)
	case "X-Auth-Token":
		c.secret("header", "X-Auth-Token: ", "X_AUTH_TOKEN")
	case "Cookie":
		c.secret("header", "Cookie: access_token=", token)
	}
	for _, p := range e.Form {
		switch name := url.QueryEscape(p.Name) + "="; {
		case p.Secret:
			c.secret("data-urlencode", name, p.variable(platform))
		case p.Name != wording.CutMark:
			c.args = append(c.args, "--data-urlencode "+shellWord(name+p.Value))
		}
	}
	return c.text(e)
}

// method asks for the method of e, if curl would not choose it.
func (c *command) method(e *Entry) {
	switch {
	case e.Method == http.MethodHead:
		c.args = append(c.args, "-I")
	case e.Method != http.MethodGet && (e.Method != http.MethodPost || len(e.Form) == 0):
		c.args = append(c.args, "-X "+shellWord(e.Method))
	}
	if strings.ContainsAny(e.Path, "[]{}") {
		c.args = append(c.args, "-g") // they are no patterns
	}
	if strings.Contains(e.Path, "/.") {
		c.args = append(c.args, "--path-as-is")
	}
}

// address adds the address. What is secret in it makes all of it a secret.
func (c *command) address(e *Entry, platform bool) {
	base := "RINGCX_SERVER_URL"
	if platform {
		base = "RC_SERVER_URL"
	}
	parts, secret := pathParts(e.Path)
	for i, p := range e.Query {
		separator := "&"
		if i == 0 {
			separator = "?"
		}
		parts[len(parts)-1] += separator + url.QueryEscape(p.Name) + "="
		if !p.Secret {
			parts[len(parts)-1] += url.QueryEscape(p.Value)
			continue
		}
		secret = true
		parts = append(parts, p.variable(platform), "")
	}
	if !secret {
		c.args = append(c.args, `"$`+base+`"`+shellWord(parts[0]))
		return
	}
	c.secret("url", append([]string{"", base}, parts...)...)
}

// pathParts is a path with the variable of the token that stood in it, if one did.
func pathParts(path string) (parts []string, secret bool) {
	for start, variable := range map[string]string{
		"/api/auth/logout/": "RINGCX_REFRESH_TOKEN", "/voice/api/v1/admin/token/": "X_AUTH_TOKEN", "/api/v1/admin/token/": "X_AUTH_TOKEN",
	} {
		if path == start+"***" {
			return []string{start, variable, ""}, true
		}
	}
	return []string{path}, false
}

// secret adds a line of the document: text and variables, in turn.
func (c *command) secret(option string, parts ...string) {
	line := ""
	for i, p := range parts {
		if i%2 == 1 {
			line += "${" + p + "}"
			c.need(p)
			continue
		}
		line += documentText(p)
	}
	c.secrets = append(c.secrets, option+` = "`+line+`"`)
}

// documentText is text between the quotes of a configuration of curl, inside a document of a shell.
func documentText(text string) string {
	text = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(text)
	return strings.NewReplacer(`\`, `\\`, "$", `\$`, "`", "\\`").Replace(text)
}

// need notes a variable, after those that it is filled from.
func (c *command) need(variable string) {
	if slices.Contains(environmentNames, variable) || slices.Contains(c.needs, variable) {
		return
	}
	for _, before := range fills[variable].from {
		c.need(before)
	}
	c.needs = append(c.needs, variable)
}

// text is the command with what has to be before it.
func (c *command) text(e *Entry) string {
	var out strings.Builder
	for _, name := range c.needs {
		if fill := fills[name]; fill.command != "" {
			fmt.Fprintf(&out, "[ -n \"${%s-}\" ] || %s=$(%s)\n", name, name, fill.command)
			continue
		}
		fmt.Fprintf(&out, ": \"${%s:?was not kept; this takes it: read -r %s}\"\n", name, name)
	}
	switch {
	case e.Auth == "other":
		out.WriteString("# Its Authorization header, of another scheme, was not kept.\n")
	case slices.Contains([]string{http.MethodPost, http.MethodPut, http.MethodPatch}, e.Method) && len(e.Form) == 0:
		out.WriteString("# If it had a body, that was not kept.\n")
	}
	out.WriteString("curl -sS")
	if len(c.secrets) > 0 {
		out.WriteString(" -K -")
	}
	for _, a := range c.args {
		if strings.HasPrefix(a, "--data") {
			out.WriteString(" \\\n ")
		}
		out.WriteString(" " + a)
	}
	if len(c.secrets) > 0 {
		out.WriteString(" <<END\n" + strings.Join(c.secrets, "\n") + "\nEND")
	}
	return out.String()
}

// environmentNames are the variables that the environment file fills.
var environmentNames = []string{"RC_SERVER_URL", "RINGCX_SERVER_URL", "RC_APP_CLIENT_ID", "RC_APP_CLIENT_SECRET", "RC_USER_JWT"}

// fill is the command that gives the value of a variable, from others.
type fill struct {
	command string
	from    []string
}

// fills are the commands of the variables that can be had again. Their secrets are arguments of nothing but the shell itself.
var fills = map[string]fill{
	"RC_ACCESS_TOKEN":      {fillLogin + fieldOf("access_token"), nil},
	"RC_REFRESH_TOKEN":     {fillLogin + fieldOf("refresh_token"), nil},
	"RINGCX_ACCESS_TOKEN":  {fillExchange + fieldOf("accessToken"), []string{"RC_ACCESS_TOKEN"}},
	"RINGCX_REFRESH_TOKEN": {fillExchange + fieldOf("refreshToken"), []string{"RC_ACCESS_TOKEN"}},
	"X_AUTH_TOKEN": {
		`printf 'data-urlencode = "username=%s"\ndata-urlencode = "password=%s"\n' "$ADMIN_NAME" "$ADMIN_PASSWORD" | ` +
			`curl -sS -K - "$RINGCX_SERVER_URL"/voice/api/v1/auth/login` + fieldOf("authToken"), []string{"ADMIN_NAME", "ADMIN_PASSWORD"},
	},
	"ADMIN_NAME":       {fillDemo + fieldOf("adminUsername"), nil},
	"ADMIN_PASSWORD":   {fillDemo + fieldOf("adminPassword"), nil},
	"SIGN_IN_NAME":     {fillDemo + fieldOf("email"), nil},
	"SIGN_IN_PASSWORD": {fillDemo + fieldOf("password"), nil},
}

const (
	fillDemo  = `curl -sS "$RC_SERVER_URL"/_sandbox/env`
	fillLogin = `printf 'user = "%s:%s"\ndata-urlencode = "assertion=%s"\n' "$RC_APP_CLIENT_ID" "$RC_APP_CLIENT_SECRET" "$RC_USER_JWT" | ` +
		`curl -sS -K - -d grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer "$RC_SERVER_URL"/restapi/oauth/token`
	fillExchange = `printf 'data-urlencode = "rcAccessToken=%s"\n' "$RC_ACCESS_TOKEN" | ` +
		`curl -sS -K - -d rcTokenType=Bearer -d includeRefresh=true "$RINGCX_SERVER_URL"/api/auth/login/rc/accesstoken`
)

// fieldOf takes a field out of JSON.
func fieldOf(name string) string {
	return ` | tr ',{' '\n\n' | sed -n 's/^ *"` + name + `" *: *"\([^"]*\)".*/\1/p' | head -n 1`
}

// variable stands for the value of a parameter that is secret.
func (p Parameter) variable(platform bool) string {
	switch name := strings.TrimPrefix(p.Value, "$"); {
	case p.Name == "username" && platform:
		return "SIGN_IN_NAME"
	case p.Name == "password" && platform:
		return "SIGN_IN_PASSWORD"
	case p.Name == "username":
		return "ADMIN_NAME"
	case p.Name == "password":
		return "ADMIN_PASSWORD"
	case p.Name == "access_token", p.Name == "refresh_token":
		return tokenVariable(p.Name, platform)
	case p.Name == "token" && platform:
		return "RC_ACCESS_TOKEN"
	case name == "", name[0] >= '0' && name[0] <= '9':
		return "VALUE_" + name
	default:
		return name
	}
}

// tokenVariable is the variable of a token of either vendor.
func tokenVariable(name string, platform bool) string {
	if platform {
		return "RC_" + strings.ToUpper(name)
	}
	return "RINGCX_" + strings.ToUpper(name)
}

// shellWord is text as a shell takes it whole.
func shellWord(text string) string {
	plain := func(c rune) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("/._-:=%+,@", c)
	}
	if text != "" && strings.IndexFunc(text, func(c rune) bool { return !plain(c) }) < 0 {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
