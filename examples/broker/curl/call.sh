#!/usr/bin/env bash
# Calls RingCX through a broker with curl, and prints the answer: call.sh [PATH]
set -euo pipefail

broker=${RINGCX_BROKER:-http://127.0.0.1:8788}
broker=${broker%/}
path=${1:-/voice/api/v1/admin/accounts}
# http:// is for a broker on this machine, where no proxy is to see the key.
[[ $broker != http://* ]] || export no_proxy='*'
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

fail() {
	echo "call.sh: $*" >&2
	exit 1
}

# key prints the key. It is read each time: a file may hold a new one.
key() {
	if [[ -n ${RINGCX_BROKER_KEY_FILE:-} ]]; then
		tr -d '[:space:]' <"$RINGCX_BROKER_KEY_FILE"
	else
		printf %s "$RINGCX_BROKER_KEY"
	fi
}

[[ -n ${RINGCX_BROKER_KEY_FILE:-}${RINGCX_BROKER_KEY:-} ]] || fail "RINGCX_BROKER_KEY is the key, or RINGCX_BROKER_KEY_FILE its file"

# A secret comes to curl by its stdin: arguments can be seen by others. -q: no settings of the user's.
new_token() {
	local status
	status=$({
		printf 'grant_type=client_credentials&scope=broker&client_secret='
		key
	} | curl -qsS --max-time 60 -o "$dir/token" -w '%{http_code}' --data-binary @- "$broker/oauth2/token") || fail "the broker is not reached"
	[[ $status == 200 ]] || fail "the broker gives no token: $status $(cat "$dir/token")"
	token=$(grep -o '"access_token": *"[^"]*"' "$dir/token" | cut -d '"' -f 4)
}

new_token
refused=0
for attempt in 1 2 3 4 5; do
	status=$(printf 'header = "Authorization: Bearer %s"\n' "$token" |
		curl -qsS --max-time 120 -K - -D "$dir/headers" -o "$dir/answer" -w '%{http_code}' "$broker$path") || fail "the broker is not reached"
	if [[ $status == 401 && $refused == 0 ]]; then
		refused=1
		new_token
	elif [[ $status == 429 && $attempt -lt 5 ]]; then
		wait=$(tr -d '\r' <"$dir/headers" | awk 'tolower($1) == "retry-after:" { print $2 }')
		[[ $wait =~ ^[0-9]{1,3}$ && $wait -le 120 ]] || fail "a limit is used up, and lets nothing in for long: $wait"
		sleep "$wait"
	else
		break
	fi
done
[[ $status == 2?? ]] || fail "$path is answered $status: $(cat "$dir/answer")"
cat "$dir/answer"
