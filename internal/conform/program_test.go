package conform_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// program is a client of RingCX that survives every scenario, unless it was given flaws. It is this test binary, started
// as "BINARY program FLAW…".
type program struct {
	flaws     map[string]bool
	state     string // the file of its tokens
	rc, cx    string // the servers
	tokens    tokens
	userAgent string
}

// tokens are what it keeps. Without a refresh token it logs in.
type tokens struct{ Access, Refresh, Quiet, Login string }

var errRefused = errors.New("refused")

func programMain(flaws []string) int {
	p := &program{
		flaws: map[string]bool{}, state: filepath.Join(os.Getenv("RINGCX_CONFORM_STATE"), "tokens"),
		rc: os.Getenv("RC_SERVER_URL"), cx: os.Getenv("RINGCX_SERVER_URL"), userAgent: "conform-test/1.0",
	}
	for _, f := range flaws {
		p.flaws[f] = true
	}
	if p.flaws["no-user-agent"] {
		p.userAgent = ""
	}
	if err := p.main(); err != nil {
		if p.flaws["fails-for-ever"] {
			_ = os.WriteFile(p.state, []byte("not JSON"), 0o600)
		}
		fmt.Fprintln(os.Stderr, "program:", err)
		if p.flaws["always-0"] {
			return 0
		}
		return 1
	}
	return 0
}

func (p *program) main() error {
	switch {
	case p.flaws["fails"]:
		return errors.New("as ever")
	case p.flaws["does-nothing"]:
		return nil
	case p.flaws["hangs"]:
		select {}
	}
	p.load()
	_, fresh := os.Stat(p.state)
	if p.tokens.Access == "" {
		if err := p.renew(); err != nil {
			return err
		}
	}
	body, err := p.get()
	for tries := 0; err != nil && p.flaws["hammers"] && tries < 20; tries++ {
		body, err = p.get()
	}
	if errors.Is(err, errRefused) && !p.flaws["ignores-401"] {
		if err = p.renew(); err == nil {
			body, err = p.get()
		}
	}
	if err != nil {
		return err
	}
	var rows []map[string]any
	if err := json.Unmarshal(body, &rows); err != nil && !p.flaws["takes-anything"] {
		return err
	}
	if p.flaws["chatters"] && fresh != nil {
		if err := p.chatter(); err != nil {
			return err
		}
	}
	if p.flaws["prints-token"] {
		fmt.Println(p.tokens.Access)
	}
	return nil
}

// chatter sends more requests than a sandbox remembers. The first of them may have a token in its URL.
func (p *program) chatter() error {
	query := ""
	if p.flaws["chatters-of-tokens"] {
		query = "?access_token=x"
	}
	for range 10_001 {
		req, err := http.NewRequest(http.MethodGet, p.rc+"/restapi"+query, nil)
		if err != nil {
			return err
		}
		query = ""
		if _, err := p.do(req); err != nil {
			return err
		}
	}
	return nil
}

func (p *program) load() {
	p.tokens = tokens{}
	if text, err := os.ReadFile(p.state); err == nil && !p.flaws["keeps-nothing"] {
		if json.Unmarshal(text, &p.tokens) != nil && p.flaws["fails-for-ever"] {
			panic("the state is damaged")
		}
	}
	if p.flaws["believes-its-clock"] && expiredByClock(p.tokens.Access) {
		p.tokens.Access = ""
	}
}

// expiredByClock compares the token's own time with that of this machine.
func expiredByClock(token string) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return true
	}
	var claims struct{ Exp int64 }
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	return err != nil || json.Unmarshal(text, &claims) != nil || time.Now().Unix() > claims.Exp
}

func (p *program) save(t tokens) error {
	text, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return os.WriteFile(p.state, text, 0o600)
}

// lock waits for other copies of the program, but not for ever: one may have died with the lock.
func (p *program) lock() (unlock func()) {
	name := p.state + ".lock"
	for range 300 {
		if os.Mkdir(name, 0o700) == nil {
			break
		}
		<-time.After(10 * time.Millisecond)
	}
	return func() { _ = os.Remove(name) }
}

// renew gets new tokens. What cannot be used twice leaves the file before it is sent.
func (p *program) renew() error {
	if !p.flaws["no-lock"] {
		defer p.lock()()
		before := p.tokens.Access
		if p.load(); p.tokens.Access != before && p.tokens.Access != "" {
			return nil
		}
	}
	if quiet, err := time.Parse(time.RFC3339Nano, p.tokens.Quiet); err == nil && time.Now().Before(quiet) {
		return errors.New("the vendor wants to be left alone")
	}
	refresh := p.tokens.Refresh
	if refresh != "" && !p.flaws["never-refreshes"] {
		if !p.flaws["keeps-refresh-token"] {
			if err := p.save(tokens{Access: p.tokens.Access, Login: p.tokens.Login}); err != nil {
				return err
			}
		}
		err := p.tokensFrom("/api/auth/token/refresh", url.Values{"refresh_token": {refresh}})
		if err == nil || !errors.Is(err, errRefused) || p.flaws["gives-up"] {
			return err
		}
	}
	return p.logIn()
}

func (p *program) logIn() error {
	form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {os.Getenv("RC_USER_JWT")}}
	query := ""
	if p.flaws["token-in-url"] {
		query = "?" + form.Encode()
	}
	var login struct {
		Access string `json:"access_token"`
	}
	if p.flaws["keeps-login"] && p.tokens.Login != "" {
		return p.exchange(p.tokens.Login)
	}
	if err := p.post(p.rc+"/restapi/oauth/token"+query, form, &login); err != nil {
		return err
	}
	return p.exchange(login.Access)
}

func (p *program) exchange(token string) error {
	p.tokens.Login = token
	return p.tokensFrom("/api/auth/login/rc/accesstoken?includeRefresh=true", url.Values{"rcAccessToken": {token}, "rcTokenType": {"Bearer"}})
}

func (p *program) tokensFrom(path string, form url.Values) error {
	var t struct{ AccessToken, RefreshToken string }
	if err := p.post(p.cx+path, form, &t); err != nil {
		return err
	}
	if p.flaws["forgets-new-refresh-token"] && p.tokens.Refresh != "" {
		t.RefreshToken = p.tokens.Refresh
	}
	p.tokens = tokens{Access: t.AccessToken, Refresh: t.RefreshToken, Login: p.tokens.Login}
	return p.save(p.tokens)
}

func (p *program) post(to string, form url.Values, v any) error {
	for tries := 0; ; tries++ {
		req, err := http.NewRequest(http.MethodPost, to, strings.NewReader(form.Encode()))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if strings.Contains(to, "/restapi/") {
			req.SetBasicAuth(os.Getenv("RC_APP_CLIENT_ID"), os.Getenv("RC_APP_CLIENT_SECRET"))
		}
		body, err := p.do(req)
		if err != nil && p.flaws["hammers"] && tries < 20 {
			continue
		}
		if err != nil {
			return err
		}
		return json.Unmarshal(body, v)
	}
}

func (p *program) get() ([]byte, error) {
	req, err := http.NewRequest(http.MethodGet, p.cx+"/voice/api/v1/admin/accounts", nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+p.tokens.Access)
	return p.do(req)
}

func (p *program) do(req *http.Request) ([]byte, error) {
	req.Header.Set("User-Agent", p.userAgent)
	client := &http.Client{Timeout: 20 * time.Second}
	if p.flaws["impatient"] {
		client.Timeout = 500 * time.Millisecond
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	switch {
	case err != nil && !p.flaws["takes-anything"]:
		return nil, err
	case resp.StatusCode == http.StatusTooManyRequests:
		return nil, p.refusedFor(resp.Header.Get("Retry-After"))
	case resp.StatusCode/100 == 4:
		return nil, fmt.Errorf("%w: %d", errRefused, resp.StatusCode)
	case resp.StatusCode != http.StatusOK:
		return nil, errors.New(resp.Status)
	}
	return body, nil
}

// refusedFor remembers how long the vendor wants to be left alone.
func (p *program) refusedFor(retryAfter string) error {
	if wait, err := time.ParseDuration(retryAfter + "s"); err == nil && !p.flaws["no-ledger"] {
		p.tokens.Quiet = time.Now().Add(wait).Format(time.RFC3339Nano)
		if err := p.save(p.tokens); err != nil {
			return err
		}
	}
	return errors.New("429, Retry-After: " + retryAfter)
}
