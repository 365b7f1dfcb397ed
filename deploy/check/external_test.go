//go:build linux

package check_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"text/template"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"

	"github.com/ringcx-go/ringcx/internal/testservers"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// object is what every object of Kubernetes has.
type object struct {
	APIVersion string         `json:"apiVersion"`
	Kind       string         `json:"kind"`
	Metadata   map[string]any `json:"metadata"`
}

// webhook is the generator of External Secrets, with the fields that its page names.
type webhook struct {
	object
	Spec struct {
		Method     string            `json:"method"`
		URL        string            `json:"url"`
		Headers    map[string]string `json:"headers"`
		Body       string            `json:"body"`
		Timeout    string            `json:"timeout"`
		Result     map[string]string `json:"result"`
		Secrets    []map[string]any  `json:"secrets"`
		CABundle   string            `json:"caBundle"`
		CAProvider map[string]string `json:"caProvider"`
	} `json:"spec"`
}

// recipe is the generator of docs/deploy.md, strictly decoded.
func recipe(t *testing.T) (w webhook) {
	t.Helper()
	m := regexp.MustCompile("(?s)```yaml\n(apiVersion: generators.*?)---\n").FindStringSubmatch(read(t, "../../docs/deploy.md"))
	if m == nil {
		t.Fatal("there is no generator in docs/deploy.md")
	}
	text, err := yaml.YAMLToJSONStrict([]byte(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	if strict, err := json.UnmarshalStrict(text, &w); err != nil || len(strict) > 0 || w.Spec.Result["jsonPath"] != "$" {
		t.Fatal(strict, err, w)
	}
	return w
}

func TestTheRecipeOfExternalSecretsGetsAToken(t *testing.T) {
	w := recipe(t)
	dir, address := t.TempDir(), "127.0.0.1:"+testservers.FreePort(t)
	file := filepath.Join(dir, "ringcx.env")
	write(t, file, login(t, ringcxtest.NewServer(t, nil), "127.0.0.1", "RINGCX_STORE=file:"+filepath.Join(dir, "store")), 0o600)
	ringcx := func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(context.WithoutCancel(t.Context()), command, append([]string{"--env-file", file}, args...)...)
		cmd.Env = []string{"HOME=" + dir}
		return cmd
	}
	key, err := ringcx("broker", "key", "create", "--name", "external-secrets").Output()
	if err != nil {
		t.Fatal(err)
	}
	broker, log := ringcx("broker", "--listen", address), new(bytes.Buffer)
	broker.Stderr = log
	if err := broker.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = broker.Process.Signal(syscall.SIGKILL); _ = broker.Wait() }()
	comes(t, "the broker", log, func(ctx context.Context) bool {
		return ask(ctx, http.DefaultClient, "http://"+address+"/readyz") == nil
	})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.Replace(w.Spec.URL, "https://ringcx-broker.ringcx.svc:8788", "http://"+address, 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range w.Spec.Headers {
		header, data := new(bytes.Buffer), map[string]any{"broker": map[string]string{"key": string(key)}}
		if err := template.Must(template.New("").Funcs(template.FuncMap{"trim": strings.TrimSpace}).Parse(text)).Execute(header, data); err != nil {
			t.Fatal(err)
		}
		req.Header.Set(name, header.String())
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	fields := map[string]any{}
	if _, wrong := json.UnmarshalStrict(body, &fields); err != nil || wrong != nil || resp.StatusCode != http.StatusOK || fields["access_token"] == nil {
		t.Errorf("%s: %v %v", resp.Status, err, fields)
	}
}

func TestTheKeysThatThePagePutsIntoSecretsAreHeadersAsTheyAre(t *testing.T) {
	all, _ := manifests(t, base(t, nil), "/base")
	monitor := all["monitoring.coreos.com/v1 ServiceMonitor"].(*monitoring.ServiceMonitor).Spec.Endpoints[0].Authorization.Credentials
	page, dir := read(t, "../../docs/deploy.md"), t.TempDir()
	env := filepath.Join(dir, "ringcx.env")
	write(t, env, login(t, ringcxtest.NewServer(t, nil), "127.0.0.1", "RINGCX_STORE=file:"+filepath.Join(dir, "store")), 0o600)
	for _, secret := range []string{monitor.Name, recipe(t).Spec.Secrets[0]["secretRef"].(map[string]any)["name"].(string)} {
		m := regexp.MustCompile("(?m)^(umask .*)\n(kubectl exec .*>(\\S+))\nkubectl create secret generic " + secret + " --from-file=" + monitor.Key + "(?:=(\\S+))? ").FindStringSubmatch(page)
		if m == nil || m[4] != "" && m[4] != m[3] || m[4] == "" && m[3] != monitor.Key {
			t.Errorf("docs/deploy.md does not make %s with a %s: %q", secret, monitor.Key, m)
			continue
		}
		const pod = "kubectl exec deploy/ringcx-broker -- ringcx --env-file /etc/ringcx/login/ringcx.env "
		cmd := exec.CommandContext(t.Context(), "sh", "-c", m[1]+"\n"+strings.Replace(m[2], pod, command+" --env-file "+env+" ", 1))
		cmd.Dir, cmd.Env = dir, []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH")}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if key := read(t, filepath.Join(dir, m[3])); key == "" || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Errorf("the key of %s, of %d bytes, is no header as it is", secret, len(key))
		}
		if info, err := os.Stat(filepath.Join(dir, m[3])); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("others can read the key of %s: %v", secret, err)
		}
	}
}
