#!/usr/bin/env bash
# The test run, in two circles. Every step runs even if one before it failed; the last lines say how each ended and how
# long it took.
#
#   scripts/test.sh              all steps
#   scripts/test.sh test         what one change can break on this machine; what Go has seen pass is not run again
#   scripts/test.sh check        what else there is: other systems, other people's programs, fuzzing, tools, long forms
#   scripts/test.sh unit lint    only these steps
#
# FRESH=1 runs every test again, in another order. FUZZTIME=5s is the time for each fuzz target, SEEDS=500 are those of
# the simulation. ALLOW_MISSING=1 lets tests skip what this machine does not have.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${ALLOW_MISSING:-} != 1 ]]; then
	export RINGCX_TEST_REQUIRE=1 # tests fail instead of skipping when something that need() installs is missing
fi

fresh= # flags with which go test takes no result from its cache
if [[ ${FRESH:-} == 1 ]]; then
	fresh="-count=1 -shuffle=on"
fi

tmp=$(mktemp -d)
clean() {
	local begun group
	for begun in "$tmp"/*.begun; do
		if [[ -f $begun ]]; then
			read -r group <"$begun"
			kill -- "-$group" 2>/dev/null || true
		fi
	done
	rm -rf "$tmp"
}
trap clean EXIT
trap 'exit 130' INT

circle=             # of the steps that follow
wanted=" ${*:-test check} "
names=() results=() seconds=()
passed=0 failed=0

# not_run REASON ends a step that could not be run, which is neither passed nor failed.
not_run() {
	echo "not run: $1"
	printf '%s' "$1" >"$tmp/reason"
	exit 75
}

chosen() { [[ $wanted == *" $circle "* || $wanted == *" $1 "* ]]; }

# begin NAME... runs the functions of steps that mostly wait, one after the other, while other steps run. All but the storm give way:
# what it waits for comes as soon as on a machine of its own.
begin() {
	local name chain=()
	for name; do
		if chosen "$name"; then
			chain+=("$name")
		fi
	done
	if [[ ${#chain[@]} == 0 ]]; then
		return
	fi
	set -m # a group of processes of its own, which ends with this script
	(
		set +e
		[[ $1 == storm ]] || renice -n 19 -p "$BASHPID" >/dev/null
		for name in "${chain[@]}"; do
			begun=$SECONDS
			(
				set -e
				"$name"
			) >"$tmp/$name.log" 2>&1 </dev/null
			echo "$? $((SECONDS - begun))" >"$tmp/$name.status"
		done
	) &
	set +m
	for name in "${chain[@]}"; do
		echo "$!" >"$tmp/$name.begun"
	done
}

# step NAME TITLE runs the function of that name, or waits for what begin began. What it leaves in $tmp/NAME.end is how it
# ended, else the end of its output.
step() {
	local name=$1 title=$2 begin=$SECONDS pid status took
	if ! chosen "$name"; then
		return
	fi
	printf '\n== %s: %s\n' "$name" "$title"
	set +e
	if [[ -f $tmp/$name.begun ]]; then
		read -r pid <"$tmp/$name.begun"
		wait "$pid" 2>/dev/null # known already if it was waited for
		read -r status took <"$tmp/$name.status" || status=1 took=0
		rm "$tmp/$name.begun"
		cat "$tmp/$name.log"
	else
		(
			set -e
			! compgen -G "$tmp/*.begun" >/dev/null || renice -n 19 -p "$BASHPID" >/dev/null
			"$name"
		) 2>&1 | tee "$tmp/$name.log"
		status=${PIPESTATUS[0]} took=$((SECONDS - begin))
	fi
	set -e
	case $status in
	0) results+=(ok) passed=$((passed + 1)) ;;
	75) results+=("not run: $(cat "$tmp/reason")") ;;
	*) results+=(FAILED) failed=$((failed + 1)) ;;
	esac
	names+=("$name")
	seconds+=("$took")
	echo "-- $name: ${results[${#results[@]} - 1]} ($took s)"
}

# What other people's packages cost to compile is paid while the package manager works, as far as it gets.
need() {
	local ahead status=0
	if [[ $wanted != " need " ]]; then
		set -m
		(go list -test -deps -f '{{if not .ForTest}}{{with .Module}}{{if not .Main}}{{$.ImportPath}}{{end}}{{else}}{{$.ImportPath}}{{end}}{{end}}' ./... |
			grep -v '\.test$' | xargs go build -race) >/dev/null 2>&1 </dev/null &
		ahead=$!
		set +m
	fi
	scripts/need.sh || status=$?
	if [[ -n ${ahead:-} ]]; then
		kill -- "-$ahead" 2>/dev/null || true
		wait "$ahead" 2>/dev/null || true
	fi
	return $status
}

programs() {
	scripts/need.sh e2e
	scripts/clients.sh
}

# go vet is in cross, for six systems; go test need not do a part of it again.
format() {
	if gofmt -l . | grep .; then
		echo 'gofmt would change these'
		return 1
	fi
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

# Three runs at the same time, because what is covered is compiled into every test of a run: the tests of the sandbox, and those
# that use neither, are not to be run again when the root package changes. For packages without tests Go would build a tool that
# makes profiles of nothing. What reads code has nothing for the race detector. Many packages mostly wait, so more are tested at a
# time than there are processors, but where one is not to be its neighbour's fault.
unit() {
	local flags listed sandbox root rest plain=/internal/house
	flags=(-vet=off -timeout 20m ${fresh:--p 4} -race)
	rm -f coverage.out coverage.sandbox.out
	listed=$(go list -test -f '{{with .ForTest}}{{.}} {{$.Deps}}{{end}}' ./... | grep -vE '^(\S+/ringcx/(cmd|examples)[/ ]|$)' | sort)
	sandbox=$(grep -oE '^\S+/ringcx/sandbox[/ ]\S*' <<<"$listed" | cut -d ' ' -f 1 | uniq)
	root=$(grep -vE '^\S+/ringcx/sandbox[/ ]' <<<"$listed" | grep -E "[ [] *$(go list .)[] ]" | cut -d ' ' -f 1 | uniq)
	rest=$(cut -d ' ' -f 1 <<<"$listed" | uniq | grep -vxF "$sandbox"$'\n'"$root" | grep -v "$plain$")
	go build -o "$tmp/testsummary" ./internal/testsummary
	if ! "$tmp/testsummary" "${flags[@]}" -covermode=atomic -coverpkg=./sandbox/... -coverprofile=coverage.sandbox.out $sandbox \
		-- "${flags[@]}" -covermode=atomic -coverpkg=. -coverprofile=coverage.out $root -- "${flags[@]}" $rest -- "${flags[@]/%-race/-race=false}" ".$plain"; then
		rm -f coverage.out coverage.sandbox.out
		return 1
	fi
}

# What runs as processes mostly waits for them; with the race detector each costs three times as much, so that is for make
# check. Of the sources that the tests of the examples compile Go knows nothing when it looks for a result in its cache; those
# of examples/conform look at them.
commands() {
	go build -o "$tmp/testsummary" ./internal/testsummary
	"$tmp/testsummary" -vet=off -timeout 20m $fresh ./cmd/... ./examples/conform -- -vet=off -timeout 20m -count=1 ./examples
}

# The race detector makes memory and allocations other than they are, and what is sent in masses too slow.
memory() {
	local files tests
	files=$(grep -lE '^//go:build !race' -r --include='*_test.go' . | grep -v '^./internal/sim/')
	tests=$(grep -hoE '^func Test[A-Za-z0-9_]+' $files | sed 's/^func //' | paste -sd '|')
	go test $fresh -run "^($tests)\$" $(xargs -n 1 dirname <<<"$files" | sort -u)
}

# The seeds are divided among as many processes as there are processors: within one, a seed replays only on one of them.
simulation() {
	local seeds=${SEEDS:-${1:-500}} parts part only= status=0 pids=()
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
	output=$(go test -tags storm $fresh -v -timeout 5m ./internal/storm) || status=$?
	if [[ $status != 0 ]]; then
		grep -vE '^=== ' <<<"$output"
		grep -vE '^=== | \| |^ *--- (PASS|SKIP)' <<<"$output" | head -n 100 | cut -c 1-1000 >"$tmp/storm.end"
		return $status
	fi
	grep -E -- '--- SKIP| \| |^storm: ' <<<"$output" | sed -E 's/^ *[a-z]+_test\.go:[0-9]+: //'
}

day() {
	cd bench
	go vet ./...
	go test $fresh -v . | grep -vE '^(=== RUN|PASS$)'
}

traces() {
	cd broker/otel
	go vet ./...
	go test -race $fresh ./...
}

coverage() {
	[[ -f coverage.out && -f coverage.sandbox.out ]] || not_run "the unit tests left no profile"
	scripts/coverage.sh coverage.out coverage.sandbox.out
}

long() {
	go build -o "$tmp/testsummary" ./internal/testsummary
	"$tmp/testsummary" -race -timeout 20m -count=1 $fresh ./cmd/... ./examples/...
	simulation 2000
}

e2e() {
	go build -o "$tmp/testsummary" ./internal/testsummary
	cd e2e
	go vet ./...
	"$tmp/testsummary" -race -timeout 20m -count=1 $fresh ./...
}

# What these tests look at is outside of their module: Go does not see it change, and would take the result of before.
deploy() {
	cd deploy/check
	go vet ./...
	go test -count=1 $fresh ./...
}

# What is rendered lies outside of the module, too.
site() {
	cd scripts/site
	go vet ./...
	go test -count=1 $fresh ./...
}

# fuzz1 BINARY DIRECTORY TARGET fuzzes once.
fuzz1() {
	local binary=$1 dir=$2 target=$3
	(
		cd "$dir"
		"$binary" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime "${FUZZTIME:-5s}" \
			-test.fuzzcachedir "$(go env GOCACHE)/fuzz/$(go list .)"
	) >"$tmp/fuzz" 2>&1 </dev/null
}

# sound DIRECTORY BINARY TARGET says whether what a run of the fuzzer calls a failure is its own trouble on a busy machine:
# it missed its own deadline (go.dev/issue/75804), or a process of its was hung or killed, and the input that it blames, if it
# names one, passes. That input is not kept.
sound() {
	local dir=$1 binary=$2 target=$3 input
	grep -qE 'context deadline exceeded|fuzzing process hung or terminated unexpectedly' "$tmp/fuzz" || return 1
	input=$(sed -nE "s|.*Failing input written to (testdata/fuzz/$target/[0-9a-f]+).*|\1|p" "$tmp/fuzz" | head -n 1)
	if [[ -z $input ]]; then
		! grep -qE 'panic:|_test\.go:' "$tmp/fuzz"
		return
	fi
	(cd "$dir" && "$binary" -test.run "^$target\$/^${input##*/}\$" >>"$tmp/fuzz" 2>&1) || return 1
	rm -f "$dir/$input"
}

# The targets of a package are one binary, compiled for fuzzing.
fuzz() {
	local dir target try bad=0
	grep -rlE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*\(' . | xargs -n 1 dirname | sort -u >"$tmp/dirs"
	[[ -s $tmp/dirs ]] || not_run "there are no fuzz targets"
	while read -r dir; do
		go test -c -fuzz=. -o "$tmp/fuzz.test" "$dir" || return 1
		for target in $(grep -hoE '^func Fuzz[A-Za-z0-9_]*\(' "$dir"/*_test.go | sed -E 's/^func (.*)\($/\1/' | sort); do
			echo "$dir $target"
			for try in once again; do
				if fuzz1 "$tmp/fuzz.test" "$dir" "$target"; then
					grep '^fuzz: elapsed' "$tmp/fuzz" | tail -n 1
					break
				elif ! sound "$dir" "$tmp/fuzz.test" "$target" || [[ $try == again ]] && ! grep -q 'context deadline exceeded' "$tmp/fuzz"; then
					cat "$tmp/fuzz"
					printf '%s %s\n' "$dir" "$target" >>"$tmp/fuzz.end"
					tail -n 30 "$tmp/fuzz" >>"$tmp/fuzz.end"
					bad=1
					break
				fi
				echo "  the fuzzer itself failed, nothing found: $(grep -oE -m 1 'context deadline exceeded|fuzzing process hung.*' "$tmp/fuzz")"
			done
		done
	done <"$tmp/dirs"
	return $bad
}

lint() {
	if ! scripts/tools.sh golangci-lint; then
		[[ ${CI:-} != true ]] || return 1
		not_run "golangci-lint could not be installed"
	fi
	.tools/golangci-lint run ./...
	(cd e2e && ../.tools/golangci-lint run ./...)
	(cd broker/otel && ../../.tools/golangci-lint run ./...)
	(cd deploy/check && ../../.tools/golangci-lint run ./...)
	(cd scripts/site && ../../.tools/golangci-lint run ./...)
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

circle=test
step need "what the tests need is installed"
step format "gofmt"
commands="the command and the examples, as processes"
apart=$fresh # one after the other: what fails is not to be the neighbour's fault
chosen unit || apart=yes
if [[ -n $apart ]]; then
	step unit "tests, with the race detector"
	step commands "$commands"
	begin storm
else
	begin storm
	begin commands traces
	step unit "tests, with the race detector"
fi
step memory "what is measured without the race detector"
step simulation "${SEEDS:-500} seeds of bad days"
step traces "of the broker, a module of its own"
if [[ -z $apart ]]; then
	step commands "$commands"
fi
step storm "processes and servers killed in mid-renewal, on real stores"
step coverage "of the root package and the sandbox"
circle=check
step cross "builds and vets for Linux, macOS and Windows, amd64 and arm64"
step programs "Chromium and other people's clients are installed"
step e2e "pages in a browser, and the sandbox with other people's clients"
step deploy "units, image and manifests, with the tools of systemd and the types of Kubernetes"
step site "the pages as a site: links, search, no other host"
step day "a simulated day of a thousand workers, and the recovery from a penalty"
step fuzz "${FUZZTIME:-5s} for each target"
step lint "golangci-lint"
step vulnerabilities "govulncheck"
step long "the command and the examples with the race detector, ${SEEDS:-2000} seeds of bad days"

if [[ ${#names[@]} == 0 ]]; then
	echo "no such step: $wanted" >&2
	exit 2
fi
for i in "${!names[@]}"; do # once more, for who keeps only the end of a long log
	if [[ ${results[i]} == FAILED ]]; then
		printf '\n== how %s ended\n' "${names[i]}"
		if [[ -f $tmp/${names[i]}.end ]]; then
			cat "$tmp/${names[i]}.end"
		else
			tail -n 40 "$tmp/${names[i]}.log"
		fi
	fi
done
printf '\n%-16s %8s  %s\n' step seconds result
for i in "${!names[@]}"; do
	printf '%-16s %8d  %s\n' "${names[i]}" "${seconds[i]}" "${results[i]}"
done
printf '%-16s %8d\n' all "$SECONDS"
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[[ $failed == 0 ]]
