#!/usr/bin/env bash
# The whole test run. Every step runs even if one before it failed; the last lines say how each ended.
#
#   scripts/test.sh              all steps
#   scripts/test.sh unit lint    only these
#
# FUZZTIME=5s is the time for each fuzz target. ALLOW_MISSING=1 lets tests skip what this machine does not have.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${ALLOW_MISSING:-} != 1 ]]; then
	export RINGCX_TEST_REQUIRE=1 # tests fail instead of skipping when something that need() installs is missing
fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT

wanted=("$@")
names=() results=() seconds=()
passed=0 failed=0

# not_run REASON ends a step that could not be run, which is neither passed nor failed.
not_run() {
	echo "not run: $1"
	printf '%s' "$1" >"$tmp/reason"
	exit 75
}

# step NAME TITLE runs the function of that name.
step() {
	local name=$1 title=$2 begin=$SECONDS status
	if [[ ${#wanted[@]} -gt 0 && " ${wanted[*]} " != *" $name "* ]]; then
		return
	fi
	printf '\n== %s: %s\n' "$name" "$title"
	set +e
	(
		set -e
		"$name"
	) 2>&1 | tee "$tmp/$name.log"
	status=${PIPESTATUS[0]}
	set -e
	case $status in
	0) results+=(ok) passed=$((passed + 1)) ;;
	75) results+=("not run: $(cat "$tmp/reason")") ;;
	*) results+=(FAILED) failed=$((failed + 1)) ;;
	esac
	names+=("$name")
	seconds+=($((SECONDS - begin)))
	echo "-- $name: ${results[${#results[@]} - 1]} ($((SECONDS - begin)) s)"
}

need() {
	scripts/need.sh
	scripts/clients.sh
}

format() {
	local unformatted bad=0
	unformatted=$(gofmt -l .)
	if [[ -n $unformatted ]]; then
		printf 'gofmt would change:\n%s\n' "$unformatted"
		bad=1
	fi
	go vet ./... || bad=1
	return $bad
}

cross() {
	local os arch bad=0
	for os in linux darwin windows; do
		for arch in amd64 arm64; do
			echo "$os/$arch"
			CGO_ENABLED=0 GOOS=$os GOARCH=$arch go build ./... || bad=1
			CGO_ENABLED=0 GOOS=$os GOARCH=$arch go vet ./... || bad=1
		done
	done
	return $bad
}

unit() {
	local covered=. package
	rm -f coverage.out
	for package in $(go list -f '{{if .GoFiles}}{{.ImportPath}}{{end}}' ./sandbox/... 2>/dev/null); do
		covered+=,$package
	done
	go build -o "$tmp/testsummary" ./internal/testsummary
	if ! go test -json -race -shuffle=on -count=1 -timeout 20m -covermode=atomic -coverpkg="$covered" -coverprofile=coverage.out ./... |
		"$tmp/testsummary"; then
		rm -f coverage.out
		return 1
	fi
}

# The race detector makes memory and allocations other than they are, and what is sent in masses too slow.
memory() {
	local dir tests bad=0
	for dir in $(grep -lE '^//go:build !race' -r --include='*_test.go' . | xargs -n 1 dirname | sort -u | grep -v '/internal/sim$'); do
		tests=$(grep -lE '^//go:build !race' "$dir"/*_test.go | xargs grep -hoE '^func Test[A-Za-z0-9_]+' | sed 's/^func //' | paste -sd '|')
		echo "$dir"
		go test -count=1 -run "^($tests)\$" "$dir" || bad=1
	done
	return $bad
}

# The seeds are divided among as many processes as there are processors: within one, a seed replays only on one of them.
simulation() {
	local seeds=${SEEDS:-2000} parts part only= status=0 pids=()
	parts=$(getconf _NPROCESSORS_ONLN)
	trap 'kill "${pids[@]}" 2>/dev/null || true' EXIT
	go test -c -o "$tmp/simulation" ./internal/sim
	for ((part = 0; part < parts; part++)); do
		(cd internal/sim && exec "$tmp/simulation" -test.v -test.timeout 24h ${only:+"$only"} -sim.seeds "$seeds" -sim.parts "$parts" -sim.part "$part") \
			>"$tmp/simulation.$part" 2>&1 &
		pids+=($!)
		only=-test.run=TestNoScheduleBreaksAPromise # the first has the other tests too
	done
	for ((part = 0; part < parts; part++)); do
		wait "${pids[part]}" || status=$?
		grep -vE '^(=== RUN|PASS$)' "$tmp/simulation.$part" || true
	done
	return $status
}

storm() {
	local output status=0
	output=$(go test -tags storm -count=1 -v -timeout 5m ./internal/storm) || status=$?
	if [[ $status != 0 ]]; then
		grep -vE '^=== ' <<<"$output"
		return $status
	fi
	grep -E -- '--- SKIP| \| |^storm: ' <<<"$output" | sed -E 's/^ *[a-z]+_test\.go:[0-9]+: //'
}

day() {
	cd bench
	go vet ./...
	go test -count=1 -v . | grep -vE '^(=== RUN|PASS$)'
}

coverage() {
	[[ -f coverage.out ]] || not_run "the unit tests left no profile"
	scripts/coverage.sh coverage.out
}

# A bare "context deadline exceeded" is the fuzzer missing its own deadline (go.dev/issue/75804), not an input that fails.
fuzz() {
	local file target bad=0
	grep -rE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*\(' . | sort >"$tmp/targets" || not_run "there are no fuzz targets"
	while IFS=: read -r file target; do
		target=${target#func }
		target=${target%%(*}
		echo "$(dirname "$file") $target"
		if go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-5s}" "$(dirname "$file")" >"$tmp/fuzz" 2>&1 </dev/null; then
			grep '^fuzz: elapsed' "$tmp/fuzz" | tail -n 1
		elif grep -q 'context deadline exceeded' "$tmp/fuzz" && ! grep -qE 'Failing input written|panic:|_test\.go:' "$tmp/fuzz"; then
			echo "  stopped late, nothing found"
		else
			cat "$tmp/fuzz"
			bad=1
		fi
	done <"$tmp/targets"
	return $bad
}

lint() {
	if ! scripts/tools.sh golangci-lint; then
		[[ ${CI:-} != true ]] || return 1
		not_run "golangci-lint could not be installed"
	fi
	.tools/golangci-lint run ./...
}

vulnerabilities() {
	local status=0
	scripts/tools.sh govulncheck || not_run "govulncheck could not be installed"
	.tools/govulncheck ./... >"$tmp/vulnerabilities" 2>&1 || status=$?
	cat "$tmp/vulnerabilities"
	if [[ $status != 0 ]] && grep -q 'fetching vulnerabilities' "$tmp/vulnerabilities"; then
		not_run "no vulnerability database"
	fi
	return $status
}

step need "what the tests need is installed"
step format "gofmt and go vet"
step cross "builds and vets for Linux, macOS and Windows, amd64 and arm64"
step unit "tests, with the race detector"
step memory "what is measured without the race detector"
step simulation "${SEEDS:-2000} seeds of bad days"
step storm "processes and servers killed in mid-renewal, on real stores"
step day "a simulated day of a thousand workers, and the recovery from a penalty"
step coverage "of the root package and the sandbox"
step fuzz "${FUZZTIME:-5s} for each target"
step lint "golangci-lint"
step vulnerabilities "govulncheck"

if [[ ${#names[@]} == 0 ]]; then
	echo "no such step: ${wanted[*]}" >&2
	exit 2
fi
for i in "${!names[@]}"; do # once more, for who keeps only the end of a long log
	if [[ ${results[i]} == FAILED ]]; then
		printf '\n== how %s ended\n' "${names[i]}"
		tail -n 40 "$tmp/${names[i]}.log"
	fi
done
printf '\n%-16s %8s  %s\n' step seconds result
for i in "${!names[@]}"; do
	printf '%-16s %8d  %s\n' "${names[i]}" "${seconds[i]}" "${results[i]}"
done
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[[ $failed == 0 ]]
