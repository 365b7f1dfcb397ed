package cli_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/cli"
)

// answers has the keeper answer requests of one method for tokens in another way, and collects the others.
func answers(k *keeper, method string, answer func(w http.ResponseWriter, path string)) (others *[]string) {
	others = new([]string)
	k.instead = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == method && strings.HasPrefix(r.URL.Path, "/voice/api/v1/admin/token") {
			answer(w, r.URL.EscapedPath())
			return true
		}
		if strings.HasPrefix(r.URL.Path, "/voice/") {
			*others = append(*others, r.Method+" "+r.URL.Path)
		}
		return false
	}
	return others
}

// raw answers with bytes of its own.
func raw(w http.ResponseWriter, format string, values ...any) {
	conn, out, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	writeRaw(out, format, values...)
}

func writeRaw(out *bufio.ReadWriter, format string, values ...any) {
	_, _ = fmt.Fprintf(out, format, values...)
	_ = out.Flush()
}

// percent writes every character of s in percent encoding.
func percent(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "%%%02x", s[i])
	}
	return b.String()
}

// text answers with a status and a body.
func text(status int, body string) func(http.ResponseWriter, string) {
	return func(w http.ResponseWriter, _ string) { w.WriteHeader(status); _, _ = io.WriteString(w, body) }
}

// leads answers with a redirect to what was asked for, elsewhere.
func leads(status int, to string) func(http.ResponseWriter, string) {
	return func(w http.ResponseWriter, path string) { w.Header().Set("Location", to+path); w.WriteHeader(status) }
}

func TestWhateverIsSaidAboutADeletionDoesNotTellTheAPIToken(t *testing.T) {
	p, k := tokenOwner(t)
	file := filepath.Join(t.TempDir(), "token.txt")
	if err := os.WriteFile(file, []byte(made[0]+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, id, _ := strings.Cut(made[0], ":")
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter, path string)
		want   string
	}{
		"its code":               {text(500, `{"errorCode":"x `+made[0]+`","message":"m"}`), "500 x aws80:c2353445… m"},
		"its details":            {text(500, `{"generalMessage":"g","details":"`+made[0]+`"}`), "g: aws80:c2353445…"},
		"JSON without a message": {text(500, `{"path":"`+strings.Repeat("x", 160)+made[0]+`"}`), `aws80:c2353445…`},
		"JSON of another form":   {text(500, `["`+made[0]+`"]`), `["aws80:c2353445…"]`},
		"text of the id alone":   {text(400, "no "+id+"."), "no c2353445…."},
		"text with capitals":     {text(400, "no "+strings.ToUpper(id)+"."), "400 no "},
		"percent encodings":      {text(400, "no "+percent(made[0])+"."), "no aws80:c2353445…."},
		"two encodings":          {text(400, "no "+strings.ReplaceAll(percent(id), "%", "%25")+"."), "no c2353445…."},
		"the encoded colon":      {text(400, "no "+strings.Replace(made[0], ":", "%3A", 1)+"."), "no aws80:c2353445…."},
		"escapes of JSON":        {text(400, "no "+strings.ReplaceAll(percent(id), "%", `\u00`)+"."), "no c2353445…"},
		"a long text":            {text(400, strings.Repeat("é", 80)+" "+made[0]), "400 é"},
		"another token":          {text(409, made[1]), "409 aws80:c2353446…"},
		"a redirect":             {leads(302, ""), "302 answered with a redirect to /voice/"},
		"a page elsewhere":       {leads(307, "http://other.example"), "redirects to another host"},
		"a host that tells":      {leads(302, "http://"+id+".example/"), "redirects to another host, http://c2353445….example,"},
		"a long host that tells": {leads(302, "http://"+strings.Repeat("a.", 200)+id+"/"), "redirects to another host"},
		"a broken redirect":      {leads(302, "http://x:y"), "failed to parse Location header"},
		"a broken status line":   {func(w http.ResponseWriter, path string) { raw(w, "HTTP/1.1 %s\r\n\r\n", path) }, "malformed HTTP"},
		"another protocol":       {func(w http.ResponseWriter, path string) { raw(w, "%s\r\n\r\n", path) }, "malformed HTTP"},
		"a long status line":     {func(w http.ResponseWriter, path string) { raw(w, "%s%s\r\n\r\n", strings.Repeat("x", 430), path) }, "malformed HTTP"},
		"a broken header":        {func(w http.ResponseWriter, path string) { raw(w, "HTTP/1.1 200 OK\r\n%s\r\n\r\n", path[1:]) }, "malformed MIME header"},
		"a broken length": {func(w http.ResponseWriter, path string) {
			raw(w, "HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n", path)
		}, "Content-Length"},
		"a broken encoding": {func(w http.ResponseWriter, _ string) {
			raw(w, "HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n", id)
		}, "transfer encoding"},
		"half an answer": {func(w http.ResponseWriter, path string) {
			raw(w, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n%s", path)
		}, "broke off"},
		"a page": {func(w http.ResponseWriter, path string) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, path)
		}, "answered a web page"},
		"nothing": {text(503, ""), "503 Service Unavailable"},
	} {
		others := answers(k, http.MethodDelete, c.answer)
		for _, args := range [][]string{{}, {"-v"}} {
			_, talk := p.run(1, false, "", append(args, "apitoken", "delete", "--token-file", file, "--yes")...)
			if strings.Contains(strings.ToLower(talk), id[:9]) || strings.Contains(talk, percent(id[:9])) || !strings.Contains(talk, c.want) {
				t.Errorf("%s: it said\n%s", name, talk)
			}
		}
		if got := strings.Join(*others, " "); strings.ReplaceAll(got, "GET /voice/api/v1/admin/token", "") != strings.Repeat(" ", len(*others)-1) {
			t.Errorf("%s: asked was %s", name, got)
		}
	}
}

func TestWhatChangesSomethingIsSentToNoOtherPlace(t *testing.T) {
	p, k := tokenOwner(t)
	k.tokens = append(k.tokens, made[0])
	for _, status := range []int{300, 301, 302, 303, 304, 307, 308} {
		for _, to := range []string{"/voice/there", ""} {
			redirect := func(w http.ResponseWriter, _ string) {
				if to != "" {
					w.Header().Set("Location", to)
				}
				w.WriteHeader(status)
			}
			others := answers(k, http.MethodDelete, redirect)
			_, talk := p.run(1, false, "", "apitoken", "delete", "1", "--yes")
			if !strings.Contains(talk, fmt.Sprintf(": %d ", status)) || strings.Contains(talk, "Deleted") || len(*others) != 1 {
				t.Errorf("%d to %q: it asked %q, and said\n%s", status, to, *others, talk)
			}
			others = answers(k, http.MethodPost, redirect)
			out, talk := p.run(1, false, "", "apitoken", "create")
			if out != "" || !strings.Contains(talk, fmt.Sprintf(": %d ", status)) || !strings.Contains(talk, "ringcx apitoken list") || len(*others) != 0 {
				t.Errorf("%d to %q: it asked %q, and said\n%s%s", status, to, *others, out, talk)
			}
		}
	}
}

func TestACallThatIsNotAnsweredWithASuccessIsNone(t *testing.T) {
	p := newPerson(t)
	status, to, there := 0, "", 0
	before(p, func(w http.ResponseWriter, r *http.Request) bool {
		switch r.URL.Path {
		case "/voice/near":
			if to != "" {
				w.Header().Set("Location", to)
			}
			w.WriteHeader(status)
			if status != 204 && status != 304 {
				_, _ = io.WriteString(w, "the body")
			}
		case "/voice/there":
			there++
		default:
			return false
		}
		return true
	})
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "post"} {
		for _, status = range []int{300, 301, 302, 303} {
			for _, to = range []string{"", "/voice/there"} {
				out, talk := p.types(1, "api", method, "/voice/near", "-f", "a=b")
				if out != "the body\n" || !strings.Contains(talk, fmt.Sprintf("/voice/near: %d ", status)) || !strings.Contains(talk, "\nhint: ") || there != 0 {
					t.Errorf("%s, %d to %q: %q, %s", method, status, to, out, talk)
				}
			}
		}
	}
	for to, status = range map[string]int{"": 302, "/voice/x": 300, "/voice/y": 304} {
		if _, talk := p.types(1, "api", "GET", "/voice/near"); !strings.Contains(talk, fmt.Sprint(": ", status)) {
			t.Errorf("GET, %d: %s", status, talk)
		}
	}
	// Within the host, what stays what it is follows; and a success without a word is one.
	status, to = 302, "/voice/there"
	p.types(0, "api", "GET", "/voice/near")
	p.types(0, "api", "HEAD", "/voice/near")
	status = 308
	p.types(0, "api", "DELETE", "/voice/near")
	if there != 3 {
		t.Errorf("followed were %d", there)
	}
	for _, status = range []int{200, 201, 202, 204} {
		p.types(0, "api", "POST", "/voice/near")
	}
}

func TestWhatIsNotAnAPITokenIsNotTakenForOne(t *testing.T) {
	p, k := tokenOwner(t)
	for _, body := range []string{
		`{"message":"quota"}`, "[]", "null", "<a>", "Unauthorized", "", `""`, "true", "0", `"` + made[0], `["` + made[0] + `"]`, `{"token":"` + made[0] + `"}`, made[0] + "\n" + made[1], "aws80:" + strings.Repeat("a", 300),
		"http://login.example/x", "aws80:..", ":c2353445-bc74-af1a-2850-1d55a371c0a9", "c2353445-bc74-af1a-2850-1d55a371c0a9:", "c2353445-bc74-af1a-2850-1d55a371c0a9", "aws80:é2353445-bc74-af1a-2850", "..:/../../../../../x", `"aws80:\u00e92353445-bc74-af1a"`, "not: a token of any kind",
	} {
		answers(k, http.MethodPost, func(w http.ResponseWriter, _ string) {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, body)
		})
		file := filepath.Join(t.TempDir(), "token.txt")
		for _, args := range [][]string{{"apitoken", "create"}, {"apitoken", "create", "--output", file}} {
			out, talk := p.run(1, false, "", args...)
			if out != "" || !strings.Contains(talk, "the answer is not an API token") || !strings.Contains(talk, "'ringcx apitoken list'") {
				t.Errorf("%q: %q, %s", body, out, talk)
			}
		}
		if _, err := os.Stat(file); err == nil {
			t.Errorf("%q was written", body)
		}
	}
	for _, body := range []string{made[0], made[0] + "\r\n", `"` + made[0] + `"`, `"\u0061` + made[0][1:] + `"` + "\n"} {
		answers(k, http.MethodPost, func(w http.ResponseWriter, _ string) {
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, body)
		})
		if out, _ := p.run(0, true, "", "apitoken", "create", "--output", "-"); out != made[0]+"\n" {
			t.Errorf("%q: %q", body, out)
		}
	}
	answers(k, http.MethodPost, func(w http.ResponseWriter, _ string) { w.WriteHeader(429); _, _ = io.WriteString(w, made[0]) })
	if _, talk := p.run(75, false, "", "apitoken", "create"); strings.Contains(talk, "may have been made") {
		t.Errorf("a refusal says\n%s", talk)
	}
}

func TestWhatIsNotAnAPITokenIsListedAndNotDeleted(t *testing.T) {
	p, k := tokenOwner(t)
	k.tokens = []string{"", ".", "..", "../../users/7", "a\x1b[31mb", "aws80", "aws80:..", "%2e%2e", "aws80:%2e%2e%2fusers%2f7", made[0]}
	out, _ := p.talk(0, false, "", true, "apitoken", "list")
	if lines := strings.Split(out, "\n"); len(lines) != len(k.tokens)+1 || lines[0] != "1\t…" || lines[2] != "3\t.…" || strings.Contains(out, "\x1b") {
		t.Errorf("the list is\n%s", out)
	}
	for i := range len(k.tokens) - 1 {
		_, talk := p.run(1, false, "", "apitoken", "delete", fmt.Sprint(i+1), "--yes")
		if !strings.Contains(talk, "is not an API token, so it cannot be deleted") {
			t.Errorf("%q: %s", k.tokens[i], talk)
		}
		p.run(2, false, k.tokens[i], "apitoken", "delete", "--token-file", "-", "--yes")
	}
	if asked := strings.Join(k.asked, " "); strings.Contains(asked, "DELETE") {
		t.Errorf("asked was %s", asked)
	}
	p.run(0, false, "", "apitoken", "delete", fmt.Sprint(len(k.tokens)), "--yes")
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestAnAPITokenThatCouldNotBePrintedIsToldWithoutShowingIt(t *testing.T) {
	p, k := tokenOwner(t)
	for _, args := range [][]string{{"apitoken", "create"}, {"apitoken", "create", "--output", "-"}} {
		var talk strings.Builder
		code := cli.Main(&cli.Env{
			Args: args, Stdin: strings.NewReader(""), Stdout: full{}, Stderr: &talk, Context: t.Context(),
			Getenv: func(name string) string { return p.env[name] },
		})
		want := "ringcx: the API token " + made[len(k.tokens)-1][:14] + "… was made, but not written to standard output: no space left on device\nhint: 'ringcx apitoken list --show' prints it, 'ringcx apitoken delete' deletes it\n"
		if code != 1 || talk.String() != want {
			t.Errorf("exit code %d\n%s", code, &talk)
		}
	}
}
