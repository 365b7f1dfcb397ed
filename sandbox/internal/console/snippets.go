package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/view"
)

// httpCall is a request that is written down in several languages, for the guide. A request of the log is written down in
// journal/curl.go.
type httpCall struct {
	method, url string
	id, secret  string // of Basic authentication; "": none
	bearer      string
	form        [][2]string
}

// snippets writes a call down in every language, the quickest to try first.
func (c *httpCall) snippets() []view.Snippet {
	return []view.Snippet{
		{Language: "curl", Code: c.curl()},
		{Language: "Go", Code: c.golang()},
		{Language: "JavaScript", Code: c.javascript()},
		{Language: "Python", Code: c.python()},
		{Language: "PHP", Code: c.php()},
	}
}

func (c *httpCall) curl() string {
	quoted := func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
	out := "curl -sS -i " + quoted(c.url)
	if c.id != "" {
		out += " \\\n  -u " + quoted(c.id+":"+c.secret)
	}
	if c.bearer != "" {
		out += " \\\n  -H " + quoted("Authorization: Bearer "+c.bearer)
	}
	for _, p := range c.form {
		out += " \\\n  --data-urlencode " + quoted(p[0]+"="+p[1])
	}
	return out + "\n"
}

func (c *httpCall) golang() string {
	imports, body, prepare, headers := []string{"fmt", "io", "net/http"}, "nil", "", ""
	if c.form != nil {
		imports = append(imports, "net/url", "strings")
		body = "strings.NewReader(form.Encode())"
		prepare = "\tform := url.Values{\n"
		for _, p := range c.form {
			prepare += fmt.Sprintf("\t\t%q: {%q},\n", p[0], p[1])
		}
		prepare += "\t}\n"
		headers = "\treq.Header.Set(\"Content-Type\", \"application/x-www-form-urlencoded\")\n"
	}
	if c.id != "" {
		headers += fmt.Sprintf("\treq.SetBasicAuth(%q, %q)\n", c.id, c.secret)
	}
	if c.bearer != "" {
		headers += fmt.Sprintf("\treq.Header.Set(\"Authorization\", %q)\n", "Bearer "+c.bearer)
	}
	const check = "\tif err != nil {\n\t\tpanic(err)\n\t}\n"
	return "package main\n\nimport (\n\t\"" + strings.Join(imports, "\"\n\t\"") + "\"\n)\n\nfunc main() {\n" + prepare +
		fmt.Sprintf("\treq, err := http.NewRequest(%q, %q, %s)\n", c.method, c.url, body) + check + headers +
		"\tresp, err := http.DefaultClient.Do(req)\n" + check + "\tdefer resp.Body.Close()\n" +
		"\tanswer, err := io.ReadAll(resp.Body)\n" + check + "\tfmt.Println(resp.StatusCode, string(answer))\n}\n"
}

func (c *httpCall) javascript() string {
	var b strings.Builder
	fmt.Fprintf(&b, "const response = await fetch(%q, {\n  method: %q,\n", c.url, c.method)
	if c.id != "" {
		fmt.Fprintf(&b, "  headers: { Authorization: \"Basic \" + btoa(%q) },\n", c.id+":"+c.secret)
	}
	if c.bearer != "" {
		fmt.Fprintf(&b, "  headers: { Authorization: %q },\n", "Bearer "+c.bearer)
	}
	if c.form != nil {
		b.WriteString("  body: new URLSearchParams({\n")
		for _, p := range c.form {
			fmt.Fprintf(&b, "    %s: %q,\n", p[0], p[1])
		}
		b.WriteString("  }),\n")
	}
	b.WriteString("});\nconsole.log(response.status, await response.text());\n")
	return b.String()
}

func (c *httpCall) python() string {
	var b strings.Builder
	if c.id != "" {
		b.WriteString("import base64\n")
	}
	b.WriteString("import urllib.error\nimport urllib.parse\nimport urllib.request\n\n")
	data := ""
	if c.form != nil {
		b.WriteString("form = {\n")
		for _, p := range c.form {
			fmt.Fprintf(&b, "    %q: %q,\n", p[0], p[1])
		}
		b.WriteString("}\n")
		data = ", data=urllib.parse.urlencode(form).encode()"
	}
	fmt.Fprintf(&b, "request = urllib.request.Request(%q%s, method=%q)\n", c.url, data, c.method)
	if c.id != "" {
		fmt.Fprintf(&b, "basic = base64.b64encode(b%q).decode()\nrequest.add_header(\"Authorization\", \"Basic \" + basic)\n", c.id+":"+c.secret)
	}
	if c.bearer != "" {
		fmt.Fprintf(&b, "request.add_header(\"Authorization\", %q)\n", "Bearer "+c.bearer)
	}
	b.WriteString("try:\n    response = urllib.request.urlopen(request)\nexcept urllib.error.HTTPError as refusal:\n    response = refusal\n" +
		"print(response.status, response.read().decode())\n")
	return b.String()
}

func (c *httpCall) php() string {
	quoted := func(s string) string {
		return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
	}
	var b strings.Builder
	b.WriteString("<?php\n$headers = ['User-Agent: my-program/1.0'];\n")
	if c.form != nil {
		b.WriteString("$headers[] = 'Content-Type: application/x-www-form-urlencoded';\n")
	}
	if c.id != "" {
		b.WriteString("$headers[] = 'Authorization: Basic ' . base64_encode(" + quoted(c.id+":"+c.secret) + ");\n")
	}
	if c.bearer != "" {
		b.WriteString("$headers[] = " + quoted("Authorization: Bearer "+c.bearer) + ";\n")
	}
	b.WriteString("$http = ['method' => " + quoted(c.method) + ", 'header' => $headers, 'ignore_errors' => true];\n")
	if c.form != nil {
		b.WriteString("$http['content'] = http_build_query([\n")
		for _, p := range c.form {
			b.WriteString("    " + quoted(p[0]) + " => " + quoted(p[1]) + ",\n")
		}
		b.WriteString("]);\n")
	}
	b.WriteString("$answer = file_get_contents(" + quoted(c.url) + ", false, stream_context_create(['http' => $http]));\n" +
		"echo $http_response_header[0], ' ', $answer, \"\\n\";\n")
	return b.String()
}

// text is the call as it goes over the network.
func (c *httpCall) text(r *http.Request) string {
	out := c.method + " " + r.URL.RequestURI() + " HTTP/1.1\nHost: " + r.Host + "\n"
	for _, name := range []string{"User-Agent", "Authorization", "Content-Type"} {
		if value := r.Header.Get(name); value != "" {
			out += name + ": " + value + "\n"
		}
	}
	if c.form != nil {
		out += "\n" + c.encoded() + "\n"
	}
	return out
}

// encoded is the form as it is sent.
func (c *httpCall) encoded() string {
	parts := make([]string, 0, len(c.form))
	for _, p := range c.form {
		parts = append(parts, url.QueryEscape(p[0])+"="+url.QueryEscape(p[1]))
	}
	return strings.Join(parts, "&")
}
