#!/usr/bin/env bash
# Starts the sandbox on this machine, for as long as the job lasts, and hands its variables to the steps that follow. Its secrets are
# masked like others: a log looks as it will with a real account.
set -euo pipefail

fail() {
	echo "::error title=ringcx::$1"
	exit 1
}

case $SANDBOX in
true) ;;
false) exit ;;
*) fail "sandbox is true or false" ;;
esac
[[ -z $BROKER ]] || exit 0
[[ $PORT =~ ^[0-9]{1,5}$ ]] || fail "port has to be a number"

# One that an earlier step has started keeps its files: verdicts are asked of it until another listens.
mkdir -p "$RUNNER_TEMP/ringcx"
dir=$(mktemp -d "$RUNNER_TEMP/ringcx/sandbox.XXXXXX")
ringcx sandbox --listen "127.0.0.1:$PORT" --write-env "$dir/sandbox.env" >"$dir/sandbox.log" 2>&1 </dev/null &
pid=$!

# The file is written when it listens. Another sandbox that has the port already is not taken for this one.
for ((n = 0; n < 300; n++)); do
	[[ ! -s $dir/sandbox.env ]] || break
	kill -0 "$pid" 2>/dev/null || break
	sleep 0.1
done
if [[ ! -s $dir/sandbox.env ]]; then
	kill "$pid" 2>/dev/null || true
	# Of a line that begins with ::, or has ##[ anywhere, the runner would make a command.
	LC_ALL=C tr -d '\r' <"$dir/sandbox.log" | LC_ALL=C sed 's/##\[/## [/g; s/^/| /'
	fail "the sandbox did not start"
fi
# shellcheck source=/dev/null
url=$(. "$dir/sandbox.env" && printf %s "$RC_SERVER_URL")
variables=$(ringcx sandbox env --listen "${url#http://}" --format github) || fail "the sandbox does not answer"
while IFS='=' read -r name value; do
	case $name in
	*_SECRET | *_JWT) echo "::add-mask::$value" ;;
	esac
done <<<"$variables"
printf '%s\n' "$variables" >>"$GITHUB_ENV"
printf '%s\n' "$url" "$dir/sandbox.log" >"$RUNNER_TEMP/ringcx/sandbox"
printf 'url=%s\nlog=%s\n' "$url" "$dir/sandbox.log" >>"$GITHUB_OUTPUT"
echo "The sandbox is at $url"
