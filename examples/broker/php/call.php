<?php
// Calls RingCX through a broker with PHP's curl, and prints the answer: php call.php [PATH]

declare(strict_types=1);

function broker(): string
{
    return rtrim(getenv('RINGCX_BROKER') ?: 'http://127.0.0.1:8788', '/');
}

/** The key, read each time: a file may hold a new one. */
function key_of_broker(): string
{
    $file = getenv('RINGCX_BROKER_KEY_FILE');
    $key = $file ? trim((string) @file_get_contents($file)) : (string) getenv('RINGCX_BROKER_KEY');
    if ($key === '') {
        throw new RuntimeException('RINGCX_BROKER_KEY is the key, or RINGCX_BROKER_KEY_FILE its file');
    }
    return $key;
}

/** @return array{int, string, array<string, string>} status, body and headers */
function request(string $url, array $options): array
{
    $headers = [];
    $curl = curl_init($url);
    if (str_starts_with(broker(), 'http://')) {
        curl_setopt($curl, CURLOPT_NOPROXY, '*'); // that is for a broker on this machine, where no proxy is to see the key
    }
    curl_setopt_array($curl, $options + [
        CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 120, CURLOPT_FOLLOWLOCATION => false,
        CURLOPT_PROTOCOLS => CURLPROTO_HTTP | CURLPROTO_HTTPS,
        CURLOPT_HEADERFUNCTION => function ($curl, string $line) use (&$headers): int {
            [$name, $value] = explode(':', $line, 2) + [1 => ''];
            $headers[strtolower(trim($name))] = trim($value);
            return strlen($line);
        },
    ]);
    $body = curl_exec($curl);
    if ($body === false) {
        throw new RuntimeException('the broker is not reached: ' . curl_error($curl));
    }
    return [(int) curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $body, $headers];
}

/** A token of the broker's. A program that goes on keeps it until it expires. */
function token(): string
{
    [$status, $body] = request(broker() . '/oauth2/token', [CURLOPT_POSTFIELDS => http_build_query([
        'grant_type' => 'client_credentials', 'scope' => 'broker', 'client_secret' => key_of_broker(),
    ])]);
    if ($status !== 200) {
        throw new RuntimeException("the broker gives no token: $status $body");
    }
    return json_decode($body, true, flags: JSON_THROW_ON_ERROR)['access_token'];
}

function get(string $path): string
{
    $token = token();
    $refused = false;
    for ($attempt = 1; ; $attempt++) {
        [$status, $body, $headers] = request(broker() . $path, [CURLOPT_HTTPHEADER => ["Authorization: Bearer $token"]]);
        if ($status === 401 && !$refused) {
            $refused = true;
            $token = token();
        } elseif ($status === 429 && $attempt < 5) {
            $wait = $headers['retry-after'] ?? '';
            if (!ctype_digit($wait) || (int) $wait > 120) {
                throw new RuntimeException("a limit is used up, and lets nothing in for long: $wait");
            }
            sleep((int) $wait);
        } elseif ($status >= 200 && $status < 300) {
            return $body;
        } else {
            throw new RuntimeException("$path is answered $status: $body");
        }
    }
}

try {
    echo get($argv[1] ?? '/voice/api/v1/admin/accounts');
} catch (Throwable $e) {
    fwrite(STDERR, "call.php: {$e->getMessage()}\n");
    exit(1);
}
