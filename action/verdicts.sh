#!/usr/bin/env bash
# Prints what the sandbox that sandbox.sh started found wrong with requests, here and in the summary of the job.
set -euo pipefail

fail() {
	echo "::error title=ringcx::$1"
	exit 1
}

[[ $FAIL == true || $FAIL == false ]] || fail "fail is true or false"
[[ -s $RUNNER_TEMP/ringcx/sandbox ]] || fail "this job has started no sandbox: use ringcx-go/ringcx before"
{ read -r url && read -r log; } <"$RUNNER_TEMP/ringcx/sandbox"

# printed is what others wrote, for a log. Of a line that begins with ::, or has ##[ anywhere, the runner would make a command: each gets
# something before it.
printed() { LC_ALL=C tr -d '\r' | LC_ALL=C sed "s/##\[/## [/g; s/^/$1/"; }

# Counted apart from the log, which keeps the latest 10,000 requests and none from before a reset.
answer=$(curl -fsS --noproxy '*' --max-time 20 "$url/_sandbox/verdicts") || {
	tail -n 20 "$log" | printed '| '
	fail "the sandbox does not answer"
}
count=$(sed -nE '1s/^\{"requests":([0-9]+),.*/\1/p' <<<"$answer")
[[ -n $count ]] || fail "the sandbox does not say how many requests got a verdict"
echo "count=$count" >>"$GITHUB_OUTPUT"
if [[ $count == 0 ]]; then
	echo "The sandbox has nothing against the requests of this job."
	exit
fi
# A verdict is a line: in its JSON no text has a line break.
first='"first":\{"time":"([^"]*)","method":"([^"]*)","path":"([^"]*)","status":([0-9]+),"number":[0-9]+'
found=$(sed -nE -e "s/.*\"verdict\":\"([^\"]*)\",\"count\":([0-9]+),$first,\"namespace\":\"([^\"]*)\".*/\2 x \1, first \3 in namespace \7: \4 \5 \6/p" \
	-e "s/.*\"verdict\":\"([^\"]*)\",\"count\":([0-9]+),$first\}.*/\2 x \1, first \3: \4 \5 \6/p" <<<"$answer")
printed '' <<<"$found" # which begin with a number
{
	printf '### Verdicts of the RingCX sandbox\n\n'
	while IFS= read -r line; do printf '    %s\n' "$line"; done <<<"$found"
} >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
[[ $FAIL == false ]] || fail "$count requests got a verdict, see docs/sandbox.md"
