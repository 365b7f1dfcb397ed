# shellcheck shell=bash
# use_go: releases and tools are built with the Go of .go-version and nothing of this machine's settings, which are in no commit.
# Only the ways to modules and caches stay. Sourced at the top of the tree.

use_go() {
	local want name values
	want=$(<.go-version)
	# In / there is no go.mod, which a Go that is too old would stumble over.
	values=$(cd / && GOTOOLCHAIN=local go env GOPROXY GONOPROXY GOSUMDB GONOSUMDB GOPRIVATE GOINSECURE GOVCS GOAUTH GOCACHE GOPATH GOMODCACHE)
	for name in GOPROXY GONOPROXY GOSUMDB GONOSUMDB GOPRIVATE GOINSECURE GOVCS GOAUTH GOCACHE GOPATH GOMODCACHE; do
		IFS= read -r "${name?}"
		export "${name?}"
	done <<<"$values"
	# An empty GOFLAGS does not undo that of 'go env -w', GOENV=off does.
	unset GOOS GOARCH GOAMD64 GOARM64 GOEXPERIMENT GOFIPS140
	export GOENV=off GOFLAGS='' GOWORK=off GOTOOLCHAIN=go$want
	[[ $(go env GOVERSION 2>/dev/null) == "go$want" ]] || {
		echo "${0##*/}: this is built with Go $want (.go-version), and $(GOTOOLCHAIN=local go version | cut -d ' ' -f 3) of PATH cannot get it: put Go $want into PATH, or let it be downloaded (GOPROXY, GOSUMDB)" >&2
		return 1
	}
}
