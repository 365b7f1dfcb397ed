// Package testpages plays a person at the sign-in pages of the sandbox: it reads the forms that are there, fills them in
// and sends them, with cookies and redirects as a browser has them, but without a browser.
package testpages

import (
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Person is somebody at a web browser.
type Person struct {
	Email, Password string
	Deny            bool // does not let the app in
	Stop            bool // the browser does not reach the app: Page.URL is where it was sent, and nothing is there
}

// Page is where the browser ended up.
type Page struct{ URL, Text string }

var (
	form  = regexp.MustCompile(`(?s)<form method="post" action="([^"]*)".*?</form>`)
	field = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
)

// SignIn opens the address of a sign-in page and does what its forms ask for.
func (p Person) SignIn(address string) (*Page, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	origin, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Jar: jar, Timeout: 30 * time.Second}
	client.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if p.Stop && req.URL.Host != origin.Host || len(via) > 10 {
			return http.ErrUseLastResponse
		}
		return nil
	}
	resp, err := client.Get(address) //nolint:noctx // the client has a timeout
	for range 4 {
		page, action, values, err := p.read(resp, err)
		if err != nil || action == "" {
			return page, err
		}
		resp, err = client.PostForm(action, values) //nolint:noctx,bodyclose // the client has a timeout; read closes
		if err != nil {
			return nil, err
		}
	}
	return nil, errors.Join(errors.New("the pages never end"), resp.Body.Close())
}

// read takes a page in, and fills in its form if it has one.
func (p Person) read(resp *http.Response, err error) (page *Page, action string, values url.Values, _ error) {
	if err != nil {
		return nil, "", nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, "", nil, err
	}
	page = &Page{resp.Request.URL.String(), string(body)}
	if to, err := resp.Location(); err == nil {
		return &Page{URL: to.String()}, "", nil, nil
	}
	m := form.FindStringSubmatch(page.Text)
	if m == nil {
		return page, "", nil, nil
	}
	values = url.Values{}
	for _, hidden := range field.FindAllStringSubmatch(m[0], -1) {
		values.Set(hidden[1], html.UnescapeString(hidden[2]))
	}
	switch {
	case strings.Contains(page.Text, `role="alert"`):
		return page, "", nil, errors.New("the page does not let the person in")
	case strings.Contains(m[0], `name="password"`):
		values.Set("username", p.Email)
		values.Set("password", p.Password)
	case strings.Contains(m[0], `name="decision"`):
		values.Set("decision", map[bool]string{false: "allow", true: "deny"}[p.Deny])
	default:
		return page, "", nil, fmt.Errorf("a form nobody knows: %s", m[1])
	}
	to, err := resp.Request.URL.Parse(html.UnescapeString(m[1]))
	if err != nil {
		return page, "", nil, err
	}
	return page, to.String(), values, nil
}
