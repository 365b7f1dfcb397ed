package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/ringcxtest"
)

// blocks are the blocks of a page in a language.
func blocks(t *testing.T, page, language string) []string {
	t.Helper()
	text, err := os.ReadFile("../../" + page)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		all = append(all, m[1])
	}
	if len(all) == 0 {
		t.Fatalf("%s has no block of %s", page, language)
	}
	return all
}

// phpBlock is the one of docs/php.md that holds a text.
func phpBlock(t *testing.T, text string) string {
	t.Helper()
	all := blocks(t, "docs/php.md", "php")
	i := slices.IndexFunc(all, func(b string) bool { return strings.Contains(b, text) })
	if i < 0 {
		t.Fatalf("docs/php.md has no block with %q", text)
	}
	return all[i]
}

// php runs a program of PHP for an account of a sandbox, in a directory with these files.
func php(t *testing.T, box *ringcxtest.Server, files map[string]string) string {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "php", "-r", `exit(function_exists("curl_init") ? 0 : 1);`).CombinedOutput(); err != nil {
		lacks(t, fmt.Sprintf("there is no php with curl: %v %s", err, out))
	}
	dir, demo := t.TempDir(), box.Demo()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), "php", "-l", filepath.Join(dir, name)).CombinedOutput(); err != nil {
			t.Fatalf("%s: %s", name, out)
		}
	}
	cmd := exec.CommandContext(t.Context(), "php", "main.php")
	cmd.Dir = dir
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "RC_SERVER_URL=" + box.URL, "RINGCX_SERVER_URL=" + box.URL,
		"RC_APP_CLIENT_ID=" + demo.ClientID, "RC_APP_CLIENT_SECRET=" + demo.ClientSecret, "RC_USER_JWT=" + demo.JWT,
		"GOCOVERDIR=" + t.TempDir(), // what the command measures of itself, if it does, goes there and not to stderr
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// early ends the token of RingCX.
const early = `
function early(): void
{
    $curl = curl_init(getenv('RC_SERVER_URL') . '/_sandbox/clock');
    curl_setopt_array($curl, [CURLOPT_RETURNTRANSFER => true, CURLOPT_POSTFIELDS => '{"advance":"6m"}']);
    curl_exec($curl);
}
`

func TestThePlainFileOfThePHPPageCallsAndRenews(t *testing.T) {
	box := ringcxtest.NewServer(t, nil)
	out := php(t, box, map[string]string{"main.php": phpBlock(t, "function ringcx_get") + early + `
echo count(ringcx_get('/voice/api/v1/admin/accounts')), "\n";
early();
echo count(ringcx_get('/voice/api/v1/admin/accounts')), "\n";
try {
    ringcx_get('/voice/api/v1/admin/nothing');
} catch (RuntimeException $e) {
    echo $e->getMessage(), "\n";
}
putenv('RC_USER_JWT=nonsense');
try {
    ringcx('token');
} catch (RuntimeException $e) {
    echo strlen($e->getMessage()) > 20 ? "refused\n" : $e->getMessage();
}
`})
	if out != "3\n3\nGET /voice/api/v1/admin/nothing: 404\nrefused\n" {
		t.Errorf("it printed %s", out)
	}
	logins := slices.DeleteFunc(box.Paths(), func(p string) bool { return p != "POST /restapi/oauth/token" })
	if v := box.Verdicts(); len(v) > 0 || len(logins) != 1 {
		t.Errorf("the vendor got %q and says %q", box.Paths(), v)
	}
}

func TestTheWordPressPieceOfThePHPPageRunsWithStandIns(t *testing.T) {
	box := ringcxtest.NewServer(t, nil)
	plugin := strings.ReplaceAll(phpBlock(t, "Plugin Name"), "https://ringcx.ringcentral.com", box.URL)
	out := php(t, box, map[string]string{"ringcx-token.php": phpBlock(t, "function ringcx_get"), "plugin.php": plugin, "main.php": `<?php
const MINUTE_IN_SECONDS = 60;
$kept = [];
function get_transient($name) { global $kept; return $kept[$name] ?? false; }
function set_transient($name, $value, $seconds) { global $kept; $kept[$name] = $value; }
function is_wp_error($answer) { return false; }
function wp_remote_get($url, $how) {
    $curl = curl_init($url);
    $headers = array_map(fn ($n, $v) => "$n: $v", array_keys($how['headers']), $how['headers']);
    curl_setopt_array($curl, [CURLOPT_RETURNTRANSFER => true, CURLOPT_HTTPHEADER => $headers, CURLOPT_USERAGENT => 'WordPress/6']);
    $body = curl_exec($curl);
    return [curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $body];
}
function wp_remote_retrieve_response_code($answer) { return $answer[0]; }
function wp_remote_retrieve_body($answer) { return $answer[1]; }
require 'plugin.php';
foreach ([1, 2] as $n) { echo substr_count(json_encode(ringcx_users()), '@example.com'); }
echo array_key_first($kept), "\n";
echo str_contains(serialize($kept), trim(ringcx('token'))) ? "a token is kept" : "no token is kept";
`})
	if out != "44ringcx_users\nno token is kept" || len(box.Paths()) != 3 {
		t.Errorf("it printed %s\nthe vendor got %q", out, box.Paths())
	}
}

// laravel has what the piece uses of Laravel, as far as it uses it.
const laravel = `<?php
namespace Illuminate\Http\Client {
    class Answer { function __construct(public int $status, public string $body) {} function status() { return $this->status; } }
    class RequestException extends \Exception { public $response; }
    class PendingRequest {
        public $base, $token, $times = 1, $when;
        function baseUrl($url) { $this->base = $url; return $this; }
        function timeout($seconds) { return $this; }
        function withoutRedirecting() { return $this; }
        function withToken($token) { $this->token = $token; return $this; }
        function retry($times, $sleep, $when) { $this->times = $times; $this->when = $when; return $this; }
        function get($path) {
            for ($n = 1; ; $n++) {
                $curl = curl_init($this->base . $path);
                curl_setopt_array($curl, [CURLOPT_RETURNTRANSFER => true, CURLOPT_HTTPHEADER => ['Authorization: Bearer ' . $this->token], CURLOPT_USERAGENT => 'Laravel/1']);
                $body = curl_exec($curl);
                $answer = new Answer(curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $body);
                if ($answer->status < 400) { return $answer; }
                $problem = new RequestException((string) $answer->status);
                $problem->response = $answer;
                if ($n >= $this->times || !($this->when)($problem, $this)) { throw $problem; }
            }
        }
    }
}
namespace Illuminate\Support\Facades {
    class Http {
        static $macros = [];
        static function macro($name, $does) { self::$macros[$name] = $does; }
        static function __callStatic($name, $arguments) {
            return isset(self::$macros[$name]) ? (self::$macros[$name])(...$arguments) : (new \Illuminate\Http\Client\PendingRequest())->$name(...$arguments);
        }
    }
    class Done {
        function __construct(public int $code, public string $out) {}
        function throw() { if ($this->code) { throw new \Exception('exit code ' . $this->code); } return $this; }
        function output() { return $this->out; }
    }
    class Process {
        static function run(array $command) {
            $p = proc_open($command, [1 => ['pipe', 'w']], $pipes);
            $out = stream_get_contents($pipes[1]);
            return new Done(proc_close($p), $out);
        }
    }
}`

func TestTheLaravelPieceOfThePHPPageRunsWithStandIns(t *testing.T) {
	box := ringcxtest.NewServer(t, nil)
	out := php(t, box, map[string]string{"provider.php": phpBlock(t, "Http::macro"), "main.php": laravel + `
namespace {
    function config($name, $default) { return getenv('RINGCX_SERVER_URL') ?: $default; }
    require 'provider.php';
    $get = fn ($path) => Illuminate\Support\Facades\Http::ringcx()->get($path);
    echo count(json_decode($get('/voice/api/v1/admin/accounts')->body)), "\n";
    early();
    echo count(json_decode($get('/voice/api/v1/admin/accounts')->body)), "\n";
    try { $get('/voice/api/v1/admin/nothing'); } catch (Exception $e) { echo $e->getMessage(), "\n"; }
` + early + `}
`})
	if v := box.Verdicts(); out != "3\n3\n404\n" || len(v) > 0 {
		t.Errorf("it printed %s\nthe vendor got %q and says %q", out, box.Paths(), v)
	}
}

func TestTheSharedHostingPieceOfThePHPPageKeepsItsTokens(t *testing.T) {
	box := ringcxtest.NewServer(t, nil)
	demo := box.Demo()
	example, err := os.ReadFile("../../examples/php/ringcx.php")
	if err != nil {
		t.Fatal(err)
	}
	settings := strings.NewReplacer("RC_APP_CLIENT_ID=…", "RC_APP_CLIENT_ID="+demo.ClientID, "RC_APP_CLIENT_SECRET=…", "RC_APP_CLIENT_SECRET="+demo.ClientSecret,
		"RC_USER_JWT=…", "RC_USER_JWT="+demo.JWT).Replace(phpBlock(t, "RINGCX_STATE="))
	out := php(t, box, map[string]string{"ringcx.php": string(example), "report.php": settings, "main.php": `<?php
foreach (['RC_APP_CLIENT_ID', 'RC_APP_CLIENT_SECRET', 'RC_USER_JWT'] as $name) { putenv($name); }
passthru(PHP_BINARY . ' report.php');
passthru(PHP_BINARY . ' report.php');
printf("%o", fileperms('tokens.json') & 0777);
`})
	if strings.Count(out, "RingCX Demo Sales") != 2 || !strings.HasSuffix(out, "600") || strings.Contains(out, "#!") || len(box.Paths()) != 6 {
		t.Errorf("it printed %s\nthe vendor got %q", out, box.Paths())
	}
}
