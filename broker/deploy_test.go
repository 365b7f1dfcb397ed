package broker_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Files that go with the metrics.
const (
	alertsFile    = "../deploy/prometheus/ringcx-alerts.yml"
	alertCases    = "../deploy/prometheus/ringcx-alerts.test.yml"
	dashboardFile = "../deploy/grafana/ringcx-broker.json"
	runbookFile   = "../docs/runbook.md"
)

func content(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// families are the names that a page may have series of, and whether the metric is one that a broker tells.
func families(t testing.TB) map[string]bool {
	t.Helper()
	p := start(t, metered)
	page := p.ask(http.MethodGet, "/metrics", "").want(t, http.StatusOK, "/metrics").body
	all := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (\S+) (\S+)$`).FindAllStringSubmatch(page, -1) {
		all[m[1]] = true
		if m[2] == "histogram" {
			all[m[1]+"_bucket"], all[m[1]+"_sum"], all[m[1]+"_count"] = true, true, true
		}
	}
	return all
}

// strangers are the metrics in a text that no broker tells.
func strangers(text string, told map[string]bool) (all []string) {
	for _, name := range regexp.MustCompile(`ringcx_broker_[a-z0-9_]*[a-z0-9]`).FindAllString(text, -1) {
		if !told[name] {
			all = append(all, name)
		}
	}
	return all
}

func TestAlertsAndDashboardAskForMetricsThatThereAre(t *testing.T) {
	told := families(t)
	for _, file := range []string{alertsFile, alertCases, dashboardFile, runbookFile} {
		text := content(t, file)
		if !strings.Contains(text, "ringcx_broker_") {
			t.Errorf("%s names no metric", file)
		}
		for _, name := range strangers(text, told) {
			t.Errorf("%s names %s, which no broker tells", file, name)
		}
	}
	dashboard := content(t, dashboardFile)
	for name := range told {
		shown := strings.Contains(dashboard, name) || strings.HasSuffix(name, "_sum") || strings.HasSuffix(name, "_count") || told[name+"_bucket"]
		if !shown {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
	if got := strangers("sum(ringcx_broker_ready) / ringcx_broker_made_up{}", told); !slices.Equal(got, []string{"ringcx_broker_made_up"}) {
		t.Errorf("the control: %q", got) // what nobody tells is found
	}
}

func TestThePageOfTheBrokerHasAllMetrics(t *testing.T) {
	_, table, _ := strings.Cut(content(t, "../docs/broker.md"), "| metric, after `ringcx_broker_` |")
	written := map[string]bool{}
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) < 3 {
			continue
		}
		for _, m := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(cells[1], -1) {
			written["ringcx_broker_"+m[1]] = true
		}
	}
	told := families(t)
	for name := range told {
		if told[strings.TrimSuffix(name, "_bucket")+"_bucket"] || strings.HasSuffix(name, "_sum") || strings.HasSuffix(name, "_count") {
			name = regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
		}
		if !written[name] {
			t.Errorf("docs/broker.md has no %s", name)
		}
	}
	for name := range written {
		if !told[name] {
			t.Errorf("docs/broker.md has %s, which no broker tells", name)
		}
	}
}

var alertName = regexp.MustCompile(`(?m)^ +- alert: (\w+)$`)

func TestEveryAlertHasItsSectionAndItsCases(t *testing.T) {
	alerts, cases, runbook := content(t, alertsFile), content(t, alertCases), content(t, runbookFile)
	found := map[string]bool{}
	for _, m := range alertName.FindAllStringSubmatch(alerts, -1) {
		name := m[1]
		found[name] = true
		if !strings.Contains(alerts, "runbook: docs/runbook.md#"+strings.ToLower(name)+"\n") {
			t.Errorf("%s does not name its section", name)
		}
		_, section, ok := strings.Cut(runbook, "\n## "+name+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		for _, part := range []string{"**Users**", "**Look at**", "**Mend it**"} {
			if !ok || !strings.Contains(section, part) {
				t.Errorf("docs/runbook.md has no %s about %s", part, name)
			}
		}
		fires := regexp.MustCompile(`alertname: ` + name + `\n +exp_alerts:\n`).MatchString(cases)
		rests := regexp.MustCompile(`alertname: ` + name + `\n +exp_alerts: \[\]\n`).MatchString(cases)
		if !fires || !rests && name != "RingCXBrokerNotReady" { // whose case has a broker that must not be in it
			t.Errorf("%s has no case in which it fires, or none in which it does not", name)
		}
	}
	if len(found) < 8 {
		t.Errorf("there are %d alerts: %q", len(found), slices.Sorted(maps.Keys(found)))
	}
	for _, m := range regexp.MustCompile(`(?m)^## (\w+)$`).FindAllStringSubmatch(runbook, -1) {
		if !found[m[1]] {
			t.Errorf("docs/runbook.md is about %s, which is no alert", m[1])
		}
	}
}

func TestTheDashboardCanBeImported(t *testing.T) {
	var d struct {
		UID    string
		Title  string
		Panels []struct {
			ID      int
			Title   string
			GridPos struct{ X, Y, W, H int }
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(content(t, dashboardFile)), &d); err != nil {
		t.Fatal(err)
	}
	taken := map[[2]int]string{}
	ids := map[int]bool{}
	for _, p := range d.Panels {
		if ids[p.ID] || p.ID == 0 || p.Title == "" || len(p.Targets) == 0 {
			t.Errorf("panel %d, %q", p.ID, p.Title)
		}
		ids[p.ID] = true
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				at := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				if other := taken[at]; other != "" || at[0] >= 24 {
					t.Fatalf("%q is where %q is, or outside", p.Title, other)
				}
				taken[at] = p.Title
			}
		}
	}
	if d.UID == "" || d.Title == "" || len(d.Panels) == 0 {
		t.Error("the dashboard has no name or no panel")
	}
}

// promtool is that of Prometheus; scripts/need.sh brings it.
func promtool(t *testing.T) func(stdin string, args ...string) (string, error) {
	t.Helper()
	path, err := exec.LookPath("promtool")
	if err != nil {
		path, err = filepath.Abs("../.tools/promtool")
	}
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		if os.Getenv("RINGCX_TEST_REQUIRE") == "1" {
			t.Fatal("promtool is not here: scripts/need.sh")
		}
		t.Skip("promtool is not here: scripts/need.sh")
	}
	return func(stdin string, args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), path, args...)
		cmd.Stdin = strings.NewReader(stdin)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
}

func TestAlertsFireWhenTheyShould(t *testing.T) {
	run := promtool(t)
	if out, err := run("", "check", "rules", alertsFile); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := run("", "test", "rules", alertCases); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	// The control: each rule, made never to fire, is missed by its case.
	alerts, cases := content(t, alertsFile), content(t, alertCases)
	for _, m := range alertName.FindAllStringSubmatchIndex(alerts, -1) {
		name, rest := alerts[m[2]:m[3]], alerts[m[1]:]
		dir := t.TempDir()
		end := strings.Index(rest, "        labels:")
		broken := alerts[:m[1]] + "\n        expr: vector(0) > 1\n" + rest[end:]
		for file, text := range map[string]string{"ringcx-alerts.yml": broken, "cases.yml": cases} {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if out, err := run("", "test", "rules", filepath.Join(dir, "cases.yml")); err == nil || !strings.Contains(out, "alertname: "+name) {
			t.Errorf("%s never fires, and its case passes: %s", name, out)
		}
	}
}

func TestPrometheusReadsThePage(t *testing.T) {
	run := promtool(t)
	p := start(t, metered)
	p.ask(http.MethodGet, accounts, "")
	page := p.ask(http.MethodGet, "/metrics", "").body
	if out, err := run(page, "check", "metrics"); err != nil || out != "" {
		t.Errorf("%v: %s", err, out)
	}
	if out, err := run(page+"ringcx_broker_ready{ 1\n", "check", "metrics"); err == nil {
		t.Errorf("the control: what is no page passes: %s", out)
	}
}
