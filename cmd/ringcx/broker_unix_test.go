//go:build unix

package main_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/ringcxtest"
)

// unit is a broker as a service manager has it: with a socket that stays when the broker ends.
type unit struct {
	t       *testing.T
	env     []string
	config  string
	address string
	socket  *os.File
	told    *net.UnixConn // what the broker tells its manager
	log     bytes.Buffer
}

func newUnit(t *testing.T) *unit {
	t.Helper()
	box, dir := ringcxtest.NewServer(t, nil), t.TempDir()
	demo := box.Demo()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	u := &unit{t: t, address: ln.Addr().String(), config: filepath.Join(dir, "broker.toml")}
	if u.socket, err = ln.(*net.TCPListener).File(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = u.socket.Close() })
	manager := filepath.Join(dir, "notify")
	if u.told, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Name: manager, Net: "unixgram"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = u.told.Close() })
	u.env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "RINGCX_STORE=file:" + filepath.Join(dir, "store"), "RC_SERVER_URL=" + box.URL, "RINGCX_SERVER_URL=" + box.URL,
		"RC_APP_CLIENT_ID=" + demo.ClientID, "RC_APP_CLIENT_SECRET=" + demo.ClientSecret, "RC_USER_JWT=" + demo.JWT, "NOTIFY_SOCKET=" + manager, "LISTEN_FDS=1",
	}
	if err := os.WriteFile(u.config, []byte("linger = \"0s\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return u
}

// start starts a broker and returns when it has said that it is ready.
func (u *unit) start() *exec.Cmd {
	u.t.Helper()
	cmd := exec.CommandContext(u.t.Context(), "ringcx", "broker", "--config", u.config)
	cmd.Env, cmd.ExtraFiles, cmd.Stderr = u.env, []*os.File{u.socket}, &u.log
	if err := cmd.Start(); err != nil {
		u.t.Fatal(err)
	}
	u.await("READY=1")
	return cmd
}

// await waits until the broker tells its manager something.
func (u *unit) await(what string) {
	u.t.Helper()
	for said := make([]byte, 1024); ; {
		n, err := u.told.Read(said)
		if err != nil {
			u.t.Fatal(err)
		}
		if strings.Contains(string(said[:n]), what) {
			return
		}
	}
}

func (u *unit) stop(cmd *exec.Cmd) {
	u.t.Helper()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		u.t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		u.t.Errorf("%v\n%s", err, &u.log)
	}
}

// ask asks for the token.
func (u *unit) ask(ctx context.Context, client *http.Client, key string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+u.address+"/token", nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+key)
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, body)
	}
	return err
}

func TestWhatIsConfiguredOfASocketThatWasPassedOnAndIsOtherwiseIsTold(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]bool{"0660": true, "0600": false} {
		u := newUnit(t)
		dir := t.TempDir()
		ln, err := net.Listen("unix", filepath.Join(dir, "s"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = ln.Close() }()
		socket, err := ln.(*net.UnixListener).File()
		if err == nil {
			err = errors.Join(os.Chmod(filepath.Join(dir, "s"), 0o600), u.socket.Close())
		}
		if err == nil {
			err = os.WriteFile(u.config, []byte("linger = \"0s\"\n[[listen]]\naddress = \"unix:"+filepath.Join(dir, "s")+"\"\nmode = \""+mode+"\"\n"), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		u.socket = socket
		u.stop(u.start())
		if log := u.log.String(); strings.Contains(log, "set SocketMode=") != want || want && !strings.Contains(log, "mode 0660, it is 0600") {
			t.Errorf("mode %s: %s", mode, log)
		}
	}
}

func TestARestartBehindAPassedSocketAndAReloadDropNoRequest(t *testing.T) {
	t.Parallel()
	u := newUnit(t)
	create := exec.CommandContext(t.Context(), "ringcx", "broker", "key", "create", "--name", "worker")
	create.Env = u.env
	out, err := create.Output()
	key := strings.TrimSpace(string(out))
	if err != nil || !strings.HasPrefix(key, "rcxb_") {
		t.Fatal(err, key)
	}
	broker := u.start()
	var asked atomic.Int64
	var all sync.WaitGroup
	stop := make(chan struct{})
	for i := range 4 {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: i%2 == 0}}
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := u.ask(t.Context(), client, key); err != nil {
					t.Error(err)
				}
				asked.Add(1)
			}
		})
	}
	for range 3 {
		served := asked.Load()
		for asked.Load() < served+40 {
			if err := u.ask(t.Context(), http.DefaultClient, key); err != nil {
				t.Error(err)
			}
		}
		if err := broker.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		u.await("RELOADING=1")
		u.await("READY=1")
		u.stop(broker)
		broker = u.start()
	}
	close(stop)
	all.Wait()
	u.stop(broker)
	if n := strings.Count(u.log.String(), "the configuration was read again"); n != 3 {
		t.Errorf("it was read again %d times\n%s", n, &u.log)
	}
}

// identified makes a certificate of an authority that is itself, for a name, and puts it and its key into files.
func identified(t *testing.T, name, cert, key string) tls.Certificate {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, made, made, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	certPEM, keyPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
	for path, text := range map[string][]byte{cert: certPEM, key: keyPEM} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	pair.Leaf, err = x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// over is the status of GET /token over TLS with a certificate of the caller's, and the number of the broker's.
func (u *unit) over(server tls.Certificate, own ...tls.Certificate) (status int, number *big.Int, err error) {
	u.t.Helper()
	trusted := x509.NewCertPool()
	trusted.AddCert(server.Leaf)
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{RootCAs: trusted, ServerName: server.Leaf.DNSNames[0], Certificates: own, MinVersion: tls.VersionTLS12},
	}}
	resp, err := client.Get("https://" + u.address + "/token")
	if err != nil {
		return 0, nil, err
	}
	_ = resp.Body.Close()
	if resp.ProtoMajor != 2 {
		u.t.Errorf("it speaks %s", resp.Proto)
	}
	return resp.StatusCode, resp.TLS.PeerCertificates[0].SerialNumber, nil
}

func TestCallersAreKnownByTheirCertificatesAndCertificatesAreReadAgain(t *testing.T) {
	t.Parallel()
	u := newUnit(t)
	dir := filepath.Dir(u.config)
	in := func(name string) string { return filepath.Join(dir, name) }
	server := identified(t, "broker.internal", in("tls.crt"), in("tls.key"))
	worker := identified(t, "worker-1.internal", in("worker.crt"), in("worker.key"))
	stranger := identified(t, "worker-1.internal", in("other.crt"), in("other.key"))
	guest := identified(t, "guest.internal", in("guest.crt"), in("guest.key"))
	authorities := slices.Concat(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: worker.Leaf.Raw}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: guest.Leaf.Raw}))
	text := "linger = \"0s\"\n[[listen]]\naddress = \"" + u.address + "\"\ntls = true\n[tls]\ncert = \"tls.crt\"\nkey = \"tls.key\"\nclient_ca = \"callers.crt\"\n" +
		"[tls.callers]\n\"worker-1.internal\" = \"worker\"\n"
	for path, text := range map[string][]byte{in("callers.crt"): authorities, u.config: []byte(text)} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	broker := u.start()
	if status, _, err := u.over(server, worker); status != http.StatusOK {
		t.Errorf("the worker is answered %d %v", status, err)
	}
	if status, _, err := u.over(server); status != http.StatusUnauthorized {
		t.Errorf("nobody is answered %d %v", status, err)
	}
	if status, _, err := u.over(server, guest); status != http.StatusUnauthorized {
		t.Errorf("a name that is no caller's is answered %d %v", status, err)
	}
	if status, _, err := u.over(server, stranger); err == nil && status != http.StatusUnauthorized {
		t.Errorf("another authority's worker is answered %d", status)
	}
	next := identified(t, "broker.internal", in("tls.crt"), in("tls.key"))
	if err := broker.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	u.await("RELOADING=1")
	u.await("READY=1")
	if status, number, err := u.over(next, worker); status != http.StatusOK || number.Cmp(next.Leaf.SerialNumber) != 0 {
		t.Errorf("%d %v %v", status, number, err)
	}
	u.stop(broker)
}
