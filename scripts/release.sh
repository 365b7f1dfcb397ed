#!/usr/bin/env bash
# Builds all that a release has into dist/: archives, packages, what is in each program (CycloneDX), manifests for Homebrew and
# Scoop, and checksums.txt. It publishes nothing, and needs no network but for modules of Go. At one commit it makes the same
# bytes each time, in any directory.
#
#   scripts/release.sh                   for all systems
#   scripts/release.sh --single-target   for this one, without the manifests
#
# It is built with the Go of .go-version, which 'go' downloads if it is another one itself.
#
# At a tag vVERSION the version is the tag's, which has to be that of config.go. Elsewhere it sorts before it.
# GORELEASER=FILE is a goreleaser that is built already.
set -euo pipefail
cd "$(dirname "$0")/.."

most=$((30 * 1024 * 1024)) # bytes of a program
made=bin/release           # what goes into archives besides the programs

fail() {
	echo "release: $1" >&2
	exit 1
}

[[ $# == 0 || $* == --single-target ]] || fail "no such argument: $*"
[[ -z $(git status --porcelain) ]] || fail "there are changes besides the commit, which would be in no repository: commit them, or put them aside"

# Go does not see the repository in a worktree, where .git is a file.
[[ -d .git ]] || fail "build in a clone, not in a worktree: Go cannot tell the commit there"

version=$(sed -n 's/^const Version = "\(.*\)"$/\1/p' config.go)
# Other tags that begin so, such as v1 for users of the action, are of no version.
tag=$(git tag --points-at HEAD | grep -E '^v[0-9]+\.[0-9]+\.[0-9]+(-.*)?$' || true)
if [[ $tag == *$'\n'* ]]; then
	fail "this commit has the tags of several versions, and what is built is one: ${tag//$'\n'/, }. Delete those that it is not, with git tag -d, or give the next version a commit of its own"
elif [[ -z $tag ]]; then
	version+=-dev.$(TZ=UTC0 git log -1 --date=format-local:%Y%m%d%H%M%S --format=%cd).g$(git rev-parse --short=12 HEAD)
elif [[ $tag != "v$version" ]]; then
	fail "the tag is $tag, and config.go says that this is version $version"
elif ! git tag --points-at HEAD | grep -qxF "broker/otel/$tag"; then
	fail "the commit has the tag $tag, and not broker/otel/$tag, without which nobody gets that module: git tag -s broker/otel/$tag, and push it"
fi

. scripts/go.sh
use_go

goreleaser=${GORELEASER:-.tools/goreleaser}
[[ -n ${GORELEASER:-} ]] || scripts/tools.sh goreleaser

echo "release: ringcx $version"
rm -rf "$made" dist
mkdir -p "$made/completions"
CGO_ENABLED=0 go build -trimpath -o "$made/" ./cmd/ringcx ./cmd/ringcx-man ./internal/release
"$made/release" notices | cmp - NOTICES || fail "NOTICES is not of what is linked: go run ./internal/release notices >NOTICES"
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) "$made/ringcx-man" "$made/man"
gzip -9n "$made/man"/*
# Debian's tools read changelogs of a form of their own.
gzip -9n >"$made/changelog.gz" <<CHANGELOG
ringcx (${version/-/\~}) unstable; urgency=medium

  * https://github.com/ringcx-go/ringcx/blob/main/CHANGELOG.md says what is new.

 -- The ringcx authors <ringcx-go@users.noreply.github.com>  $(TZ=UTC0 git log -1 --date=format-local:'%a, %d %b %Y %H:%M:%S +0000' --format=%cd)
CHANGELOG
"$made/ringcx" completion bash >"$made/completions/ringcx.bash"
"$made/ringcx" completion zsh >"$made/completions/_ringcx"
"$made/ringcx" completion fish >"$made/completions/ringcx.fish"
"$made/ringcx" completion powershell >"$made/completions/ringcx.ps1"

config=.goreleaser.yaml
if [[ $# == 1 ]]; then
	config=$made/goreleaser.yaml
	sed "s/^    goos: .*/    goos: [$(go env GOHOSTOS)]/; s/^    goarch: .*/    goarch: [$(go env GOHOSTARCH)]/" .goreleaser.yaml >"$config"
fi
RELEASE_VERSION=$version "$goreleaser" release --config "$config" --snapshot --clean --parallelism 2

for program in dist/*/ringcx dist/*/ringcx.exe; do
	[[ -f $program ]] || continue
	bytes=$(wc -c <"$program")
	((bytes <= most)) || fail "$program has $bytes bytes, $most are allowed"
	platform=$(basename "$(dirname "$program")") # ringcx_linux_amd64_v1
	platform=$(cut -d_ -f2-3 <<<"$platform")
	"$made/release" sbom "$program" >"dist/ringcx_${version}_$platform.cdx.json"
done
checksums() { (cd dist && find . -maxdepth 1 -type f -name 'ringcx[._-]*' -printf '%f\n' | LC_ALL=C sort | xargs sha256sum >checksums.txt); }
checksums
if [[ $# == 0 ]]; then
	"$made/release" formula dist/checksums.txt >dist/ringcx.rb
	"$made/release" scoop dist/checksums.txt >dist/ringcx.json
	checksums # of these, too
fi

# What is left in dist is what is published.
rm -rf dist/ringcx_*/ dist/artifacts.json dist/metadata.json dist/config.yaml
covered=$(sed 's/^[^ ]*  //' dist/checksums.txt) published=$(cd dist && find . -type f ! -name checksums.txt -printf '%P\n' | LC_ALL=C sort)
[[ $covered == "$published" ]] || fail "checksums.txt is not of what is published, so not all of it is attested: $(diff <(echo "$covered") <(echo "$published"))"
ls -l dist
