package markup_test

import (
	"testing"

	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
	"github.com/ringcx-go/ringcx/sandbox/internal/markup"
)

func TestTextFromOutsideHidesNothingOnAPage(t *testing.T) {
	for text, want := range map[string]string{
		"plain":                    "plain",
		"<script>":                 "&lt;script&gt;",
		"abc\u202edef":             `abc\u202edef`,
		"a\u0000b\u001bc\u0085d":   "a\ufffdb\\u001bc\\u0085d", // NUL is escaped before
		"line\u2028line":           `line\u2028line`,
		"a\r\nb\tc":                "a\nb\tc",
		"a\rb":                     `a\u000db`,
		"\u0645\u06cc\u200c\u062e": "\u0645\u06cc\u200c\u062e", // what joins and parts letters of Persian
		"no UTF-8 \xff":            "no UTF-8 \ufffd",
	} {
		if got := markup.Render(h.P(h.Text(text))); string(got) != "<p>"+want+"</p>" {
			t.Errorf("%q has become %q", text, got)
		}
		if got := markup.Render(markup.Hidden("x", text)); string(got) != `<input type="hidden" name="x" value="`+want+`">` {
			t.Errorf("%q has become %q in an attribute", text, got)
		}
	}
	if got := markup.Render(markup.Hidden("x", `"' onclick="`)); string(got) != `<input type="hidden" name="x" value="&#34;&#39; onclick=&#34;">` {
		t.Errorf("quotes have become %q", got)
	}
}

func TestAnAddressFromOutsideRunsNothing(t *testing.T) {
	plain := func(address string) h.Node { return h.Href(address) }
	for _, address := range []string{
		"javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "\tjavascript:alert(1)", "java\nscript:alert(1)",
		"java\tscript:alert(1)", "\x01javascript:alert(1)", "\u202ejavascript:alert(1)", "javascript\x00:alert(1)", "javascript&colon;:alert(1)",
		"data:text/html,<script>alert(1)</script>", "DATA:text/html;base64,PHNjcmlwdD4=", "vbscript:msgbox(1)", "VbScRiPt:x",
		"blob:http://127.0.0.1/x", "file:///etc/passwd", "x:y",
	} {
		if got := markup.Render(h.A(markup.Link(address))); string(got) != `<a href="#"></a>` {
			t.Errorf("%q leads to %s", address, got)
		}
		if got := markup.Render(h.Form(markup.Action(address))); string(got) != `<form action="#"></form>` {
			t.Errorf("%q is sent to %s", address, got)
		}
		if got := markup.Render(h.A(plain(address))); string(got) == `<a href="#"></a>` {
			t.Errorf("without the check, %q leads nowhere, too: this test sees nothing", address)
		}
	}
}

func TestAnAddressThatIsOneStaysAsItIs(t *testing.T) {
	for address, want := range map[string]string{
		"http://127.0.0.1:8080/console/":    "http://127.0.0.1:8080/console/",
		"HTTPS://x.example/":                "HTTPS://x.example/",
		"mailto:a@example.com":              "mailto:a@example.com",
		"/console/apps?find=a%2Fb&page=2#x": "/console/apps?find=a%2Fb&amp;page=2#x",
		"/console/a:b":                      "/console/a:b",
		"sign-in":                           "sign-in",
		"":                                  "",
		"/a b\"'<>`\\\u202e\x7fü%zz":        "/a%20b%22%27%3c%3e%60%5c%e2%80%ae%7f%c3%bc%25zz",
		"http://[::1]:8080/?a=(b)&c=[d]":    "http://[::1]:8080/?a=%28b%29&amp;c=[d]",

		"http://x/" + markup.Escape("a/b?c=d&e#%"): "http://x/a%2fb%3fc%3dd%26e%23%25",
	} {
		if got := markup.Render(h.A(markup.Link(address))); string(got) != `<a href="`+want+`"></a>` {
			t.Errorf("%q has become %s", address, got)
		}
	}
}

func TestAPartOfAnAddressStaysThatPart(t *testing.T) {
	for part, want := range map[string]string{
		"Az09-._~": "Az09-._~", "a/../b": "a%2f..%2fb", "a?b#c&d=e+f g": "a%3fb%23c%26d%3de%2bf%20g", "%41": "%2541", "ü\u202e": "%c3%bc%e2%80%ae",
		"javascript:x": "javascript%3ax", "\"'<>": "%22%27%3c%3e", "": "",
	} {
		if got := markup.Escape(part); got != want {
			t.Errorf("%q has become %q", part, got)
		}
	}
}
