//go:build linux

package check_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/ringcx-go/ringcx/internal/testservers"
)

// comes waits until a look says yes, and fails when that takes too long.
func comes(t *testing.T, what string, log *bytes.Buffer, look func(context.Context) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for !look(ctx) {
		select {
		case <-ctx.Done():
			t.Fatalf("%s does not come: %s", what, log)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// runs starts the command in a container; its end is seen by ends.
func (i *image) runs(args ...string) (*exec.Cmd, *bytes.Buffer) {
	i.t.Helper()
	cmd, log := i.command(context.WithoutCancel(i.t.Context()), args...), new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		i.t.Fatal(err)
	}
	i.t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, log
}

// ends tells a process to end as a runtime does, and gives how long it took.
func ends(t *testing.T, cmd *exec.Cmd, log *bytes.Buffer) time.Duration {
	t.Helper()
	begun := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v: %s", err, log)
	}
	return time.Since(begun)
}

func TestThePodOfTheManifestsServesAndEndsInTime(t *testing.T) {
	all, _ := manifests(t, base(t, nil), "/base")
	pod := all["apps/v1 Deployment"].(*apps.Deployment).Spec.Template.Spec
	i, address := withLogin(t), "127.0.0.1:"+testservers.FreePort(t)
	cert, key := testservers.TLSFiles(t)
	text := strings.NewReplacer("0.0.0.0:8788", address, `"10s"`, `"1s"`).Replace(read(t, "../kustomize/broker.toml"))
	for _, at := range pod.Containers[0].VolumeMounts {
		switch {
		case at.Name == "config" && at.SubPath == "broker.toml":
			i.mount("config", at.Name, at.MountPath, "0644", at.SubPath, text)
		case at.Name == "tls":
			i.mount("secret", at.Name, at.MountPath, "0440", "tls.crt", read(t, cert))
			write(t, filepath.Join(i.files, "volumes.d/tls/tls.key"), read(t, key), 0o600)
		case at.Name != "login" || at.MountPath != "/etc/ringcx/login":
			t.Errorf("nobody mounts %+v", at)
		}
	}
	broker, log := i.runs(pod.Containers[0].Args...)
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM([]byte(read(t, cert)))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}}}
	for _, p := range []*core.Probe{pod.Containers[0].StartupProbe, pod.Containers[0].ReadinessProbe, pod.Containers[0].LivenessProbe} {
		comes(t, p.HTTPGet.Path, log, func(ctx context.Context) bool { return ask(ctx, client, "https://"+address+p.HTTPGet.Path) == nil })
	}
	if err := ask(t.Context(), client, "https://"+address+"/token"); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("who has no key is answered %v", err)
	}
	if took := ends(t, broker, log); took > time.Duration(*pod.TerminationGracePeriodSeconds)*time.Second {
		t.Errorf("it took %s to end", took)
	}
}

// composed is a service of compose.yaml, as far as it is tried here.
type composed struct {
	Command     []string
	Environment map[string]string
	Volumes     []string
	User        string
	ReadOnly    bool `json:"read_only"`
}

// network is what compose.yaml has started, on one machine: each service at a port of its own.
type network struct {
	*image
	services        map[string]composed
	store           string            // the URL of the database
	shared          map[string]string // volumes of more than one service, by name
	here            *strings.Replacer // addresses of compose.yaml and its files
	sandbox, broker string
	own             []string // variables of the image
}

func newNetwork(t *testing.T) *network {
	t.Helper()
	var file struct{ Services map[string]composed }
	if err := yaml.Unmarshal([]byte(read(t, "../container/compose.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	server, err := testservers.Postgres()
	testservers.Need(t, os.Getenv("RINGCX_TEST_REQUIRE") != "", err)
	t.Cleanup(func() { _ = server.Stop() })
	n := &network{
		image: newImage(t), services: file.Services, store: server.URL(), shared: map[string]string{},
		sandbox: "127.0.0.1:" + testservers.FreePort(t), broker: "127.0.0.1:" + testservers.FreePort(t),
	}
	n.own = n.env
	n.here = strings.NewReplacer("0.0.0.0:8787", n.sandbox, "sandbox:8787", strings.Replace(n.sandbox, "127.0.0.1", "sandbox", 1), "0.0.0.0:8788", n.broker)
	write(t, filepath.Join(n.root, "etc/hosts"), "127.0.0.1 localhost sandbox db\n", 0o644)
	for _, name := range []string{"vendor", "run"} { // they get the owner of what lies there in the image
		n.shared[name] = filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(n.shared[name], 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(n.shared[name], 65532, 65532); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// service prepares the image for a service, and gives the arguments of its command.
func (n *network) service(name string) (args []string) {
	n.t.Helper()
	c := n.services[name]
	if c.User != user || !c.ReadOnly {
		n.t.Errorf("%s runs as %s", name, c.User)
	}
	for _, word := range c.Command {
		args = append(args, n.here.Replace(word))
	}
	n.env, n.volumes = n.own, nil
	for key, value := range c.Environment {
		if key == "RINGCX_STORE" {
			value = n.store
		}
		n.env = append(n.env, key+"="+value)
	}
	for _, v := range c.Volumes {
		from, at, _ := strings.Cut(strings.TrimSuffix(v, ":ro"), ":")
		switch {
		case from == "./broker.toml":
			n.mount("config", "config", at, "0644", "broker.toml", n.here.Replace(read(n.t, "../container/broker.toml")))
		case n.shared[from] != "":
			n.mount("shared", n.shared[from], at, "", "", "")
		default:
			n.t.Errorf("%s has the volume %s", name, v)
		}
	}
	return args
}

func TestTheServicesOfComposeReachEachOther(t *testing.T) {
	n := newNetwork(t)
	var check []string
	line := regexp.MustCompile(`(?m)^HEALTHCHECK .* CMD (\[.*\])$`).FindStringSubmatch(read(t, "../container/Containerfile"))
	if err := json.Unmarshal([]byte(line[1]), &check); err != nil || strings.Join(check, " ") != "/usr/bin/ringcx broker health" {
		t.Fatal(check, err)
	}
	check = append(check[1:], "http://"+n.broker)
	box, boxLog := n.runs(n.service("sandbox")...)
	comes(t, "the sandbox", boxLog, func(context.Context) bool {
		_, err := os.Stat(filepath.Join(n.shared["vendor"], "vendor.env"))
		return err == nil
	})
	broker, log := n.runs(n.service("broker")...)
	comes(t, "the broker", log, func(context.Context) bool { _, code := n.says(check...); return code == 0 })
	worker := n.service("worker")
	if out, code := n.says(worker...); code != 0 || !strings.Contains(out, "ada.reyes@example.com") {
		t.Errorf("the worker: %d %s\n%s", code, out, log)
	}
	n.user = "12345:12345"
	if out, code := n.says(worker...); code == 0 {
		t.Errorf("another user is let in as well: %s", out)
	}
	n.user = user
	ends(t, broker, log)
	if out, code := n.says(check...); code != 1 || !strings.Contains(out, "no broker answers at") {
		t.Errorf("a broker that is gone is well: %d %s", code, out)
	}
	ends(t, box, boxLog)
}
