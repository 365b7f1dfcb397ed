package ringcxtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
)

// SignIn plays the person at the sandbox's sign-in page: it opens page, as [ringcx.Config.AuthCodeURL] makes it, signs in
// as the demo user, allows the app, and returns the address that the browser is sent to, with code and state in it. Nobody
// is asked there.
func (s *Server) SignIn(ctx context.Context, page string) (*url.URL, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	browser := *s.client
	browser.Jar = jar
	browser.CheckRedirect = func(req *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(req.URL.String(), s.URL+"/") {
			return http.ErrUseLastResponse
		}
		return nil
	}
	p := &person{ctx: ctx, server: s, browser: &browser}
	for _, fill := range []url.Values{nil, {"as": {"demo"}}, {"decision": {"allow"}}} {
		if page, err = p.step(page, fill); err != nil {
			return nil, fmt.Errorf("sign in at the sandbox: %w", err)
		}
	}
	return url.Parse(page)
}

// person is somebody in front of a browser.
type person struct {
	ctx     context.Context // of the one visit
	server  *Server
	browser *http.Client
	form    url.Values // what the page in front of the person holds
	action  string     // where that is sent
}

var (
	hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	formAction  = regexp.MustCompile(`<form method="post" action="([^"]*)"`)
)

// step opens a page, or fills in the form of the one that is open, and returns where it leads when it leads away.
func (p *person) step(page string, fill url.Values) (string, error) {
	method, body := http.MethodGet, ""
	if fill != nil {
		for name, values := range fill {
			p.form[name] = values
		}
		method, page, body = http.MethodPost, p.action, p.form.Encode()
	}
	req, err := http.NewRequestWithContext(p.ctx, method, page, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("User-Agent", "ringcxtest")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", p.server.URL)
	resp, err := p.browser.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode/100 == 3 {
		return resp.Header.Get("Location"), nil
	}
	return page, p.look(resp)
}

// look reads a page and the form in it.
func (p *person) look(resp *http.Response) error {
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	action := formAction.FindSubmatch(text)
	if resp.StatusCode != http.StatusOK || action == nil {
		return errors.New("the page refuses: " + heading(text))
	}
	to, err := resp.Request.URL.Parse(string(action[1]))
	if err != nil {
		return err
	}
	p.form, p.action = url.Values{}, to.String()
	for _, field := range hiddenField.FindAllSubmatch(text, -1) {
		p.form.Set(string(field[1]), string(field[2]))
	}
	return nil
}

var h1 = regexp.MustCompile(`(?s)<h1>(.*?)</h1>`)

func heading(page []byte) string {
	if m := h1.FindSubmatch(page); m != nil {
		return string(m[1])
	}
	return "it has no heading"
}
