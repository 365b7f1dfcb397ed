package main

import (
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/cli"
)

// made is the site of this repository: its files by their paths, with slashes.
func made(t *testing.T) (dir string, files map[string]string) {
	t.Helper()
	dir = t.TempDir()
	if err := run([]string{"../..", dir}); err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(p)))
		files[p] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir, files
}

func TestEveryGuideDecisionAndCommandIsAPage(t *testing.T) {
	_, files := made(t)
	want := []string{"index.html", "docs/api.html", "docs/adr/index.html", "CHANGELOG.html"}
	for _, pattern := range []string{"docs/*.md", "docs/adr/*.md"} {
		names, err := filepath.Glob("../../" + pattern)
		if err != nil || len(names) < 20 {
			t.Fatal(names, err)
		}
		for _, name := range names {
			want = append(want, strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(name), "../../"), ".md")+".html")
		}
	}
	var look func(cmd *cobra.Command)
	look = func(cmd *cobra.Command) {
		if cmd.IsAvailableCommand() || !cmd.HasParent() {
			want = append(want, "commands/"+strings.ReplaceAll(cmd.CommandPath(), " ", "_")+".html")
		}
		for _, c := range cmd.Commands() {
			look(c)
		}
	}
	look(cli.Pages())
	for _, name := range want {
		page, ok := files[name]
		if !ok || strings.Count(page, "<h1") != 1 || !strings.Contains(page, "<title>") || strings.Contains(page, "<title></title>") {
			t.Errorf("%s is no page with a title", name)
		}
		before := 0
		for _, m := range heading.FindAllStringSubmatch(page, -1) {
			rank := int(m[1][0] - '0')
			if rank > before+1 {
				t.Errorf("%s: %q skips a rank", name, m[0])
			}
			before = rank
		}
	}
	if len(want) < 120 {
		t.Errorf("only %d pages were looked for", len(want))
	}
}

var (
	link    = regexp.MustCompile(`<(?:a [^>]*?href|img [^>]*?src)="([^"]*)"`)
	anchor  = regexp.MustCompile(` id="([^"]*)"`)
	heading = regexp.MustCompile(`<h([1-6])[^>]*>`)
	indexed = regexp.MustCompile(`"at":"([^"]*)"`)
)

// dead are links of a site, and of its index, that lead nowhere in it.
func dead(files map[string]string) (found []string) {
	anchors := map[string]map[string]bool{}
	for name, text := range files {
		anchors[name] = map[string]bool{}
		for _, m := range anchor.FindAllStringSubmatch(text, -1) {
			anchors[name][m[1]] = true
		}
	}
	look := func(from, to string) {
		u, err := url.Parse(strings.ReplaceAll(to, "&amp;", "&"))
		switch {
		case err != nil:
			found = append(found, from+" "+to)
			return
		case u.IsAbs():
			return
		}
		at := from
		if u.Path != "" {
			at = path.Join(path.Dir(from), u.Path)
		}
		if _, ok := files[at]; !ok || u.Fragment != "" && !anchors[at][u.Fragment] {
			found = append(found, from+" "+to)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if path.Ext(name) == ".html" {
			for _, m := range link.FindAllStringSubmatch(files[name], -1) {
				look(name, m[1])
			}
		}
	}
	for _, m := range indexed.FindAllStringSubmatch(files["assets/index.js"], -1) {
		look("index.html", m[1])
	}
	return found
}

func TestEveryLinkLeadsToAPageAndAPlaceInIt(t *testing.T) {
	_, files := made(t)
	for _, d := range dead(files) {
		t.Error(d)
	}
	if n := strings.Count(files["assets/index.js"], `"at":`); n < 500 {
		t.Errorf("only %d sections can be found", n)
	}
}

func TestThePicturesOfTheFirstPageAreInTheSite(t *testing.T) {
	_, files := made(t)
	for _, name := range []string{"docs/images/terminal.png", "docs/images/console.png"} {
		if !strings.Contains(files["index.html"], `<img src="`+name+`" alt="`) || !strings.HasPrefix(files[name], "\x89PNG") {
			t.Errorf("%s is not shown", name)
		}
	}
}

func TestALinkThatLeadsNowhereIsFound(t *testing.T) {
	got := dead(map[string]string{
		"index.html":      `<h1 id="top">x</h1><a href="docs/a.html">x</a><a href="docs/a.html#there">x</a><a href="#top">x</a><a href="https://example.com/">x</a><a href="docs/">x</a><img src="docs/a.png" alt="x"><img src="docs/b.png" alt="x">`,
		"docs/a.png":      "a picture",
		"docs/a.html":     `<h1 id="there">x</h1><a href="../index.html#top">x</a><a class="c" href="b.html">x</a><a href="#here">x</a>`,
		"assets/index.js": `const pages = [{"at":"docs/a.html#there"},{"at":"docs/a.html#gone"}]`,
	})
	want := []string{"docs/a.html b.html", "docs/a.html #here", "index.html docs/", "index.html docs/b.png", "index.html docs/a.html#gone"}
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

var (
	loads = regexp.MustCompile(`(?i)<(?:script|img|iframe|link|source|video|audio|object|embed|form|use|input)\b[^>]*?\s(?:src|href|srcset|data|action)="([^"]*)"`)
	calls = regexp.MustCompile(`(?i)\b(?:fetch|XMLHttpRequest|import|WebSocket|EventSource|sendBeacon)\b|@import|url\(`)
)

// foreign is what a file of a site would have a browser ask another host for.
func foreign(name, text string) (found []string) {
	switch path.Ext(name) {
	case ".html":
		for _, m := range loads.FindAllStringSubmatch(text, -1) {
			if u, err := url.Parse(m[1]); err != nil || u.Host != "" || u.IsAbs() && u.Scheme != "data" {
				found = append(found, m[1])
			}
		}
		if !strings.Contains(text, `content="default-src 'none'; script-src 'self'; style-src 'self';`) {
			found = append(found, "no policy")
		}
		if strings.Contains(text, "<style") || strings.Contains(text, " style=") || regexp.MustCompile(`<script[^>]*>[^<]`).MatchString(text) {
			found = append(found, "what the policy forbids")
		}
	case ".css", ".js":
		if name != "assets/index.js" { // texts of pages
			found = calls.FindAllString(text, -1)
		}
	case ".png": // holds no address
	default:
		found = append(found, "an unknown kind of file")
	}
	return found
}

func TestNoPageAsksAnotherHostForAnything(t *testing.T) {
	_, files := made(t)
	for name, text := range files {
		for _, f := range foreign(name, text) {
			t.Errorf("%s: %s", name, f)
		}
	}
}

func TestWhatAsksAnotherHostIsFound(t *testing.T) {
	const policy = `<meta content="default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'">`
	for text, want := range map[string]int{
		policy + `<a href="https://example.com/">x</a><script defer src="a.js"></script><link rel="icon" href="data:,">`: 0,
		`<p>x</p>`: 1, policy + `<script src="https://example.com/a.js"></script>`: 1, policy + `<img alt="x" src="//example.com/a.png">`: 1,
		policy + `<link rel="stylesheet" href="http://example.com/a.css">`: 1, policy + `<p style="color: red">`: 1, policy + `<script>x()</script>`: 1,
	} {
		if got := foreign("a.html", text); len(got) != want {
			t.Errorf("%s: found %q, want %d", text, got, want)
		}
	}
	for text, want := range map[string]int{"a { color: red }": 0, "@import 'a.css'": 1, "a { background: url(https://example.com/a.png) }": 1} {
		if got := foreign("a.css", text); len(got) != want {
			t.Errorf("%s: found %q, want %d", text, got, want)
		}
	}
	if got := foreign("a.js", "fetch('https://example.com/')"); len(got) != 1 {
		t.Errorf("found %q in a script", got)
	}
}

func TestASearchFindsSectionsThatHaveAllWords(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		if os.Getenv("RINGCX_TEST_REQUIRE") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	_, files := made(t)
	for query, want := range map[string]string{
		"verdicts": "docs/sandbox.html#verdicts", "GitLab": "docs/ci.html#gitlab", "ringcx sandbox env": "commands/ringcx_sandbox_env.html", "createDialGroup": "docs/api.html",
		"wordthatisnowhere": "", "verdicts wordthatisnowhere": "", " ": "",
	} {
		script := files["assets/index.js"] + "\n" + files["assets/search.js"] + fmt.Sprintf("\nfor (const s of find(%q).slice(0, 3)) console.log(s.at)", query)
		name := filepath.Join(t.TempDir(), "search.cjs")
		if err := os.WriteFile(name, []byte(script), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), "node", name).CombinedOutput()
		if err != nil || (want == "") != (len(out) == 0) || !strings.Contains(string(out), want) {
			t.Errorf("%q: %v, found %s, want %s", query, err, out, want)
		}
	}
}
