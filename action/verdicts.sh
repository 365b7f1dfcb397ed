#!/usr/bin/env bash
# Prints what the sandbox that sandbox.sh started found wrong with requests, here and in the summary of the job.
set -euo pipefail

fail() {
	echo "::error title=ringcx::$1"
	exit 1
}

[[ $FAIL == true || $FAIL == false ]] || fail "fail is true or false"
dir=$RUNNER_TEMP/ringcx
[[ -s $dir/sandbox.url ]] || fail "this job has started no sandbox: use ringcx-go/ringcx before"
# Counted apart from the log, which keeps the latest 10,000 requests and none from before a reset.
answer=$(curl -fsS --noproxy '*' --max-time 20 "$(cat "$dir/sandbox.url")/_sandbox/verdicts") || {
	tail -n 20 "$dir/sandbox.log"
	fail "the sandbox does not answer"
}
count=$(sed -nE '1s/^\{"requests":([0-9]+),.*/\1/p' <<<"$answer")
[[ -n $count ]] || fail "the sandbox does not say how many requests got a verdict"
echo "count=$count" >>"$GITHUB_OUTPUT"
if [[ $count == 0 ]]; then
	echo "The sandbox has nothing against the requests of this job."
	exit
fi
# A verdict is a line. In its JSON no text has a line break, and what is printed begins with a number: no line is a command to the runner.
first='"first":\{"time":"([^"]*)","method":"([^"]*)","path":"([^"]*)","status":([0-9]+),"number":[0-9]+'
found=$(sed -nE -e "s/.*\"verdict\":\"([^\"]*)\",\"count\":([0-9]+),$first,\"namespace\":\"([^\"]*)\".*/\2 x \1, first \3 in namespace \7: \4 \5 \6/p" \
	-e "s/.*\"verdict\":\"([^\"]*)\",\"count\":([0-9]+),$first\}.*/\2 x \1, first \3: \4 \5 \6/p" <<<"$answer")
printf '%s\n' "$found"
{
	printf '### Verdicts of the RingCX sandbox\n\n'
	while IFS= read -r line; do printf '    %s\n' "$line"; done <<<"$found"
} >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
[[ $FAIL == false ]] || fail "$count requests got a verdict, see docs/sandbox.md"
