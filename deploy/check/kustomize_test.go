package check_test

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	"sigs.k8s.io/json"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"github.com/ringcx-go/ringcx"
)

// kinds are the official types of what the manifests may hold.
var kinds = map[string]func() any{
	"v1 ConfigMap":                              func() any { return new(core.ConfigMap) },
	"v1 Service":                                func() any { return new(core.Service) },
	"v1 ServiceAccount":                         func() any { return new(core.ServiceAccount) },
	"apps/v1 Deployment":                        func() any { return new(apps.Deployment) },
	"policy/v1 PodDisruptionBudget":             func() any { return new(policy.PodDisruptionBudget) },
	"networking.k8s.io/v1 NetworkPolicy":        func() any { return new(networking.NetworkPolicy) },
	"monitoring.coreos.com/v1 ServiceMonitor":   func() any { return new(monitoring.ServiceMonitor) },
	"v1 Secret, of which none may be in a tree": nil,
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// base is deploy/kustomize in memory. change, if not nil, is done to a file before.
func base(t *testing.T, change func(name, text string) string) filesys.FileSystem {
	t.Helper()
	const dir = "../kustomize"
	tree := filesys.MakeFsInMemory()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text := read(t, dir+"/"+e.Name())
		if change != nil {
			text = change(e.Name(), text)
		}
		if err := tree.WriteFile("/base/"+e.Name(), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return tree
}

// manifests are what kustomize makes of a directory, by kind, each strictly decoded.
func manifests(t *testing.T, tree filesys.FileSystem, dir string) (map[string]any, []error) {
	t.Helper()
	made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(tree, dir)
	if err != nil {
		return nil, []error{err}
	}
	all, wrong := map[string]any{}, []error(nil)
	for _, r := range made.Resources() {
		kind := r.GetApiVersion() + " " + r.GetKind()
		typed := kinds[kind]
		if typed == nil {
			t.Errorf("there is a %s, which nobody checks", kind)
			continue
		}
		text, err := r.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		all[kind] = typed()
		asJSON, err := yaml.YAMLToJSONStrict(text)
		if err != nil {
			t.Fatal(err)
		}
		strict, err := json.UnmarshalStrict(asJSON, all[kind]) // as a server does: names in the right case, none that is not known
		wrong = append(wrong, strict...)
		if err != nil {
			wrong = append(wrong, err)
		}
	}
	return all, wrong
}

func TestTheManifestsAreOfTheOfficialTypes(t *testing.T) {
	all, wrong := manifests(t, base(t, nil), "/base")
	if len(wrong) > 0 || len(all) != len(kinds)-1 {
		t.Errorf("%d kinds, wrong: %v", len(all), wrong)
	}
}

func TestATypoInAManifestIsFound(t *testing.T) {
	for _, typo := range [][3]string{
		{"deployment.yaml", "terminationGracePeriodSeconds", "terminationGracePeriod"},
		{"deployment.yaml", "readOnlyRootFilesystem", "readOnlyRootFileSystem"},
		{"disruption.yaml", "maxUnavailable: 1", "maxUnavailable: [1]"},
		{"network.yaml", "policyTypes", "policytypes"},
		{"monitor.yaml", "jobLabel", "joblabel"},
		{"kustomization.yaml", "configMapGenerator", "configMapGenerators"},
	} {
		_, wrong := manifests(t, base(t, func(name, text string) string {
			if name != typo[0] {
				return text
			}
			if !strings.Contains(text, typo[1]) {
				t.Errorf("%s has no %s", name, typo[1])
			}
			return strings.Replace(text, typo[1], typo[2], 1)
		}), "/base")
		if len(wrong) == 0 {
			t.Errorf("%s with %s passes", typo[0], typo[2])
		}
	}
}

func TestThePodIsHeldShortAndItsSecretsAreElsewhere(t *testing.T) {
	all, _ := manifests(t, base(t, nil), "/base")
	pod := all["apps/v1 Deployment"].(*apps.Deployment).Spec.Template.Spec
	of, broker := pod.SecurityContext, pod.Containers[0]
	if !*of.RunAsNonRoot || *of.RunAsUser != 65532 || *of.FSGroup != 65532 || *pod.AutomountServiceAccountToken {
		t.Errorf("the pod runs as %+v", of)
	}
	if c := broker.SecurityContext; !*c.ReadOnlyRootFilesystem || *c.AllowPrivilegeEscalation || !slices.Equal(c.Capabilities.Drop, []core.Capability{"ALL"}) {
		t.Errorf("the container runs as %+v", c)
	}
	if len(broker.Env)+len(broker.EnvFrom) > 0 {
		t.Errorf("secrets of variables would be seen by whoever may describe a pod: %v %v", broker.Env, broker.EnvFrom)
	}
	for _, p := range []*core.Probe{broker.StartupProbe, broker.LivenessProbe, broker.ReadinessProbe} {
		if p.HTTPGet.Scheme != core.URISchemeHTTPS || !slices.Contains([]string{"/healthz", "/readyz"}, p.HTTPGet.Path) {
			t.Errorf("it is probed at %v", p.HTTPGet)
		}
	}
	if broker.LivenessProbe.HTTPGet.Path != "/healthz" {
		t.Error("a broker whose vendor is away would be started again and again")
	}
}

func TestThePodLivesLongerThanItsBrokerTakesToEnd(t *testing.T) {
	all, _ := manifests(t, base(t, nil), "/base")
	text := all["v1 ConfigMap"].(*core.ConfigMap).Data["broker.toml"]
	number := func(pattern string) int64 {
		m := regexp.MustCompile(pattern).FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("no %s in %s", pattern, text)
		}
		n, _ := strconv.ParseInt(m[1], 10, 64)
		return n
	}
	of := all["apps/v1 Deployment"].(*apps.Deployment).Spec
	const drains, writes = 30, 10 // of internal/brokercmd
	if took := number(`(?m)^linger += "(\d+)s"`) + drains + writes; *of.Template.Spec.TerminationGracePeriodSeconds < took {
		t.Errorf("the broker may take %d s to end, and the pod is given %d", took, *of.Template.Spec.TerminationGracePeriodSeconds)
	}
	if most := int64(*of.Replicas) + int64(of.Strategy.RollingUpdate.MaxSurge.IntValue()); number(`(?m)^replicas += (\d+)`) < most {
		t.Errorf("there may be %d brokers at once, and each believes in fewer", most)
	}
}

func TestTheBaseNamesTheImageOfItsVersion(t *testing.T) {
	all, _ := manifests(t, base(t, nil), "/base")
	image := all["apps/v1 Deployment"].(*apps.Deployment).Spec.Template.Spec.Containers[0].Image
	if want := "ghcr.io/ringcx-go/ringcx:" + ringcx.Version; image != want {
		t.Errorf("it is %s, and releases publish %s", image, want)
	}
	if said := read(t, "../../docs/deploy.md"); !strings.Contains(said, "`"+image+"`") {
		t.Errorf("docs/deploy.md does not name %s", image)
	}
}

func TestTheSecretOfThePageHasWhatTheMonitorWants(t *testing.T) {
	all, _ := manifests(t, base(t, nil), "/base")
	wanted := all["monitoring.coreos.com/v1 ServiceMonitor"].(*monitoring.ServiceMonitor).Spec.Endpoints[0].TLSConfig.CA.Secret
	made := regexp.MustCompile(`(?m)^kubectl create secret generic ` + wanted.Name + ` --type=kubernetes.io/tls (.*)$`).FindStringSubmatch(read(t, "../../docs/deploy.md"))
	if made == nil {
		t.Fatalf("docs/deploy.md does not make %s", wanted.Name)
	}
	for _, key := range []string{wanted.Key, core.TLSCertKey, core.TLSPrivateKeyKey} {
		if !slices.Contains(strings.Fields(made[1]), "--from-file="+key) {
			t.Errorf("%s is made without %s", wanted.Name, key)
		}
	}
}

// overlay is the one of docs/deploy.md, with a configuration of its own and more of its file.
func overlay(t *testing.T, config, more string) map[string]any {
	t.Helper()
	tree := base(t, nil)
	text := regexp.MustCompile("(?s)```yaml\n# kustomization.yaml\n(.*?)```").FindStringSubmatch(read(t, "../../docs/deploy.md"))[1]
	for name, text := range map[string]string{
		"kustomization.yaml": regexp.MustCompile(`https://[^"]+`).ReplaceAllString(text, "../base") + more,
		"broker.toml":        config,
	} {
		if err := tree.WriteFile("/own/"+name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	all, wrong := manifests(t, tree, "/own")
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	return all
}

func TestAnOverlayHasItsOwnImageConfigurationAndNamespace(t *testing.T) {
	const own = "linger = \"5s\"\n"
	all := overlay(t, own, "")
	config, of := all["v1 ConfigMap"].(*core.ConfigMap), all["apps/v1 Deployment"].(*apps.Deployment)
	if config.Data["broker.toml"] != own {
		t.Errorf("the configuration is %q", config.Data)
	}
	if image := of.Spec.Template.Spec.Containers[0].Image; image != "registry.internal/ringcx:1.2.3" {
		t.Errorf("the image is %s", image)
	}
	if name := of.Spec.Template.Spec.Volumes[0].ConfigMap.Name; name != config.Name || !strings.HasPrefix(name, "ringcx-broker-") {
		t.Errorf("the pod mounts %s, and the configuration is %s", name, config.Name)
	}
}

func TestAnOverlayMayGiveTheBrokerATokenToFetchKeysWith(t *testing.T) {
	for more, want := range map[string]bool{
		"": false,
		regexp.MustCompile("(?s)```yaml\n(patches:.*?)```").FindStringSubmatch(read(t, "../../docs/deploy.md"))[1]: true,
	} {
		all := overlay(t, "", more)
		mounted := *all["apps/v1 Deployment"].(*apps.Deployment).Spec.Template.Spec.AutomountServiceAccountToken
		reached := slices.ContainsFunc(all["networking.k8s.io/v1 NetworkPolicy"].(*networking.NetworkPolicy).Spec.Egress, func(to networking.NetworkPolicyEgressRule) bool {
			return to.Ports[0].Port.IntValue() == 6443
		})
		if mounted != want || reached != want {
			t.Errorf("with %q the token is mounted: %v, the server may be reached: %v", more, mounted, reached)
		}
	}
}
