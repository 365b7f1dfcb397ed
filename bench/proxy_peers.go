package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// oauth2Proxy is the module of the peer with this name.
const oauth2Proxy = "github.com/oauth2-proxy/oauth2-proxy/v7@v7.15.6"

// others starts the proxies that are compared, the broker's too. What cannot be had is missing.
func (r *ring) others() error {
	for _, peer := range []struct {
		name  string
		start func() error
	}{{nginx, r.nginx}, {caddy, r.caddy}, {"oauth2-proxy", r.oauth}, {bareProxy, r.bare}} {
		if err := peer.start(); errors.Is(err, errNotHere) {
			r.missing = append(r.missing, fmt.Sprintf("%s: %v", peer.name, err))
		} else if err != nil {
			return fmt.Errorf("%s: %w", peer.name, err)
		}
	}
	for _, b := range []struct{ name, bin, config string }{{brokerOff, r.bin, "limits = false\n"}, {brokerOn, r.bin + "-wide", ruled(r.dir)}} {
		p, err := r.broker(b.bin, b.config)
		if err != nil {
			return err
		}
		r.add(b.name, p.header(), p.process)
	}
	return nil
}

var errNotHere = errors.New("cannot be had here")

// debian finds a program, or takes it from its Debian packages without installing them.
func debian(program string, packages ...string) (string, error) {
	for _, at := range []string{program, "/usr/sbin/" + program} {
		if path, err := exec.LookPath(at); err == nil {
			return path, nil
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "ringcx-bench", "debian")
	for range 2 {
		for _, at := range []string{"usr/bin", "usr/sbin"} {
			if path, err := exec.LookPath(filepath.Join(dir, at, program)); err == nil {
				return path, nil
			}
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", err
		}
		get := exec.Command("sh", "-c", `apt-get download "$@" && for f in *.deb; do dpkg-deb -x "$f" . && rm "$f" || exit 1; done`, "sh") //nolint:noctx // bounded by itself
		get.Args, get.Dir = append(get.Args, packages...), dir
		if out, err := get.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%w: apt-get download %s: %w: %s", errNotHere, program, err, lastLine(out))
		}
	}
	return "", fmt.Errorf("%w: it is not in %v", errNotHere, packages)
}

func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}

// nginx is one process, as small as it can be: nothing is logged, connections are kept on both sides.
func (r *ring) nginx() error {
	bin, err := debian("nginx", "nginx")
	if err != nil {
		return err
	}
	return r.serve(nginx, "nginx.conf", `
daemon off; master_process off; pid DIR/nginx.pid; error_log stderr crit;
events { worker_connections 4096; }
http {
	access_log off; tcp_nodelay on; keepalive_requests 1000000000; server_tokens off;
	client_body_temp_path DIR/body; proxy_temp_path DIR/proxy; fastcgi_temp_path DIR/fastcgi; uwsgi_temp_path DIR/uwsgi; scgi_temp_path DIR/scgi;
	upstream vendor { server UPSTREAM; keepalive 512; keepalive_requests 1000000000; }
	server {
		listen LISTEN;
		location / {
			proxy_pass http://vendor; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Authorization "Bearer TOKEN";
		}
	}
}
`, bin, "-c", "CONFIG", "-p", "DIR", "-e", "stderr")
}

func (r *ring) caddy() error {
	bin, err := debian("caddy", "caddy")
	if err != nil {
		return err
	}
	return r.serve(caddy, "Caddyfile", `
{
	admin off
	auto_https off
}
http://LISTEN {
	bind 127.0.0.1
	reverse_proxy UPSTREAM {
		header_up Authorization "Bearer TOKEN"
		transport http {
			keepalive_idle_conns_per_host 512
		}
	}
}
`, bin, "run", "--adapter", "caddyfile", "--config", "CONFIG")
}

// bareProxyCommand has this program forward what it gets with what Go has for it, and do nothing else: what a broker in Go would
// cost that checked nothing.
const bareProxyCommand = "bare-proxy"

func (r *ring) bare() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	p, err := start(nil, self, bareProxyCommand, r.upstream.url)
	if err != nil {
		return err
	}
	r.stop = append(r.stop, p.stop)
	r.add(bareProxy, "", p)
	return nil
}

func bareProxyServer(upstream string) error {
	to, err := url.Parse(upstream)
	if err != nil {
		return err
	}
	authorization := "Bearer " + strings.Repeat("x", 600)
	ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // loopback
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", ln.Addr())
	return (&http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Header.Set("Authorization", authorization)
		},
		Transport: &http.Transport{MaxIdleConnsPerHost: 512},
	}}).Serve(ln)
}

// oauth is oauth2-proxy twice: as it is used by programs, which show a JWT that it checks, and as a mere proxy.
func (r *ring) oauth() error {
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	dir := filepath.Join(cache, "ringcx-bench", "go")
	bin := filepath.Join(dir, "oauth2-proxy")
	if _, err := os.Stat(bin); err != nil {
		build := exec.Command("go", "install", "-trimpath", "-ldflags=-s -w", oauth2Proxy) //nolint:noctx // bounded by itself
		build.Dir, build.Env = os.TempDir(), append(os.Environ(), "GOBIN="+dir, "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("%w: go install %s: %w: %s", errNotHere, oauth2Proxy, err, lastLine(out))
		}
	}
	answer, err := (&emulator{process: r.upstream.process}).send([]byte(head("GET", "/issuer/token") + "\r\n"))
	if err != nil {
		return err
	}
	common := `
http_address = "LISTEN"
upstreams = ["http://UPSTREAM/"]
provider = "oidc"
oidc_issuer_url = "http://UPSTREAM/issuer"
client_id = "bench"
client_secret = "SECRET"
redirect_url = "http://LISTEN/oauth2/callback"
cookie_secret = "COOKIE"
cookie_secure = false
email_domains = ["*"]
request_logging = false
auth_logging = false
`
	if err := r.serve(oauthAny, "oauth-any.toml", common+`skip_auth_routes = ["GET=^/voice/"]`, bin, "--config", "CONFIG"); err != nil {
		return err
	}
	r.bearer = member(answer, "access_token")
	return r.serve(oauthJWT, "oauth-jwt.toml", common+"skip_jwt_bearer_tokens = true", bin, "--config", "CONFIG")
}

// serve starts a proxy with a configuration, and adds it when it answers.
func (r *ring) serve(name, file, config string, command ...string) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // loopback
	if err != nil {
		return err
	}
	listen := ln.Addr().String()
	_ = ln.Close() // nobody else takes it so soon
	words := strings.NewReplacer("LISTEN", listen, "UPSTREAM", r.upstream.address(), "DIR", r.dir, "CONFIG", filepath.Join(r.dir, file), "SECRET", peerSecret, "COOKIE", strings.Repeat("c", 32), "TOKEN", strings.Repeat("x", 600))
	if err := os.WriteFile(filepath.Join(r.dir, file), []byte(words.Replace(config)), 0o600); err != nil {
		return err
	}
	for i := range command[1:] {
		command[1+i] = words.Replace(command[1+i])
	}
	p := &process{cmd: exec.Command(command[0], command[1:]...), url: "http://" + listen, args: command} //nolint:gosec,noctx // commands that this program has chosen
	p.cmd.Env = append(os.Environ(), "HOME="+r.dir)
	var said strings.Builder
	p.cmd.Stderr = &said
	if err := p.cmd.Start(); err != nil {
		return err
	}
	r.stop = append(r.stop, func() { p.stop(); _ = p.cmd.Wait() })
	for end := time.Now().Add(readyWithin); ; <-time.After(20 * time.Millisecond) {
		conn, err := net.Dial("tcp", listen) //nolint:noctx // loopback
		if err == nil {
			_ = conn.Close()
			break
		}
		if time.Now().After(end) {
			return fmt.Errorf("it did not get ready: %w", err)
		}
	}
	header := ""
	if name == oauthJWT {
		header = "Authorization: Bearer " + r.bearer + "\r\n"
	}
	r.add(name, header, p)
	return nil
}

// page is what a server answers.
func page(url string) ([]byte, error) {
	resp, err := http.Get(url) //nolint:gosec,noctx // loopback
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	return io.ReadAll(resp.Body)
}
