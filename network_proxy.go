package ringcx

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strings"
)

// wayOf tells what a transport shows of the way that it took for req, which ended with err. A program's function that names the
// proxy is asked once more, if one can be the cause.
func wayOf(req *http.Request, base http.RoundTripper, err error) way {
	w := way{host: oneLine(req.URL.Host), secure: req.URL.Scheme == "https"}
	if base == nil {
		base = http.DefaultTransport
	}
	t, ok := base.(*http.Transport)
	if !ok || t.Proxy == nil {
		return w
	}
	if reflect.ValueOf(t.Proxy).Pointer() == reflect.ValueOf(http.ProxyFromEnvironment).Pointer() {
		w.setting = os.Getenv
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return w // to the host itself: a proxy that is not reached is told as such
	}
	proxy, err := t.Proxy(req)
	w.proxy, w.unread = proxy, err != nil
	return w
}

// variable is the name of the variable that the proxy for such a request comes from.
func (w way) variable() string {
	name, _ := w.chosen()
	return name
}

func (w way) value() string {
	_, value := w.chosen()
	return value
}

func (w way) chosen() (name, value string) {
	name = "HTTP_PROXY"
	if w.secure {
		name = "HTTPS_PROXY"
	}
	return variable(w.setting, name)
}

// named says where the proxy comes from, "" if the environment has no say.
func (w way) named() string {
	if w.setting == nil {
		return ""
	}
	return ", which " + w.variable() + " names,"
}

func (w way) proxyForm() string {
	if w.setting == nil {
		return "give the client of this program a proxy of the form http://host:port, or none"
	}
	return "set " + w.variable() + " to http://host:port (" + proxyEscapes + "), or unset it"
}

// place is what a setting of the proxy is changed in.
func (w way) place() string {
	if w.setting == nil {
		return "the proxy of this program's client"
	}
	return w.variable()
}

// who is the proxy by its host, and never by the user and password of its URL. One that was put together wrongly may hold a
// part of them anywhere.
func (w way) who() string {
	if w.proxy == nil {
		return "the proxy"
	}
	u := *w.proxy
	whole := (u.Path == "" || u.Path == "/") && u.RawQuery == "" && u.Fragment == "" && u.Opaque == "" && strings.Trim(u.Port(), "0123456789") == ""
	if !whole || u.Hostname() == "" {
		return "the proxy"
	}
	return "the proxy " + clipped(u.Host)
}

// unreachableProxy is about the connection to the proxy itself.
func unreachableProxy(err error, w way) cause {
	who := w.who()
	if err == nil {
		err = errors.New("no connection")
	}
	c := tlsCause(err, w, who)
	switch {
	case c.id == "tls-missing":
		return cause{"proxy-tls", who + w.named() + " does not speak TLS there", "write http:// and not https:// in " + w.place()}
	case c.id != "":
		c.id, c.hint = "proxy-tls", "it is about the way to the proxy: check "+w.place()+", or add the proxy's root certificate to those of this system"
		return c
	}
	c = tcpCause(err, w)
	c.id, c.text = "proxy-unreachable", who+w.named()+" cannot be reached: "+c.text
	c.hint = "check " + w.place() + " and NO_PROXY, or unset " + w.place() + " if none is needed here"
	if w.setting == nil {
		c.hint = "check " + w.place() + ", or use none"
	}
	return c
}

// proxyEscapes are the characters of a password that have to be written in another way.
const proxyEscapes = "user and password with @ as %40, : as %3A, / as %2F, # as %23, ? as %3F, % as %25, \\ as %5C"

// proxyRefusal is an answer of a proxy that lets a request not through.
type proxyRefusal struct {
	status int
	words  string
}

func (e *proxyRefusal) Error() string { return cmp.Or(e.words, http.StatusText(e.status)) }

// refusals keeps the status of a proxy's answer, of which package net/http tells the words only. also is asked first.
func refusals(also func(context.Context, *url.URL, *http.Request, *http.Response) error) func(context.Context, *url.URL, *http.Request, *http.Response) error {
	return func(ctx context.Context, proxy *url.URL, connect *http.Request, resp *http.Response) error {
		if also != nil {
			if err := also(ctx, proxy, connect, resp); err != nil {
				return err
			}
		}
		if resp.StatusCode == http.StatusOK {
			return nil
		}
		_, words, _ := strings.Cut(resp.Status, " ")
		return &proxyRefusal{resp.StatusCode, strings.TrimSpace(words)}
	}
}

// refusedByProxy is about what comes of a connection that a proxy should pass on. Of a transport that is none of ours its answer is
// known by the words behind the status only.
func refusedByProxy(err error, w way) cause {
	who, said := w.who(), plainNetwork(err)
	text := strings.ToLower(said)
	status := statusNamed(text)
	var answered *proxyRefusal
	if errors.As(err, &answered) {
		status = answered.status
	}
	avoid := "add the host to NO_PROXY"
	if odd := noProxyProblems(w.setting); len(odd) > 0 {
		avoid = odd[0] + "; " + avoid
	}
	switch {
	case status == http.StatusNetworkAuthenticationRequired:
		return cause{"portal", who + w.named() + " wants a sign-in to the network (511)", openABrowser}
	case status == http.StatusProxyAuthRequired, strings.Contains(text, "authenticat"):
		return w.login(said)
	case status >= http.StatusInternalServerError && status != http.StatusNotImplemented:
		return cause{
			"proxy-refused", fmt.Sprintf("%s does not let %s through: it cannot reach it (%s)", who, w.host, said),
			"check " + checkHosts[len("check "):] + ", and the proxy's own network; or " + avoid + ", if it can be reached without",
		}
	case status == http.StatusMethodNotAllowed, status == http.StatusNotImplemented, status == http.StatusNotFound, status == http.StatusBadRequest:
		return cause{
			"proxy-refused", fmt.Sprintf("%s does not let %s through: %s", who, w.host, said),
			"what listens there may be a web server and no proxy, or want TLS (https://): check " + w.place() + "; or " + avoid,
		}
	case strings.HasPrefix(text, "malformed http") && strings.Contains(text, `\x15\x03`):
		return cause{"proxy-tls", who + w.named() + " speaks TLS", "write https:// and not http:// in " + w.place()}
	case strings.HasPrefix(text, "malformed http"):
		return cause{"proxy-refused", who + w.named() + " does not answer as a proxy that speaks HTTP/1.1", "check " + w.place() + ", the port above all; or write socks5:// if it is one of SOCKS"}
	case isTimeout(err):
		return cause{"proxy-timeout", fmt.Sprintf("no answer in time from %s by way of %s", w.host, who), "check " + w.place() + " and the proxy; or " + avoid + nothingLost}
	case isCut(err):
		return cause{"proxy-closed", fmt.Sprintf("%s, or %s behind it, closed the connection: %s", who, w.host, said), "check " + w.place() + "; or " + avoid + ", if it can be reached without" + nothingLost}
	}
	return cause{"proxy-refused", fmt.Sprintf("%s does not let %s through: %s", who, w.host, said), avoid + ", or have the proxy let it through; if it wants a user and a password, put them into " + w.place()}
}

// login is about a proxy that wants to know who asks.
func (w way) login(said string) cause {
	if w.proxy != nil && w.proxy.User != nil {
		return cause{
			"proxy-auth", w.who() + " refuses the user and the password of " + w.place() + ": " + said,
			"check them; special characters are percent-encoded: " + proxyEscapes + "; only HTTP Basic is spoken, not NTLM or Kerberos",
		}
	}
	return cause{
		"proxy-auth", w.who() + w.named() + " wants a user and a password: " + said,
		"put them into " + w.place() + " as http://user:password@host:port (" + proxyEscapes + ")",
	}
}

// proxyLogin is what to do about an answer 407.
const proxyLogin = "a proxy wants a user and a password: put them into HTTPS_PROXY (HTTP_PROXY for http://) as http://user:password@host:port (" +
	proxyEscapes + ")"

// statusNamed is the status that a proxy's words stand for, 0 if none is known by them.
func statusNamed(text string) int {
	for status := http.StatusBadRequest; status < 600; status++ {
		if name := http.StatusText(status); name != "" && text == strings.ToLower(name) {
			return status
		}
	}
	return 0
}

func isCut(err error) bool {
	var op *net.OpError
	text := plainNetwork(err)
	return errors.As(err, &op) || strings.Contains(text, "was cut") || strings.Contains(text, "reset") || strings.Contains(text, "closed")
}

// ignored tells of variables that name a proxy, and do not lead this request over TLS to one; "" if there is none.
func (w way) ignored() string {
	if w.setting == nil {
		return ""
	}
	name, value := w.chosen()
	other, otherValue := variable(w.setting, "HTTP_PROXY")
	all, allValue := variable(w.setting, "ALL_PROXY")
	none, _ := variable(w.setting, "NO_PROXY")
	switch problem := proxyProblem(value); {
	case problem != "":
		return name + " " + problem + ", so no proxy was used: " + w.proxyForm()
	case value != "":
		return none + " has the host reached without the proxy of " + name + ": change it if the proxy is needed" + nothingLost
	case allValue != "":
		return all + " is not read, so no proxy was used: set " + name + " if one is needed" + nothingLost
	case otherValue != "":
		return other + " is for http:// alone, so no proxy was used: set " + name + " if one is needed" + nothingLost
	}
	return ""
}
