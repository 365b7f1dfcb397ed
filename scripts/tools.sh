#!/usr/bin/env bash
# Builds the pinned tools into .tools/: those for tests, or those that are named. A tool is built again only when its version
# or the version of Go changes. The first build of golangci-lint takes a minute or two, that of goreleaser several.
# goreleaser is built with the Go of .go-version, as all of a release; what looks at code with the Go that runs, which it has to know.
# With --check none is built: it fails if one wants a newer Go than that of .go-version.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/go.sh

module() {
	case $1 in
	golangci-lint) echo github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 ;;
	govulncheck) echo golang.org/x/vuln/cmd/govulncheck@v1.9.0 ;;
	goreleaser) echo github.com/goreleaser/goreleaser/v2@v2.15.1 ;;
	actionlint) echo github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 ;;
	*) return 1 ;;
	esac
}

# check asks the module of a tool, of which the command is a part, which Go it wants.
check() {
	local path=${1%@*} version=${1#*@} want
	path=${path%/cmd/*}
	want=$(cd / && go list -m -f '{{.GoVersion}}' "$path@$version")
	[[ $(printf '%s\n' "$want" "$(<.go-version)" | sort -V | tail -n 1) == "$(<.go-version)" ]] || {
		echo "tools: $path $version wants Go $want, and .go-version is $(<.go-version)" >&2
		return 1
	}
}

if [[ ${1:-} == --check ]]; then
	use_go
	for tool in golangci-lint govulncheck goreleaser actionlint; do
		check "$(module "$tool")"
	done
	exit
fi

# build builds one, if it is not there.
build() {
	local tool=$1 module=$2 want begin=$SECONDS
	[[ $tool != goreleaser ]] || use_go || return 1
	want="$module $(go env GOVERSION)"
	[[ ! -f .tools/$tool.version || $(<".tools/$tool.version") != "$want" ]] || return 0
	echo "tools: building $want"
	mkdir -p .tools
	if env -u GOOS -u GOARCH GOFLAGS= GOBIN="$PWD/.tools" go install "$module" 2>.tools/log; then
		echo "$want" >".tools/$tool.version"
		echo "tools: built $tool in $((SECONDS - begin)) s"
		return
	fi
	tail -n 5 .tools/log >&2
	echo "tools: WARNING: $tool could not be built" >&2
	return 1
}

failed=0
[[ $# -gt 0 ]] || set -- golangci-lint govulncheck
for tool in "$@"; do
	if ! module=$(module "$tool"); then
		echo "tools: no such tool: $tool" >&2
		exit 2
	fi
	(build "$tool" "$module") || failed=1
done
exit $failed
