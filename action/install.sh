#!/usr/bin/env bash
# Puts the command into PATH for the steps that follow: of a release if VERSION names one, else built from the files of this action.
set -euo pipefail

bin=$RUNNER_TEMP/ringcx/bin
mkdir -p "$bin"

fail() {
	echo "::error title=ringcx::$1"
	exit 1
}

build() {
	command -v go >/dev/null || fail "there is no Go: use actions/setup-go before, or give a version"
	cd "$GITHUB_ACTION_PATH"
	# Of what 'go env -w' has set, the ways to modules stay. An empty GOFLAGS alone would not undo that one.
	local name
	for name in GOPROXY GONOPROXY GOSUMDB GONOSUMDB GOPRIVATE GOINSECURE GOAUTH GOTOOLCHAIN GOCACHE GOMODCACHE; do
		export "$name=$(go env "$name")"
	done
	env -u GOOS -u GOARCH CGO_ENABLED=0 GOENV=off GOFLAGS= GOWORK=off go build -trimpath -ldflags='-s -w' -o "$bin/" ./cmd/ringcx
}

get() { curl -fsSL --proto '=https' --proto-redir '=https' --retry 3 --max-time 300 -o "$1" "$2"; }

sum() {
	if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi <"$1" | cut -d ' ' -f 1
}

download() {
	local version=${VERSION#v} os arch name tmp want form=tar.gz exe=
	[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] || fail "version has to be one of a release, as 1.2.3"
	case ${RUNNER_OS:-} in
	Linux) os=linux ;;
	macOS) os=darwin ;;
	Windows) os=windows form=zip exe=.exe ;;
	*) fail "there is no release for this system: leave version out, and it is built" ;;
	esac
	case ${RUNNER_ARCH:-} in
	X64) arch=amd64 ;;
	ARM64) arch=arm64 ;;
	*) fail "there is no release for this processor: leave version out, and it is built" ;;
	esac
	name=ringcx_${version}_${os}_$arch
	tmp=$(mktemp -d "$RUNNER_TEMP/ringcx/get.XXXXXX")
	get "$tmp/checksums.txt" "$RELEASES/v$version/checksums.txt" || fail "the checksums of the release cannot be had: is there such a version?"
	get "$tmp/$name.$form" "$RELEASES/v$version/$name.$form" || fail "the archive of the release cannot be had"
	want=$(awk -v name="$name.$form" '$2 == name { print $1 }' "$tmp/checksums.txt")
	[[ $want =~ ^[0-9a-f]{64}$ ]] || fail "checksums.txt does not have $name.$form"
	[[ $(sum "$tmp/$name.$form") == "$want" ]] || fail "$name.$form is not what checksums.txt says, and was not installed"
	if [[ $form == zip ]]; then
		unzip -q "$tmp/$name.$form" -d "$tmp"
	else
		tar -xzf "$tmp/$name.$form" -C "$tmp"
	fi
	mv "$tmp/$name/ringcx$exe" "$bin/"
	rm -rf "$tmp"
}

if [[ -n $VERSION ]]; then download; else build; fi
echo "$bin" >>"$GITHUB_PATH"
"$bin/ringcx" version
