package brokercmd_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/brokercmd"
)

// certificate makes a certificate for a name, signed by itself, and puts it and its key into files.
func certificate(t testing.TB, name string) (cert, key string) {
	t.Helper()
	return certificateUntil(t, name, time.Now().Add(time.Hour))
}

func certificateUntil(t testing.TB, name string, end time.Time) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: end, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
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
	cert, key = filepath.Join(t.TempDir(), "tls.crt"), filepath.Join(t.TempDir(), "tls.key")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

const everySetting = `# a comment
profiles = ["support", "sales"]
hosts = ["broker.internal"]
store = "file:/var/lib/ringcx"
audit = "audit.jsonl"
log = "json"
linger = "5s"
replicas = 3
max_wait = "1m"
limits = true

[[listen]]
address = "127.0.0.1:8788"

[[listen]]
address = "unix:/run/ringcx/broker.sock"
mode = "0660"
group = "0"

[[listen]]
address = "0.0.0.0:8789"

[[listen]]
address = "10.1.2.3:8790"
tls = false
insecure = true

[tls]
cert = %q
key = %q
client_ca = %q

[tls.callers]
"worker-1.internal" = "worker"
"spiffe://cluster/web" = "web"

[users]
0 = "root"

[groups]
0 = "wheel"

[[rule]]
deny = true
caller = "web"
path = "/token"

[[rule]]
caller = "web"
profile = "sales"
account = "46517001"
operation = "getaccounts"
method = "GET"
path = "/voice/api/v1/**"

[[oidc]]
issuer = "https://ci.example"
audience = ["ringcx-broker"]
name = "ci:{repository}"
profile = "sales"
algorithms = ["RS256", "ES256"]
max_life = "1h"
skew = "10s"
keys = "https://ci.example/keys"
ca = %q

[oidc.claims]
repository = "acme/*"
ref = ["refs/heads/main", "refs/tags/*"]
kubernetes.io.namespace = "prod"

[[sink]]
file = %q
profile = "support"
format = "json"
mode = "0640"
owner = "0"
group = "0"
`

// whole is a configuration with every setting.
func whole(t testing.TB) string {
	cert, key := certificate(t, "broker.internal")
	return fmt.Sprintf(everySetting, cert, key, cert, cert, filepath.Join(t.TempDir(), "token"))
}

func TestAConfigurationWithEverySettingIsUnderstood(t *testing.T) {
	for _, wrong := range brokercmd.ParseConfig("/etc/ringcx/broker.toml", whole(t)) {
		t.Error(wrong)
	}
	if wrong := brokercmd.ParseConfig("/etc/ringcx/broker.toml", ""); len(wrong) > 0 {
		t.Error(wrong)
	}
}

// mistakes are changes of that configuration, each in a line that is known, with what is said of it.
var mistakes = []struct{ was, is, problem, remedy string }{
	{`profiles = ["support", "sales"]`, `profile = ["support"]`, "profile is not a setting", "did you mean profiles?"},
	{`profiles = ["support", "sales"]`, `profiles = "support"`, "profiles is a text, and has to be a list of texts", `profiles = ["support"]`},
	{`profiles = ["support", "sales"]`, `profiles = ["support", "sales", 3]`, "profiles holds 3, and has to hold texts", `profiles = [`},
	{`profiles = ["support", "sales"]`, `profiles = ["support", "sales", "Team 2"]`, `profiles holds "Team 2"`, "ringcx profile list"},
	{`profiles = ["support", "sales"]`, `profiles = ["support", "sales", "sales"]`, `profiles holds "sales" twice`, "once"},
	{`hosts = ["broker.internal"]`, `hosts = {a = 1}`, "hosts is a table, and has to be a list of texts", "hosts = ["},
	{`hosts = ["broker.internal"]`, `host = ["broker.internal"]`, "host is not a setting", "did you mean hosts?"},
	{`hosts = ["broker.internal"]`, `hosts = ["https://broker.internal/"]`, `hosts holds "https://broker.internal/"`, "name alone"},
	{`store = "file:/var/lib/ringcx"`, `store = 3`, "store is 3, and has to be a text", `store = "`},
	{`store = "file:/var/lib/ringcx"`, `stor = "file:/var/lib/ringcx"`, "stor is not a setting", "did you mean store?"},
	{`audit = "audit.jsonl"`, `audit = true`, "audit is true, and has to be a text", `audit = "`},
	{`audit = "audit.jsonl"`, `audit = ""`, "audit is empty", "leave it out"},
	{`log = "json"`, `log = "jsn"`, `log is "jsn"`, "did you mean json?"},
	{`log = "json"`, `log = ["json"]`, "log is a list, and has to be a text", `log = "text"`},
	{`linger = "5s"`, `linger = 5`, "linger is 5, and has to be a text", `linger = "5s"`},
	{`linger = "5s"`, `linger = "5 seconds"`, `linger is "5 seconds"`, `"5s"`},
	{`linger = "5s"`, `linger = "90d"`, `linger is "90d"`, "at most"},
	{"replicas = 3", "replicas = 0", "replicas is 0", "from 1 to 64"},
	{"replicas = 3", `replicas = "3"`, "replicas is a text, and has to be a number", "replicas = 1"},
	{`max_wait = "1m"`, `max_wait = "-1m"`, `max_wait is "-1m"`, "at most"},
	{`max_wait = "1m"`, `maxwait = "1m"`, "maxwait is not a setting", "did you mean max_wait?"},
	{"limits = true", "limits = true\nmetrics_key = 1", "metrics_key is 1, and has to be true or false", "metrics_key = true"},
	{"limits = true", `limits = "off"`, "limits is a text, and has to be true or false", "limits = true"},
	{`address = "127.0.0.1:8788"`, `addr = "127.0.0.1:8788"`, "listen.addr is not a setting", "did you mean address?"},
	{`address = "127.0.0.1:8788"`, `address = "127.0.0.1"`, `"127.0.0.1" is no host and port`, "127.0.0.1:8788"},
	{`address = "127.0.0.1:8788"`, `address = "127.0.0.1:http"`, `"http" is no port`, "65535"},
	{`address = "127.0.0.1:8788"`, "address = \"127.0.0.1:8788\"\nmode = \"0600\"", "listen.mode is for unix sockets", "unix:PATH"},
	{`address = "127.0.0.1:8788"`, "address = \"127.0.0.1:8788\"\ngroup = \"0\"", "listen.group is for unix sockets", "unix:PATH"},
	{`address = "unix:/run/ringcx/broker.sock"`, `address = "unix:"`, `"unix:" names no unix socket`, "unix:/run"},
	{`address = "unix:/run/ringcx/broker.sock"`, `address = "unix:/` + strings.Repeat("long/", 30) + `x"`, "103 bytes", "shorter"},
	{`address = "unix:/run/ringcx/broker.sock"`, "address = \"unix:/run/ringcx/broker.sock\"\ntls = true", "listen.tls is not for unix sockets", "leave it out"},
	{`mode = "0660"`, `mode = "rw-rw----"`, `listen.mode is "rw-rw----"`, `"0660"`},
	{`mode = "0660"`, `mode = 660`, "listen.mode is 660, and has to be a text", `"0660"`},
	{"mode = \"0660\"\ngroup = \"0\"", "mode = \"0660\"\ngroup = \"no such group\"", `listen.group is "no such group"`, "group"},
	{"tls = false\ninsecure = true", "tls = false", "10.1.2.3:8790, which other machines reach", "insecure = true"},
	{"tls = false\ninsecure = true", "tls = false\ninsecure = \"yes\"", "listen.insecure is a text, and has to be true or false", "insecure = true"},
	{`client_ca = `, `clientca = `, "tls.clientca is not a setting", "did you mean client_ca?"},
	{`"worker-1.internal" = "worker"`, `"worker-1.internal" = 1`, "tls.callers.worker-1.internal is 1, and has to be a text", "worker"},
	{`"worker-1.internal" = "worker"`, `"worker-1.internal" = "the worker"`, `"the worker" is no name for a caller`, "without spaces"},
	{`0 = "root"`, "0 = \"root\"\n00 = \"other\"", `is about the same user, 0`, "leave out one"},
	{`0 = "wheel"`, "0 = \"wheel\"\n000 = \"wheel\"", `is about the same group, 0`, "leave out one"},
	{`0 = "root"`, `nobody-of-this-name = "root"`, `there is no user "nobody-of-this-name"`, "number of a user"},
	{`0 = "root"`, `0 = "a b"`, `"a b" is no name for a caller`, "without spaces"},
	{`0 = "wheel"`, `nobody-of-this-name = "x"`, `there is no group "nobody-of-this-name"`, "number of a group"},
	{`0 = "wheel"`, `0 = ["x"]`, "groups.0 is a list, and has to be a text", "such as"},
	{`deny = true`, `deny = "yes"`, "rule.deny is a text, and has to be true or false", "deny = true"},
	{`deny = true`, `allow = false`, "rule.allow is not a setting", "caller, deny"},
	{`path = "/token"`, `path = "token"`, `the path "token"`, "/voice/api/v1/**"},
	{`path = "/voice/api/v1/**"`, `path = "/voice/v1/**"`, `the path "/voice/v1/**" matches nothing that is forwarded`, "/voice/api/v1/**"},
	{`method = "GET"`, `method = "PUT"`, "the operation getAccounts has the method GET", "leave out method"},
	{`path = "/voice/api/v1/**"`, `path = "/voice/a*i/v1/**"`, `* is a whole segment`, "/voice/api/v1/**"},
	{`profile = "sales"`, `profile = "salse"`, `rule.profile is "salse", which is not served`, "did you mean sales?"},
	{`account = "46517001"`, `account = 46517001`, "rule.account is 46517001, and has to be a text", `account = "`},
	{`operation = "getaccounts"`, `operation = "getAcounts"`, `there is no operation "getAcounts"`, "did you mean getAccounts?"},
	{`method = "GET"`, `method = "get"`, `rule.method is "get", which is no method in capitals`, "GET, HEAD"},
	{`format = "json"`, `format = "jwt"`, `sink.format is "jwt"`, "token and json"},
	{`mode = "0640"`, `mode = "0644"`, "sink.mode lets everybody", "0640"},
	{`owner = "0"`, `owner = "nobody-of-this-name"`, `sink.owner is "nobody-of-this-name"`, "number of a user"},
	{"owner = \"0\"\ngroup = \"0\"", "owner = \"0\"\ngroup = \"nobody-of-this-name\"", `sink.group is "nobody-of-this-name"`, "number of a group"},
	{`profile = "support"`, `profile = "supp0rt"`, `sink.profile is "supp0rt", which is not served`, "did you mean support?"},
	{"[[sink]]\nfile = ", "[[sink]]\nfile = \"audit.jsonl\" # ", "sink.file is the file of audit in line 5, too", "a file of its own"},
	{"[[sink]]\nfile = ", "[[sink]]\nfile = \"./broker.toml\" # ", "sink.file is the file of this configuration, too", "a file of its own"},
	{"[[sink]]\nfile = ", "[[sink]]\nfile = \"/run/ringcx/broker.sock\" # ", "sink.file is the file of listen.address in line 16, too", "a file of its own"},
	{`audit = "audit.jsonl"`, `audit = "broker.toml"`, "audit is the file of this configuration, too", "a file of its own"},
	{`address = "unix:/run/ringcx/broker.sock"`, `address = "unix:audit.jsonl"`, "listen.address is the file of audit in line 5, too", "a file of its own"},
	{`hosts = ["broker.internal"]`, `hosts = ["*.internal"]`, `hosts holds "*.internal", and * stands for nothing there`, "each name"},
	{`hosts = ["broker.internal"]`, `hosts = ["."]`, `hosts holds ".", which is no host`, "broker.internal"},
	{"deny = true\ncaller = \"web\"", "deny = true\ncaller = \"worker-*\"", `"worker-*" is no name of a caller: it holds a *`, "ci:acme/site"},
	{"deny = true\ncaller = \"web\"", "deny = true\ncaller = \"ci:" + strings.Repeat("x", 200) + "\"", `is no name of a caller: it is longer than 200 letters`, "ci:acme/site"},
	{`0 = "root"`, `0 = "root*"`, `"root*" is no name for a caller: it holds a *`, "and *"},
	{`account = "46517001"`, `account = "465*"`, `rule.account is "465*", and * stands for nothing there`, "any account"},
	{`method = "GET"`, `method = "*"`, `rule.method is "*", which is no method`, "any method"},
	{`method = "GET"`, `method = "DELTE"`, `rule.method is "DELTE", which is no method`, "DELETE"},
	{`"worker-1.internal" = "worker"`, `"*.internal" = "worker"`, `"*.internal" is no name of one certificate`, "worker-1.internal"},
	{`"worker-1.internal" = "worker"`, `"worker-1.internal." = "worker"`, `"worker-1.internal." is no name of one certificate`, "worker-1.internal"},
	{`audience = ["ringcx-broker"]`, `audience = ["*"]`, `oidc.audience has "*"`, "as tokens have it"},
	{`issuer = "https://ci.example"`, `issuer = "https://*.example"`, `oidc.issuer has "https://*.example"`, "as tokens have it"},
	{`name = "ci:{repository}"`, `name = "ci:*"`, `oidc.name has "ci:*"`, "in braces"},
	{"repository = \"acme/*\"\nref = [\"refs/heads/main\", \"refs/tags/*\"]\nkubernetes.io.namespace = \"prod\"", "repository = \"*\"", "oidc.claims let every token of the issuer in", "acme/*"},
	{"repository = \"acme/*\"\nref = [\"refs/heads/main\", \"refs/tags/*\"]\nkubernetes.io.namespace = \"prod\"", "repository = [\"acme/*\", \"**\"]", "oidc.claims let every token of the issuer in", "acme/*"},
	{`max_life = "1h"`, `max_life = "0s"`, "oidc.max_life is nothing", "1h"},
	{`address = "10.1.2.3:8790"`, `address = "localhost:8788"`, "listen.address is localhost:8788, where another [[listen]] listens already (line 12)", "leave out"},
	{`address = "10.1.2.3:8790"`, `address = "10.1.2.3:8789"`, "listen.address is 10.1.2.3:8789, where another", "leave out"},
	{"[[sink]]\nfile = \"", "[[sink]]\npath = \"", "sink.path is not a setting", "file"},
	{"[[sink]]", "[sink]", "sink is a table, and has to be tables", "[[sink]]"},
	{"[tls]\n", "[tls]\nmin_version = 1\n", "tls.min_version is not a setting", "cert"},
	{`issuer = "https://ci.example"`, `isuer = "https://ci.example"`, "oidc.isuer is not a setting", "did you mean issuer?"},
	{`issuer = "https://ci.example"`, ``, "oidc has no issuer", `issuer = "https://`},
	{`issuer = "https://ci.example"`, `issuer = "http://ci.example"`, "the issuer has to be https", "docs/broker.md"},
	{`audience = ["ringcx-broker"]`, `audience = "ringcx-broker"`, "oidc.audience is a text, and has to be a list", `audience = [`},
	{`audience = ["ringcx-broker"]`, ``, "oidc has no audience", "ringcx-broker"},
	{`name = "ci:{repository}"`, `name = "{repository}"`, "no colon before them", "docs/broker.md"},
	{"profile = \"sales\"\nalgorithms", "profile = \"salse\"\nalgorithms", `oidc.profile is "salse", which is not served`, "did you mean sales?"},
	{`algorithms = ["RS256", "ES256"]`, `algorithms = ["HS256"]`, `"HS256" is no algorithm that is taken`, "docs/broker.md"},
	{`max_life = "1h"`, `max_life = "1 hour"`, `oidc.max_life is "1 hour"`, "1h"},
	{`skew = "10s"`, `skew = "1h"`, `oidc.skew is "1h"`, "at most"},
	{`keys = "https://ci.example/keys"`, `keys = "keys.json"`, "keys in a file need no authority", "docs/broker.md"},
	{`repository = "acme/*"`, `repository = 3`, "oidc.claims.repository is 3, and has to be a text or a list", "refs/heads/main"},
	{`ref = ["refs/heads/main", "refs/tags/*"]`, `ref = []`, "oidc.claims.ref is an empty list", "refs/heads/main"},
	{"[users]\n", "[saml]\nissuer = \"x\"\n[users]\n", "saml is not a setting", "known here"},
	{"[[oidc]]", "[oidc]", "oidc is a table, and has to be tables", "[[oidc]]"},
}

func TestEveryMistakeIsToldWithItsLineAndWhatWouldDo(t *testing.T) {
	text := whole(t)
	for _, c := range mistakes {
		if strings.Count(text, c.was) == 0 {
			t.Fatalf("%q is not in the configuration", c.was)
		}
		changed := strings.Replace(text, c.was, c.is, 1)
		wrong := brokercmd.ParseConfig("/etc/ringcx/broker.toml", changed)
		i := 0
		for i < len(wrong) && !strings.Contains(wrong[i][0], c.problem) {
			i++
		}
		if i == len(wrong) {
			t.Errorf("%s: %q, want %q", c.is, wrong, c.problem)
			continue
		}
		if !strings.Contains(wrong[i][1], c.remedy) {
			t.Errorf("%s: the hint %q does not say %q", c.is, wrong[i][1], c.remedy)
		}
		var line int
		at := strings.Count(text[:strings.Index(text, c.was)], "\n") + 1
		if _, err := fmt.Sscanf(wrong[i][0], "/etc/ringcx/broker.toml:%d: ", &line); err != nil || line < at-8 || line > at+2 {
			t.Errorf("%s: %q has not the line %d", c.is, wrong[i][0], at)
		}
	}
}

func TestSettingsMeanWhatTheySay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "broker.toml")
	zero := strings.NewReplacer(`max_wait = "1m"`, `max_wait = "0s"`, `skew = "10s"`, `skew = "0s"`, `hosts = ["broker.internal"]`, `hosts = ["broker.internal.", "broker.corp.:8443"]`,
		`store = "file:/var/lib/ringcx"`, `store = "file:state"`).Replace(whole(t))
	got := brokercmd.SettingsOf(path, zero)
	if got.MaxWait != time.Second {
		t.Errorf("nobody is to wait, and a request waits for %v", got.MaxWait)
	}
	if got.Skew <= 0 || got.Skew > time.Millisecond {
		t.Errorf("clocks may not differ, and may by %v", got.Skew)
	}
	if strings.Join(got.Hosts, " ") != "broker.internal broker.corp:8443" {
		t.Errorf("the hosts are %q", got.Hosts)
	}
	if want := "file:" + filepath.Join(filepath.Dir(path), "state"); got.Store != want {
		t.Errorf("the store is %q, want %q", got.Store, want)
	}
	if got := brokercmd.SettingsOf(path, whole(t)); got.MaxWait != time.Minute || got.Skew != 10*time.Second || got.Store != "file:/var/lib/ringcx" { // the control
		t.Errorf("%+v", got)
	}
}

func TestARuleMayNameEveryCallerThatATokenMayName(t *testing.T) {
	for caller, ok := range map[string]bool{"ci:" + strings.Repeat("x", 197): true, "ci:a:b/c": true, strings.Repeat("x", 100): true, strings.Repeat("x", 101): false} {
		if problems := brokercmd.ParseConfig("/etc/ringcx/broker.toml", "[[rule]]\ncaller = \""+caller+"\"\n"); (len(problems) == 0) != ok {
			t.Errorf("%.20s…, %d letters: %v", caller, len(caller), problems)
		}
	}
}

func TestARuleThatAnEarlierOneTakesEverythingFromIsToldOf(t *testing.T) {
	const voice, users = `path = "/voice/**"`, `path = "/voice/api/v1/admin/users/*"`
	for _, c := range []struct {
		first, then string
		told        bool
	}{
		{voice, "deny = true\nmethod = \"DELETE\"\n" + users, true},
		{voice, "deny = true\noperation = \"listAllUsers\"", true},
		{"deny = true\n" + voice, "caller = \"web\"\n" + users, true},
		{`caller = "web"`, "deny = true\ncaller = \"web\"\n" + voice, true},
		{"deny = true\n" + users, voice, false},
		{"method = \"GET\"\n" + voice, "deny = true\nmethod = \"DELETE\"\n" + users, false},
		{"method = \"GET\"\n" + voice, "deny = true\n" + users, false},
		{"caller = \"web\"\n" + voice, "deny = true\n" + users, false},
		{voice, "deny = true\noperation = \"createApiTokenForLoggedInUser\"", false},
		{voice, users, false},
		{voice, "deny = true\naccount = \"7\"", false},
	} {
		got := brokercmd.Shadowed("[[rule]]\n" + c.first + "\n[[rule]]\n" + c.then + "\n")
		if (len(got) == 1) != c.told || c.told && !strings.Contains(got[0], "that of line 1 matches all of it") {
			t.Errorf("%s, then %s: %q", c.first, c.then, got)
		}
	}
}

func TestAllMistakesAreToldInTheOrderOfTheirLines(t *testing.T) {
	wrong := brokercmd.ParseConfig("b.toml", "[[rule]]\nmetod = \"GET\"\n[[rule]]\npath = 1\n[[listen]]\naddress = \"0.0.0.0:1\"\n[nothing]\n[tls]\ncert = \"x\"\n")
	var lines []string
	for _, w := range wrong {
		where, _, _ := strings.Cut(w[0], ": ")
		lines = append(lines, where)
	}
	if got := strings.Join(lines, " "); got != "b.toml:2 b.toml:4 b.toml:7 b.toml:8" {
		t.Errorf("%s: %q", got, wrong)
	}
}

func TestATableInDottedKeysHasTheLineOfTheFirst(t *testing.T) {
	wrong := brokercmd.ParseConfig("b.toml", "log = \"json\"\ntls.cert = \"x\"\nusers.0 = \"a b\"\n")
	if len(wrong) != 2 || !strings.HasPrefix(wrong[0][0], "b.toml:2: tls needs key") {
		t.Error(wrong)
	}
}

func TestWhatIsNoTOMLIsToldWithItsLine(t *testing.T) {
	wrong := brokercmd.ParseConfig("b.toml", "log = \"json\"\nhosts = [\n")
	if len(wrong) != 1 || !strings.HasPrefix(wrong[0][0], "b.toml:") || !strings.Contains(wrong[0][0], "it is no TOML") {
		t.Error(wrong)
	}
}

func TestAStoreWithAPasswordIsNotRepeated(t *testing.T) {
	for _, text := range []string{"stroe = \"postgres://a:hunter2@db/x\"", "store = [\"postgres://a:hunter2@db/x\"]", "log = \"postgres://a:hunter2@db/x\"", "profiles = [\"postgres://a:hunter2@db/x\"]"} {
		for _, w := range brokercmd.ParseConfig("b.toml", text) {
			if strings.Contains(w[0]+w[1], "hunter2") {
				t.Error(w)
			}
		}
	}
}

func TestLinesAreFoundInListsAndValuesOfSeveralLines(t *testing.T) {
	lines := brokercmd.LinesOf("a = [\n 1,\n 2,\n]\n[[x]]\nb = 1\n[x.y]\nc = 2\n[[x]]\n\"d.e\" = '''\n[[x]]\n'''\n[x.y]\nc = 3\n[z]\nf.g = 1\n")
	for path, want := range map[string]int{"a": 1, "x[0]": 5, "x[0].b": 6, "x[0].y.c": 8, "x[1]": 9, "x[1].y.c": 14, "z.f.g": 16} {
		if lines[path] != want {
			t.Errorf("%s: %d, want %d: %v", path, lines[path], want, lines)
		}
	}
	lines = brokercmd.LinesOf("a = 1\nx = [\n {b = 1},\n # none\n {b = [\n  2]}, {b = 3},\n]\ny = [{b = 1},\n {b = 2}]\n")
	for path, want := range map[string]int{"x": 2, "x[0]": 3, "x[1]": 5, "y": 8, "y[0]": 8, "y[1]": 9} {
		if got := lines[path]; got != want && !(path == "x[1]" && got == 4) {
			t.Errorf("%s: %d, want %d: %v", path, got, want, lines)
		}
	}
}

func TestTimesAreReadAsPeopleTypeThem(t *testing.T) {
	for text, want := range map[string]time.Duration{"30d": 720 * time.Hour, "12h": 12 * time.Hour, "1h30m": 90 * time.Minute, "2w": 336 * time.Hour, "45s": 45 * time.Second, "500ms": 500 * time.Millisecond, "0s": 0} {
		if got, err := brokercmd.ParseLife(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "30", "d", "-1d", "1.5h", "1y", "99999999w", "1d 2h", "9223372036854775807s", "1dd"} {
		if got, err := brokercmd.ParseLife(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func FuzzAConfigurationIsReadOrRefused(f *testing.F) {
	f.Add("profiles = [1]\n[[listen]]\naddress = \"x\"\n")
	f.Add("listen = [{address = \"127.0.0.1:1\"}, 3]\n[tls]\n[[rule]]\ndeny = 1\n[rule.x]\n")
	f.Add("[[sink]]\nfile = \"\"\n[[sink.x]]\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, w := range brokercmd.ParseConfig("b.toml", text) {
			if w[0] == "" || w[1] == "" || strings.ContainsAny(w[0], "\n\x1b") {
				t.Errorf("%q", w)
			}
		}
	})
}

// What a page shows is known; what it names is not there on this machine.
func TestThePageShowsSettingsThatThereAre(t *testing.T) {
	page, err := os.ReadFile("../../docs/broker.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "```toml\n")
	text, _, found := strings.Cut(text, "```\n")
	if !found || !strings.Contains(text, "[[sink]]") {
		t.Fatal("the page has no configuration")
	}
	for _, w := range brokercmd.ParseConfig("broker.md", text) {
		if !strings.Contains(w[0], "this machine") && !strings.Contains(w[0], "cannot be used") {
			t.Error(w)
		}
	}
}
