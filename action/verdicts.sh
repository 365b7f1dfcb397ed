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
answer=$(curl -fsS --noproxy '*' --max-time 20 "$(cat "$dir/sandbox.url")/_sandbox/requests?verdicts=1") || {
	tail -n 20 "$dir/sandbox.log"
	fail "the sandbox does not answer"
}
# An entry is a line. In its JSON no text has a line break, and what is printed begins with a method: no line is a command to the runner.
entries=$(grep -F '"verdicts":["' <<<"$answer" || true)
found=$(sed -E 's/.*"method":"([^"]*)","path":"(.*)","status":([0-9]+),"verdicts":\[([^]]+)\].*/\1 \2 \3: \4/' <<<"$entries")
count=0
[[ -z $entries ]] || count=$(wc -l <<<"$entries" | tr -d ' ')
echo "count=$count" >>"$GITHUB_OUTPUT"
if [[ $count == 0 ]]; then
	echo "The sandbox has nothing against the requests of this job."
	exit
fi
printf '%s\n' "$found"
{
	printf '### Verdicts of the RingCX sandbox\n\n'
	while IFS= read -r line; do printf '    %s\n' "$line"; done <<<"$found"
} >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
[[ $FAIL == false ]] || fail "$count requests got a verdict, see docs/sandbox.md"
