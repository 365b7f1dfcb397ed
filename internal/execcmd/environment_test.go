package execcmd_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/execcmd"
)

func TestNothingOfAnAccountIsLeftInAnEnvironment(t *testing.T) {
	secrets := []string{"the client secret", "eyJ.a.jwt"}
	old := []string{
		"PATH=/bin", "RC_APP_CLIENT_SECRET=the client secret", "RC_JWT=eyJ.a.jwt", "RINGCX_PASSWORD=p", "RINGCX_STORE=postgres://u:p@h/d",
		"RC_REFRESH_TOKEN=r", "RINGCX_BROKER_KEY_FILE=/k", "RINGCX_PROFILE=a", "RC_REDIRECT_URL=u", "OWN=x the client secret y", "JWT=eyJ.a.jwt",
		"RINGCX_ACCOUNT=7", "RC_LOG=debug", "SECRET=of another", "NOEQUALS", "RC_SERVER_URL=https://vendor",
	}
	got := execcmd.Environ(old, secrets, [][2]string{{"RC_SERVER_URL", "http://here"}, {"NONE", ""}})
	want := []string{"PATH=/bin", "RINGCX_ACCOUNT=7", "RC_LOG=debug", "SECRET=of another", "NOEQUALS", "RC_SERVER_URL=http://here"}
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
	control := execcmd.Environ(old, nil, nil)
	if !slices.Contains(control, "OWN=x the client secret y") {
		t.Error("without secrets to look for, a value that holds one is taken too")
	}
}

func TestThisMachineIsReachedWithoutAProxy(t *testing.T) {
	const here = "127.0.0.1,localhost,::1,[::1]"
	for proxies, want := range map[string]string{
		"": "", "http_proxy=": "",
		"http_proxy=p":                        "NO_PROXY=" + here + " no_proxy=" + here,
		"HTTPS_PROXY=p NO_PROXY=a":            "NO_PROXY=a," + here + " no_proxy=a," + here,
		"all_proxy=p no_proxy=a, NO_PROXY=b,": "no_proxy=a," + here + " NO_PROXY=b," + here,
		"ALL_PROXY=p no_proxy=*":              "no_proxy=* NO_PROXY=*",
		"ALL_PROXY=p no_proxy=":               "no_proxy=" + here + " NO_PROXY=" + here,
	} {
		var got []string
		for _, entry := range execcmd.Environ(strings.Fields(proxies), nil, nil) {
			if name, _, _ := strings.Cut(entry, "="); strings.EqualFold(name, "no_proxy") {
				got = append(got, entry)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", proxies, got, want)
		}
	}
}

func TestABrokerOfThisMachineIsReachedWithoutAProxyUnderItsOwnName(t *testing.T) {
	const here = "127.0.0.1,localhost,::1,[::1]"
	for at, want := range map[string]string{
		"http://127.0.0.1:8788": here, "http://[::1]:8788": here, "http://localhost": here,
		"http://127.0.0.2:8788": here + ",127.0.0.2", "http://127.8.8.8": here + ",127.8.8.8", "https://127.0.0.2": here + ",127.0.0.2",
		"http://[::ffff:127.0.0.1]:1": here + ",::ffff:127.0.0.1,[::ffff:127.0.0.1]", "http://Broker.localhost:1": here + ",Broker.localhost",
		"http://LOCALHOST": here + ",LOCALHOST", "https://[::1%25lo]:1": here + ",::1%lo,[::1%lo]", "https://localhost.": here, "https://0.0.0.0": here,
		"https://2130706433": here, "https://0x7f.1": here, "https://localhost.example.com": here,
		"https://broker.example.com": here, "https://192.0.2.1": here, "": here,
	} {
		got := execcmd.Environ([]string{"http_proxy=p"}, nil, [][2]string{{"RINGCX_BROKER", at}, {"RINGCX_BROKER_KEY", "k"}})
		for _, name := range []string{"NO_PROXY", "no_proxy"} {
			if !slices.Contains(got, name+"="+want) {
				t.Errorf("%s: %q, want %s=%s", at, got, name, want)
			}
		}
	}
}

func TestASecretIsFoundHoweverAVariableWritesIt(t *testing.T) {
	secrets := []string{"p@ss/word 1", "short", "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgVcB/UNPxalR9zDYA"}
	for entry, stays := range map[string]bool{
		"A=p@ss/word 1": false, "A=password=p@ss/word 1;": false, "A=postgres://u:p%40ss%2Fword%201@h/d": false, "A=postgres://u:p%40ss%2fword%201@h/d": false,
		"A=x=p%40ss%2Fword+1": false, "A=postgres://u@h/d?password=p%40ss%2Fword+1": false, "A=redis://:short@h": false, "A=redis://h?PASSWORD=short": false,
		`A=-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgVcB/UNPxalR9zDYA\nx\n`: false,
		"A=p@ss/word 2": true, "A=a short word": true, "A=100%": true, "A=postgres://u:shorter@h/d": true, "A=postgres://u@h/d": true, "A=": true, "A=http://%zz": true,
	} {
		if got := execcmd.Environ([]string{entry}, secrets, nil); (len(got) == 1) != stays {
			t.Errorf("%s: %q", entry, got)
		}
	}
	if got := execcmd.Environ([]string{"AUTH=Bearer its own key"}, []string{"its own key"}, [][2]string{{"KEY", "its own key"}}); len(got) != 2 {
		t.Errorf("what the program is given anyway: %q", got)
	}
}
