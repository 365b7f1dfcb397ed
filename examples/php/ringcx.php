#!/usr/bin/env php
<?php
// RingCX quick start: log in, list accounts and users, keep the tokens for the next run.
//
// usage: ringcx.php [--print-token]     (prints the access token that worked instead of the lists)
//
// Needs PHP 8.1 or newer with its curl extension (Debian: php-cli, php-curl). Settings come from the environment; see
// README.md beside this directory: RC_APP_CLIENT_ID, RC_APP_CLIENT_SECRET, RC_USER_JWT; RC_SERVER_URL and
// RINGCX_SERVER_URL when not production; RINGCX_STATE for the file that keeps the tokens. Copies that run at the same
// time take turns.

declare(strict_types=1);
ini_set('display_errors', 'stderr');

const USER_AGENT = 'ringcx-example-php/1.0';
const CONNECT_TIMEOUT = 10; // seconds
const TIMEOUT = 30; // seconds for a request and its answer
const PATIENCE = 60; // seconds to wait after a 429 that does not say how long
const LONGEST = 3600; // seconds to wait after any 429

/** What went wrong, in one line without secrets. The code is the exit code; 2: the caller has to change something. */
class Problem extends Exception
{
    public function __construct(string $message, int $exitCode = 1)
    {
        parent::__construct($message, $exitCode);
    }
}

/** The vendor understood and said no. After any other Problem the same request may work later. */
class Refused extends Problem
{
    public function __construct(public readonly int $status, string $message)
    {
        parent::__construct($message);
    }
}

/** The vendor understood and did nothing: not now. It wants no requests for tokens for so many seconds. */
class Postponed extends Problem
{
    public function __construct(string $message, public readonly int $wait = 0)
    {
        parent::__construct($message);
    }
}

final class Config
{
    public readonly string $ringcentral, $ringcx, $clientId, $clientSecret, $jwt, $statePath;

    /** Whose tokens the state file holds, so that they are never sent to another server or used for another user. */
    public readonly string $identity;

    public function __construct()
    {
        $required = ['RC_APP_CLIENT_ID', 'RC_APP_CLIENT_SECRET', 'RC_USER_JWT'];
        $missing = array_filter($required, fn ($name) => (string) getenv($name) === '');
        if ($missing) {
            throw new Problem('not set: ' . implode(', ', $missing), 2);
        }
        $this->ringcentral = server('RC_SERVER_URL', 'https://platform.ringcentral.com');
        $this->ringcx = server('RINGCX_SERVER_URL', 'https://ringcx.ringcentral.com');
        [$this->clientId, $this->clientSecret, $this->jwt] = array_map('getenv', $required);
        $this->statePath = getenv('RINGCX_STATE')
            ?: (getenv('HOME') ?: getenv('USERPROFILE')) . '/.ringcx-example.json';
        $parts = [$this->ringcentral, $this->ringcx, $this->clientId, $this->jwt];
        $this->identity = hash('sha256', implode("\n", $parts));
    }
}

/** The URL in a variable. Secrets travel to it, so it is https, or http on this machine. */
function server(string $variable, string $production): string
{
    $url = rtrim(getenv($variable) ?: $production, '/');
    if (!preg_match('~^(https://[^/?#@\s]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)$~D', $url)) {
        throw new Problem("$variable must be https://host (http:// only for localhost)", 2);
    }
    return $url;
}

/** The two steps to RingCX tokens: a RingCentral token for the JWT, RingCX tokens for the RingCentral token. */
function logIn(Config $config): array
{
    $ringcentral = send(
        'log in to RingCentral',
        $config->ringcentral . '/restapi/oauth/token',
        'Basic ' . base64_encode($config->clientId . ':' . $config->clientSecret),
        ['grant_type' => 'urn:ietf:params:oauth:grant-type:jwt-bearer', 'assertion' => $config->jwt],
    );
    return tokensOf(send(
        'exchange the RingCentral token',
        $config->ringcx . '/api/auth/login/rc/accesstoken?includeRefresh=true',
        null,
        ['rcAccessToken' => $ringcentral['access_token'] ?? '', 'rcTokenType' => 'Bearer'],
    ));
}

/** New tokens for the refresh token, which can be spent once: from here on the old one is worth nothing. */
function refresh(Config $config, array $tokens): array
{
    $url = $config->ringcx . '/api/auth/token/refresh';
    return tokensOf(send('refresh the RingCX token', $url, null, ['refresh_token' => $tokens['refreshToken']]));
}

function tokensOf(mixed $answer): array
{
    if (!is_array($answer) || empty($answer['accessToken'])) {
        throw new Problem('RingCX answered without an access token');
    }
    return ['accessToken' => $answer['accessToken'], 'refreshToken' => $answer['refreshToken'] ?? ''];
}

/** Fresh tokens in place of $tokens, saved before anybody uses them; or it is saved until when the vendor wants no requests. */
function renew(Config $config, array $tokens): array
{
    $wait = ($tokens['quietUntil'] ?? 0) - microtime(true);
    if ($wait > 0) {
        throw new Problem('the vendor wants no requests for tokens for ' . ceil($wait) . ' seconds');
    }
    try {
        $fresh = freshTokens($config, $tokens);
    } catch (Postponed $postponed) {
        $quiet = $postponed->wait ? ['quietUntil' => microtime(true) + $postponed->wait] : [];
        save($config, $quiet + $tokens);
        throw $postponed;
    }
    save($config, $fresh);
    return $fresh;
}

/**
 * Refreshes, or logs in if there is no other way. A refresh token leaves the file before it is sent: if the answer gets
 * lost, it is spent all the same.
 */
function freshTokens(Config $config, array &$tokens): array
{
    if (!empty($tokens['refreshToken'])) {
        say('refreshing the tokens');
        save($config, ['refreshToken' => ''] + $tokens);
        try {
            return refresh($config, $tokens);
        } catch (Refused $refusal) {
            say($refusal->getMessage());
            $tokens['refreshToken'] = '';
        }
    }
    say('logging in');
    return logIn($config);
}

/** GETs a list of the RingCX API. After a 401 ("Jwt is expired") it renews $tokens and tries once more. */
function call(Config $config, array &$tokens, string $doing, string $path): array
{
    $get = fn (string $token) => send($doing, $config->ringcx . $path, 'Bearer ' . $token);
    try {
        $answer = $get($tokens['accessToken']);
    } catch (Refused $refusal) {
        if ($refusal->status !== 401) {
            throw $refusal;
        }
        say($refusal->getMessage());
        $tokens = renew($config, $tokens);
        $answer = $get($tokens['accessToken']);
    }
    if (!is_array($answer) || !array_is_list($answer)) {
        throw new Problem("$doing: the answer is not a list");
    }
    return $answer;
}

/** Sends one request, a POST if there is a form, and returns the JSON of its answer. */
function send(string $doing, string $url, ?string $authorization, ?array $form = null): mixed
{
    $headers = ['Accept: application/json', 'User-Agent: ' . USER_AGENT];
    if ($authorization !== null) {
        $headers[] = 'Authorization: ' . $authorization;
    }
    $retryAfter = '';
    $curl = curl_init($url);
    curl_setopt_array($curl, [
        CURLOPT_HTTPHEADER => $headers,
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_FOLLOWLOCATION => false, // a redirected request would take its secrets to another host
        CURLOPT_SSL_VERIFYPEER => true,
        CURLOPT_SSL_VERIFYHOST => 2,
        CURLOPT_CONNECTTIMEOUT => CONNECT_TIMEOUT,
        CURLOPT_TIMEOUT => TIMEOUT,
        CURLOPT_HEADERFUNCTION => function ($_, string $line) use (&$retryAfter): int {
            if (preg_match('/^Retry-After:(.*)/i', $line, $match)) {
                $retryAfter = readable($match[1]);
            }
            return strlen($line);
        },
    ]);
    if ($form !== null) {
        curl_setopt($curl, CURLOPT_POSTFIELDS, http_build_query($form, '', '&'));
    }
    $text = curl_exec($curl);
    if ($text === false) {
        $host = preg_replace('~^https?://([^/]*).*~', '$1', $url);
        throw new Problem("$doing: no answer from $host: " . readable(curl_error($curl)));
    }
    $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
    if ($status < 200 || $status > 299) {
        throw problemOf($doing, $status, $text, $retryAfter);
    }
    $answer = json_decode($text, true);
    if ($answer === null) {
        throw new Problem("$doing: the answer is not JSON; is this the right server?");
    }
    return $answer;
}

/** The Problem that an HTTP error is, in the vendor's code and words. */
function problemOf(string $doing, int $status, string $text, string $retryAfter): Problem
{
    $message = trim("$doing: $status " . vendorWords($text));
    if ($status === 429) {
        $told = $retryAfter === '' ? 'not given, wait a minute' : $retryAfter;
        return new Postponed("$message; Retry-After: $told", secondsOf($retryAfter));
    }
    if ($status === 408 || $status === 503) {
        return new Postponed($message);
    }
    if ($status >= 400 && $status < 500) {
        return new Refused($status, $message);
    }
    return new Problem($message);
}

/** How long a Retry-After asks to wait; it is a number or a date. */
function secondsOf(string $retryAfter): int
{
    $end = ctype_digit($retryAfter) ? time() + min((int) $retryAfter, LONGEST) : strtotime($retryAfter ?: 'nothing');
    return $end === false ? PATIENCE : min(max($end - time(), 0), LONGEST);
}

/** Code and message of an error body. RingCentral and RingCX have one shape each, and gateways send plain text. */
function vendorWords(string $text): string
{
    $answer = json_decode($text, true);
    if (!is_array($answer)) {
        return str_starts_with(ltrim($text), '<') ? '' : readable($text);
    }
    $first = $answer['errors'][0] ?? [];
    $code = $first['errorCode'] ?? $answer['errorCode'] ?? $answer['error'] ?? '';
    $words = $first['message'] ?? $answer['generalMessage'] ?? $answer['message'] ?? $answer['error_description'] ?? '';
    return readable("$code $words");
}

/** Text of a server on one line, without control characters, and without what might be a token. */
function readable(?string $text): string
{
    $line = preg_replace('/[\p{C}\s]+/u', ' ', $text ?? '') ?? preg_replace('/[^ -~]+/', '?', $text); // not UTF-8
    $line = trim(preg_replace('~[\w.\~+/=|-]{40,}~', '[...]', $line));
    return preg_replace('/^(.{200}).*$/us', '$1', $line);
}

/** Waits until no other copy runs with this state. The lock lasts as long as the file is open, also after a crash. */
function takeTurns(Config $config): void
{
    static $file;
    $file = @fopen($config->statePath . '.lock', 'c');
    if (!$file || !flock($file, LOCK_EX)) {
        throw new Problem("cannot lock $config->statePath.lock");
    }
}

/** The tokens of the last run; empty if there are none for these settings. */
function load(Config $config): array
{
    if (!file_exists($config->statePath)) {
        return [];
    }
    $text = @file_get_contents($config->statePath);
    if ($text === false) {
        throw new Problem("cannot read $config->statePath");
    }
    $state = json_decode($text, true);
    if (!is_array($state)) {
        say("$config->statePath is damaged, its tokens are lost");
        return [];
    }
    return ($state['identity'] ?? '') === $config->identity ? $state : [];
}

/** Replaces the state file whole: a crash leaves the old tokens or the new ones. Only this user may read it. */
function save(Config $config, array $tokens): void
{
    $temporary = $config->statePath . '.' . bin2hex(random_bytes(8));
    $text = json_encode(['identity' => $config->identity] + $tokens, JSON_THROW_ON_ERROR);
    umask(0077);
    $file = @fopen($temporary, 'x');
    $written = $file && fwrite($file, $text) === strlen($text) && fflush($file) && fsync($file) && fclose($file);
    if (!$written || !@rename($temporary, $config->statePath)) {
        @unlink($temporary);
        throw new Problem("cannot write $config->statePath");
    }
}

function report(array $accounts, array $users): void
{
    foreach (array_column($accounts, 'mainAccountName', 'mainAccountId') as $mainId => $name) {
        echo 'Main account: ', readable($name), " ($mainId)\nSub-accounts:\n";
        foreach ($accounts as $account) { // among them the main account itself
            if (($account['mainAccountId'] ?? '') == $mainId && ($account['accountId'] ?? '') != $mainId) {
                echo '  ', $account['accountId'] ?? '', '  ', readable($account['accountName'] ?? ''), "\n";
            }
        }
    }
    echo "Users:\n";
    reportUsers($users);
}

/** RingCX lists users as a tree. */
function reportUsers(array $users): void
{
    foreach ($users as $user) {
        $name = readable(($user['firstName'] ?? '') . ' ' . ($user['lastName'] ?? ''));
        echo '  ', $user['userId'] ?? '', '  ', $name, '  ', readable($user['userName'] ?? ''), "\n";
        reportUsers($user['children'] ?? []);
    }
}

function say(string $text): void
{
    fwrite(STDERR, "ringcx.php: $text\n");
}

function main(array $arguments): void
{
    if (!in_array($arguments, [[], ['--print-token']], true)) {
        throw new Problem('usage: ringcx.php [--print-token]', 2);
    }
    $config = new Config();
    takeTurns($config);
    $tokens = load($config);
    if (empty($tokens['accessToken'])) {
        $tokens = renew($config, $tokens);
    }
    $accounts = call($config, $tokens, 'list accounts', '/voice/api/v1/admin/accounts');
    $users = call($config, $tokens, 'list users', '/voice/api/v1/admin/users');
    if ($arguments) {
        echo $tokens['accessToken'], "\n";
    } else {
        report($accounts, $users);
    }
}

try {
    main(array_slice($argv, 1));
} catch (Problem $problem) {
    say($problem->getMessage());
    exit($problem->getCode());
} catch (Throwable $error) { // its message or trace might hold a token
    say('unexpected ' . get_class($error));
    exit(1);
}
