#!/usr/bin/env bash
# Lets the steps that follow in at a broker, as this job: the key is a token that the runner gives, in a file that only this user
# reads. It is replaced for as long as the job lasts, so no step has one that has ended. No secret is stored anywhere else.
set -euo pipefail

fail() {
	echo "::error title=ringcx::$1"
	exit 1
}

[[ -n $BROKER ]] || exit 0
[[ $BROKER =~ ^https://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?(/[A-Za-z0-9./_-]*)?$|^http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?/?$|^unix:/[A-Za-z0-9./_-]+$ ]] ||
	fail "broker has to be https://host, http:// of this machine or unix:PATH, without user, password or query"
[[ -n $AUDIENCE ]] || fail "audience is missing: what the broker has in its [[oidc]]"
# A token lives five minutes: a minute is left for one that comes late.
[[ $RENEW =~ ^[1-9][0-9]{0,2}$ ]] && ((RENEW <= 240)) || fail "renew has to be a number of seconds, at most 240: a token lives five minutes"
[[ -n ${ACTIONS_ID_TOKEN_REQUEST_URL:-} && -n ${ACTIONS_ID_TOKEN_REQUEST_TOKEN:-} ]] ||
	fail "the runner gives this job no token: it needs permissions: id-token: write, which a pull request from a fork does not get"

key=$RUNNER_TEMP/ringcx/broker.key
mkdir -p "$RUNNER_TEMP/ringcx"
umask 077

# renew replaces the key. Tokens go through pipes and files, never into an argument, which others on the machine can read.
renew() {
	local answer token
	answer=$(printf 'Authorization: bearer %s\n' "$ACTIONS_ID_TOKEN_REQUEST_TOKEN" |
		curl -fsS --proto '=https' --retry 2 --max-time 20 -H @- -G --data-urlencode "audience=$AUDIENCE" "$ACTIONS_ID_TOKEN_REQUEST_URL") || return
	token=$(sed -n 's/.*"value" *: *"\([A-Za-z0-9_.-]*\)".*/\1/p' <<<"$answer")
	[[ -n $token ]] || return
	echo "::add-mask::$token"
	printf '%s\n' "$token" >"$key.next"
	mv "$key.next" "$key"
}

rm -f "$key"
renew || fail "the runner's issuer gives no token"
# A later token is not masked, as this output is nobody's; it is in the file alone.
(while sleep "$RENEW" && [[ -f $key ]]; do renew || true; done) >/dev/null 2>&1 </dev/null &
printf 'RINGCX_BROKER=%s\nRINGCX_BROKER_KEY_FILE=%s\n' "$BROKER" "$key" >>"$GITHUB_ENV"
echo "Commands use the broker at $BROKER"
