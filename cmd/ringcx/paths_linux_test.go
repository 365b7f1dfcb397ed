package main_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ringcx-go/ringcx/internal/cli"
)

// pathLines is a command line for each flag that names a file or a directory. PATH stands for it.
var pathLines = map[string]string{
	" --env-file":                         "token --env-file PATH",
	"login --jwt-file":                    "login --profile other --jwt-file PATH",
	"login --password-file":               "login --profile other --direct --username ada --password-file PATH",
	"login --client-key":                  "login --profile other --client-key PATH",
	"login --import":                      "login --profile other --import PATH",
	"api --input":                         "api POST /voice/api/v1/admin/accounts --input PATH",
	"api --output":                        "api /voice/api/v1/admin/accounts --output PATH",
	"api openapi --output":                "api openapi --output PATH",
	"apitoken create --output":            "apitoken create --output PATH",
	"apitoken delete --token-file":        "apitoken delete --yes --token-file PATH",
	"broker --config":                     "broker --check --config PATH",
	"broker key create --output":          "broker key create --name web --output PATH",
	"conform --json":                      "conform --only fresh-start --json PATH -- true",
	"conform --junit":                     "conform --only fresh-start --junit PATH -- true",
	"leads import --rejects":              "leads import /dev/null --campaign 7 --rejects PATH",
	"leads import --state":                "leads import /dev/null --campaign 7 --state PATH",
	"recordings download --dir":           "recordings download --dialog d --segment s --dir PATH",
	"recordings download --output":        "recordings download --dialog d --segment s --output PATH",
	"reports run --output":                "reports run ALL_CALLS --output PATH",
	"profile use --directory":             "profile use sandbox --directory PATH",
	"sandbox --data":                      "sandbox --listen 127.0.0.1:0 --data PATH",
	"sandbox --snapshot":                  "sandbox --listen 127.0.0.1:0 --snapshot PATH",
	"sandbox --write-env":                 "sandbox --listen 127.0.0.1:0 --write-env PATH",
	"sandbox --tls":                       "sandbox --listen 127.0.0.1:0 --tls PATH",
	"sandbox --console-password-file":     "sandbox --listen 127.0.0.1:0 --console-password-file PATH",
	"sandbox env --console-password-file": "sandbox env --console-password-file PATH",
}

// pathGroups are the kinds of things that are made in a group.
var pathGroups = map[string]bool{"agents": true, "queues": true, "campaigns": true}

// pathFlags are the flags whose help says that they name a file or a directory.
func pathFlags() (all []string) {
	var look func(cmd *cobra.Command)
	look = func(cmd *cobra.Command) {
		_, name, _ := strings.Cut(cmd.CommandPath(), " ")
		add := func(f *pflag.Flag) {
			flag := name + " --" + f.Name
			if what, _ := pflag.UnquoteUsage(f); (what == "FILE" || what == "DIR") && !slices.Contains(all, flag) {
				all = append(all, flag)
			}
		}
		cmd.LocalNonPersistentFlags().VisitAll(add)
		cmd.PersistentFlags().VisitAll(add)
		for _, c := range cmd.Commands() {
			look(c)
		}
	}
	look(cli.Pages())
	return all
}

func TestAPathThatCannotBeUsedIsNamedWithItsFlag(t *testing.T) {
	_, home, env, null := loggedIn(t)
	file := filepath.Join(home, "a-file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	reads := []string{
		" --env-file", "login --jwt-file", "login --password-file", "login --client-key", "login --import", "api --input", "apitoken delete --token-file",
		"sandbox --snapshot", "sandbox --console-password-file", "sandbox env --console-password-file",
	}
	flags := pathFlags()
	if len(flags) < 15 {
		t.Fatalf("flags are not found: %q", flags)
	}
	for _, flag := range flags {
		line, known := pathLines[flag]
		if kind, made := strings.CutSuffix(flag, " create --input"); made {
			line, known = kind+" create --input PATH", true
			if pathGroups[kind] {
				line = kind + " create --group 1 --input PATH"
			}
			reads = append(reads, flag)
		}
		if !known {
			t.Errorf("%q names a file or a directory: add a line with it to pathLines", flag)
			continue
		}
		name := flag[strings.LastIndex(flag, " ")+1:]
		paths := []string{filepath.Join(file, "below")}
		if slices.Contains(reads, flag) {
			paths = append(paths, filepath.Join(home, "nothing"), home)
		}
		for _, path := range paths {
			code, errs := into(t, null, env, strings.Fields(strings.ReplaceAll(line, "PATH", path))...)
			if code == 0 || !strings.Contains(errs, name) || !strings.Contains(errs, path) || strings.Count(errs, "\n") != 2 || !strings.Contains(errs, "\nhint: ") {
				t.Errorf("%s: exit code %d, %q", strings.ReplaceAll(line, "PATH", path), code, errs)
			}
			if twice := strings.Count(errs, "not a directory") + strings.Count(errs, "no such file"); twice > 1 {
				t.Errorf("%s says the same twice: %q", line, errs)
			}
		}
	}
}
