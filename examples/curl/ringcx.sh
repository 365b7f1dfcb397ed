#!/usr/bin/env bash
# RingCX quick start: log in, list accounts and users, keep the tokens for the next run.
#
# usage: ringcx.sh [--print-token]     (prints the access token that worked instead of the lists)
#
# Needs bash 3.2, curl, grep and awk, as every macOS and Debian with curl has them: no jq and no Python, JSON is read by
# the function json below. Settings come from the environment; see README.md beside this directory: RC_APP_CLIENT_ID,
# RC_APP_CLIENT_SECRET, RC_USER_JWT; RC_SERVER_URL and RINGCX_SERVER_URL when not production; RINGCX_STATE for the file
# that keeps the tokens. Copies that run at the same time take turns where flock is installed (Linux).
#
# No secret is ever an argument of a program, because arguments can be read by every user of the machine (ps). curl gets
# them on standard input (--config -), printf is part of bash.
set -euo pipefail
umask 077

readonly USER_AGENT=ringcx-example-curl/1.0
RC_SERVER_URL=${RC_SERVER_URL:-https://platform.ringcentral.com}
RC_SERVER_URL=${RC_SERVER_URL%/}
RINGCX_SERVER_URL=${RINGCX_SERVER_URL:-https://ringcx.ringcentral.com}
RINGCX_SERVER_URL=${RINGCX_SERVER_URL%/}
readonly STATE=${RINGCX_STATE:-$HOME/.ringcx-example.json}

say() { printf 'ringcx.sh: %s\n' "$*" >&2; }

# fail CODE MESSAGE; code 2 says that the caller has to change something.
fail() {
	say "$2"
	exit "$1"
}

check_config() {
	local name missing=
	for name in RC_APP_CLIENT_ID RC_APP_CLIENT_SECRET RC_USER_JWT; do
		[[ -n ${!name:-} ]] || missing+=", $name"
	done
	[[ -z $missing ]] || fail 2 "not set: ${missing#, }"
	for name in RC_APP_CLIENT_ID RC_APP_CLIENT_SECRET RC_USER_JWT; do
		[[ ${!name} != *[[:cntrl:]]* ]] || fail 2 "$name holds a line break"
	done
	# Secrets travel to these servers, so it is https, or http on this machine.
	local url='^(https://[^/?#@[:space:]]+|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?)$'
	for name in RC_SERVER_URL RINGCX_SERVER_URL; do
		[[ ${!name} =~ $url ]] || fail 2 "$name must be https://host (http:// only for localhost)"
	done
}

# identity tells whose tokens the state file holds, so that they are never sent to another server or used for another user.
identity() {
	printf '%s\n%s\n%s\n%s' "$RC_SERVER_URL" "$RINGCX_SERVER_URL" "$RC_APP_CLIENT_ID" "$RC_USER_JWT" |
		{ sha256sum 2>/dev/null || shasum -a 256; } | cut -d ' ' -f 1
}

# json turns the JSON text on standard input into lines of path, tab and value, such as "0.accountId	46517001".
json() {
	{ LC_ALL=C grep -aoE '"([^"\]|\\.)*"|[][{},:]|[^][{},:"[:space:]]+' || true; } | LC_ALL=C awk '
		function text(s,    out, i, c) { # a value as people read it
			if (s !~ /^"/) return s == "null" ? "" : s
			s = substr(s, 2, length(s) - 2)
			while ((i = index(s, "\\")) > 0) {
				c = substr(s, i + 1, 1)
				out = out substr(s, 1, i - 1) (c == "u" ? utf8(substr(s, i + 2, 4)) : index("\"\\/", c) ? c : " ")
				s = substr(s, i + (c == "u" ? 6 : 2))
			}
			return out s
		}
		function utf8(hex,    i, n) {
			for (i = 1; i <= 4; i++) n = n * 16 + index("0123456789abcdef", tolower(substr(hex, i, 1))) - 1
			if (n < 128) return sprintf("%c", n < 32 ? 32 : n)
			if (n < 2048) return sprintf("%c%c", 192 + int(n / 64), 128 + n % 64)
			if (n >= 55296 && n < 57344) return "?" # half of a pair
			return sprintf("%c%c%c", 224 + int(n / 4096), 128 + int(n / 64) % 64, 128 + n % 64)
		}
		function path(    i, p) {
			for (i = 1; i <= depth; i++) p = p (i > 1 ? "." : "") key[i]
			return p
		}
		$0 == "{" || $0 == "[" { depth++; kind[depth] = $0; key[depth] = 0; name = ($0 == "{"); next }
		$0 == "}" || $0 == "]" { depth--; name = 0; next }
		$0 == ":" { name = 0; next }
		$0 == "," { if (kind[depth] == "{") name = 1; else key[depth]++; next }
		name { key[depth] = text($0); next }
		{ print path() "\t" text($0) }'
}

# field NAME... prints the first of these top-level fields that the JSON on standard input has.
field() {
	json | awk -F '\t' -v names="$*" '
		!($1 in value) { value[$1] = $2 }
		END {
			n = split(names, name, " ")
			for (i = 1; i <= n; i++) if (value[name[i]] != "") { print value[name[i]]; exit }
		}'
}

# quote TEXT for a curl config file, or for JSON: both escape the same way. TEXT is one line.
quote() { printf '"%s"' "$(printf '%s' "$1" | sed 's/["\\]/\\&/g')"; }

# setting NAME VALUE is a line of a curl config file.
setting() { printf '%s = %s\n' "$1" "$(quote "$2")"; }

# send DOING URL sends a request with the curl settings on standard input, and sets STATUS, BODY, PROBLEM and WAIT, the
# seconds after which the vendor may be asked for tokens again. It fails unless the answer is a success. Redirects are not followed: they would take secrets to another host. Certificates are
# verified; -q keeps a ~/.curlrc from changing any of it.
send() {
	local answer headers="$TEMPORARY/headers" wait
	STATUS=0 BODY='' PROBLEM='' WAIT=0
	if ! answer=$({
		setting url "$2"
		cat
	} | curl -q --config - --silent --show-error --max-redirs 0 --connect-timeout 10 --max-time 30 \
		--header 'Accept: application/json' --user-agent "$USER_AGENT" --dump-header "$headers" \
		--write-out '\n%{http_code}' 2>"$TEMPORARY/error"); then
		PROBLEM="$1: no answer: $(readable <"$TEMPORARY/error")"
		return 1
	fi
	STATUS=${answer##*$'\n'} BODY=${answer%$'\n'*}
	[[ $STATUS != 2?? ]] || return 0
	PROBLEM="$1: $STATUS $(vendor_words)"
	if [[ $STATUS == 429 ]]; then
		wait=$(awk -F ': *' 'tolower($1) == "retry-after" { print $2 }' "$headers" | readable)
		PROBLEM+="; Retry-After: ${wait:-not given, wait a minute}"
		WAIT=60 # if it is not a number, and an hour at most if it is
		[[ ! $wait =~ ^[0-9]+$ ]] || WAIT=$((${#wait} > 4 || 10#$wait > 3600 ? 3600 : 10#$wait))
	fi
	return 1
}

# refused: the vendor understood and said no. After any other failure the same request may work later.
refused() { [[ $STATUS == 4?? && $STATUS != 408 && $STATUS != 429 ]]; }

# postponed: the vendor understood and did nothing, not now.
postponed() { [[ $STATUS == 408 || $STATUS == 429 || $STATUS == 503 ]]; }

# vendor_words are code and message of the error in BODY. RingCentral and RingCX have one shape each, and gateways send
# plain text.
vendor_words() {
	case $BODY in
	'{'*)
		printf '%s %s\n' "$(printf '%s' "$BODY" | field errors.0.errorCode errorCode error)" \
			"$(printf '%s' "$BODY" | field errors.0.message generalMessage message error_description)"
		;;
	'<'*) ;;
	*) printf '%s\n' "$BODY" ;;
	esac | readable
}

# readable puts the text of a server on one line, without control characters, and without what might be a token.
readable() {
	LC_ALL=C tr -s '[:cntrl:]' ' ' | LC_ALL=C sed -E 's/[A-Za-z0-9_.~+/=|-]{40,}/[...]/g; s/ *$//' | LC_ALL=C cut -c 1-200
}

# log_in makes the two steps to RingCX tokens: a RingCentral token for the JWT, RingCX tokens for the RingCentral token.
log_in() {
	local token
	say 'logging in'
	send 'log in to RingCentral' "$RC_SERVER_URL/restapi/oauth/token" < <(
		setting user "$RC_APP_CLIENT_ID:$RC_APP_CLIENT_SECRET"
		setting data-urlencode 'grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer'
		setting data-urlencode "assertion=$RC_USER_JWT"
	) || give_up
	token=$(printf '%s' "$BODY" | field access_token)
	send 'exchange the RingCentral token' "$RINGCX_SERVER_URL/api/auth/login/rc/accesstoken?includeRefresh=true" < <(
		setting data-urlencode "rcAccessToken=$token"
		setting data-urlencode 'rcTokenType=Bearer'
	) || give_up
}

# give_up ends a run that got no tokens, and remembers until when the vendor wants to be left alone.
give_up() {
	if [[ $WAIT != 0 ]]; then
		QUIET_UNTIL=$(($(date +%s) + WAIT + 1)) # the clock here tells whole seconds only
		save
	fi
	fail 1 "$PROBLEM"
}

# keep_quiet ends the run if the vendor still wants to be left alone.
keep_quiet() {
	local wait=$((${QUIET_UNTIL%%.*} - $(date +%s)))
	[[ $wait -le 1 ]] || fail 1 "the vendor wants no requests for tokens for $wait seconds"
	[[ $wait -lt 1 ]] || sleep 1
}

# refresh TOKEN spends a refresh token.
refresh() {
	say 'refreshing the tokens'
	send 'refresh the RingCX token' "$RINGCX_SERVER_URL/api/auth/token/refresh" < <(
		setting data-urlencode "refresh_token=$1"
	)
}

# renew gets fresh tokens, by a login if there is no other way, and saves them before anybody uses them. A refresh token
# leaves the file before it is sent: if the answer gets lost, it is spent all the same.
renew() {
	local spent=$REFRESH_TOKEN
	keep_quiet
	if [[ -z $spent ]]; then
		log_in
	else
		REFRESH_TOKEN=''
		save
		if ! refresh "$spent"; then
			if postponed; then
				REFRESH_TOKEN=$spent
				save
			fi
			refused || give_up
			say "$PROBLEM"
			log_in
		fi
	fi
	ACCESS_TOKEN=$(printf '%s' "$BODY" | field accessToken)
	REFRESH_TOKEN=$(printf '%s' "$BODY" | field refreshToken) QUIET_UNTIL=0
	[[ -n $ACCESS_TOKEN ]] || fail 1 'RingCX answered without an access token'
	save
}

# get DOING PATH of the RingCX API.
get() { send "$1" "$RINGCX_SERVER_URL$2" < <(setting header "Authorization: Bearer $ACCESS_TOKEN"); }

# call DOING PATH gets a list into BODY. After a 401 ("Jwt is expired") it renews the tokens and tries once more.
call() {
	if ! get "$@"; then
		[[ $STATUS == 401 ]] || fail 1 "$PROBLEM"
		say "$PROBLEM"
		renew
		get "$@" || fail 1 "$PROBLEM"
	fi
	[[ $BODY == '['* ]] || fail 1 "$1: the answer is not a list; is this the right server?"
}

# take_turns waits until no other copy runs with this state. The lock lasts as long as the file is open.
take_turns() {
	{ exec 9>"$STATE.lock"; } 2>/dev/null || fail 1 "cannot write $STATE.lock"
	! command -v flock >/dev/null || flock 9
}

# load reads the tokens of the last run, if there are any for these settings.
load() {
	local text
	ACCESS_TOKEN='' REFRESH_TOKEN='' QUIET_UNTIL=0
	[[ -e $STATE ]] || return 0
	text=$(cat "$STATE" 2>/dev/null) || fail 1 "cannot read $STATE"
	[[ $(printf '%s' "$text" | field identity) == "$(identity)" ]] || return 0
	ACCESS_TOKEN=$(printf '%s' "$text" | field accessToken)
	REFRESH_TOKEN=$(printf '%s' "$text" | field refreshToken)
	QUIET_UNTIL=$(printf '%s' "$text" | field quietUntil)
	[[ $QUIET_UNTIL =~ ^[0-9]+(\.[0-9]+)?$ ]] || QUIET_UNTIL=0
}

# save replaces the state file whole: a crash leaves the old tokens or the new ones. Only this user may read it (umask).
save() {
	local temporary
	temporary=$(mktemp "$STATE.XXXXXXXX" 2>/dev/null) || fail 1 "cannot write $STATE"
	if ! printf '{"identity":%s,"accessToken":%s,"refreshToken":%s,"quietUntil":%s}\n' \
		"$(quote "$(identity)")" "$(quote "$ACCESS_TOKEN")" "$(quote "$REFRESH_TOKEN")" "$QUIET_UNTIL" >"$temporary" ||
		! sync "$temporary" || ! mv -f "$temporary" "$STATE"; then
		rm -f "$temporary"
		fail 1 "cannot write $STATE"
	fi
}

# report_accounts prints the JSON list on standard input.
report_accounts() {
	json | awk -F '\t' '
		$1 ~ /^[0-9]+\.[A-Za-z]+$/ { split($1, p, "."); value[p[1], p[2]] = $2; n = p[1] + 1 }
		END {
			for (i = 0; i < n; i++) {
				main = value[i, "mainAccountId"]
				if (main in seen) continue
				seen[main]
				print "Main account: " value[i, "mainAccountName"] " (" main ")\nSub-accounts:"
				for (j = i; j < n; j++) # among them the main account itself
					if (value[j, "mainAccountId"] == main && value[j, "accountId"] != main)
						print "  " value[j, "accountId"] "  " value[j, "accountName"]
			}
		}'
}

# report_users prints the JSON list on standard input. RingCX lists users as a tree.
report_users() {
	echo 'Users:'
	json | awk -F '\t' '
		{ user = $1; sub(/\.[^.]*$/, "", user); name = substr($1, length(user) + 2) }
		user !~ /^[0-9]+(\.children\.[0-9]+)*$/ { next }
		name == "userId" { order[++n] = user }
		{ value[user, name] = $2 }
		END {
			for (i = 1; i <= n; i++) {
				user = order[i]
				print "  " value[user, "userId"] "  " value[user, "firstName"] " " value[user, "lastName"] "  " value[user, "userName"]
			}
		}'
}

main() {
	local accounts users
	[[ $# == 0 || $* == --print-token ]] || fail 2 'usage: ringcx.sh [--print-token]'
	check_config
	TEMPORARY=$(mktemp -d)
	trap 'rm -rf "$TEMPORARY"' EXIT
	take_turns
	load
	[[ -n $ACCESS_TOKEN ]] || renew
	call 'list accounts' /voice/api/v1/admin/accounts
	accounts=$BODY
	call 'list users' /voice/api/v1/admin/users
	users=$BODY
	if [[ $# == 1 ]]; then
		printf '%s\n' "$ACCESS_TOKEN"
	else
		printf '%s' "$accounts" | report_accounts
		printf '%s' "$users" | report_users
	fi
}

main "$@"
