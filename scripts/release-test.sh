#!/usr/bin/env bash
# Builds a release twice, in clones at different places and with nothing compiled before, and compares all of it byte for byte.
# As a control, a commit of another day has to come out different. With ALL=1 for all systems, which takes long; else for this one.
set -euo pipefail
cd "$(dirname "$0")/.."

[[ -z $(git status --porcelain) ]] || echo "release-test: what is not committed is not tested" >&2
if [[ -z ${GORELEASER:-} ]]; then
	scripts/tools.sh goreleaser
	GORELEASER=$PWD/.tools/goreleaser
fi
export GORELEASER
scripts/tools.sh --check
target=--single-target
[[ ${ALL:-} != 1 ]] || target=

tmp=$(mktemp -d)
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
mkdir -p "$tmp/somewhere/else"

# build DIR builds a release in a clone there.
build() {
	[[ -d $1 ]] || git clone -q . "$1"
	"$1/scripts/release.sh" $target >"$tmp/log" 2>&1 || {
		cat "$tmp/log" >&2
		exit 1
	}
}

# differs says of which files the other release has not the same bytes.
differs() { diff <(sort -k 2 "$1/dist/checksums.txt") <(sort -k 2 "$2/dist/checksums.txt"); }

# The other machine has settings of its own, which are in no commit.
mkdir "$tmp/home"
echo GOFLAGS=-tags=mine >"$tmp/home/goenv"
build "$tmp/one"
GOENV=$tmp/home/goenv GOAMD64=v3 GOCACHE=$tmp/cache build "$tmp/somewhere/else/two"
differs "$tmp/one" "$tmp/somewhere/else/two" || {
	echo "release-test: two builds of one commit differ" >&2
	exit 1
}
count=$(wc -l <"$tmp/one/dist/checksums.txt")
((count >= 4)) || { # archive, deb, rpm, list of what is in it
	echo "release-test: there are only $count files" >&2
	exit 1
}
(cd "$tmp/one/dist" && sha256sum --quiet --check checksums.txt)
[[ $(find "$tmp/one/dist" -type f ! -name checksums.txt -printf '%f\n' | sort) == $(sed 's/^[^ ]*  //' "$tmp/one/dist/checksums.txt" | sort) ]] || {
	echo "release-test: files of the release are not in checksums.txt, so nobody attests them" >&2
	exit 1
}

# What the archive has, and what the program in it says of itself.
tar -xzf "$tmp"/one/dist/ringcx_*_linux_*.tar.gz -C "$tmp"
(
	cd "$tmp"/ringcx_*_linux_*
	for file in ringcx LICENSE NOTICES README.md man/ringcx-token.1.gz completions/ringcx.{bash,fish,ps1} completions/_ringcx; do
		[[ -s $file ]] || {
			echo "release-test: the archive has no $file" >&2
			exit 1
		}
	done
	! grep -q '](\(docs\|examples\)/' README.md || {
		echo "release-test: the archive's README leads to files that are not in it" >&2
		exit 1
	}
	env -i HOME="$tmp/home" TMPDIR="$tmp/home" ./ringcx demo >/dev/null
	said=$(env -i HOME="$tmp/home" ./ringcx version)
	echo "$said"
	grep -q " commit $(git -C "$tmp/one" rev-parse --short=12 HEAD) of $(TZ=UTC0 git -C "$tmp/one" log -1 --date=format-local:%F --format=%cd)$" <<<"$said"
)

# Another Go than that of .go-version builds nothing.
git clone -q . "$tmp/older"
echo 1.26.999 >"$tmp/older/.go-version"
git -C "$tmp/older" -c user.name=test -c user.email=test@example.com commit -qam 'A Go that is not to be had'
! GOPROXY=off "$tmp/older/scripts/release.sh" --single-target >"$tmp/log" 2>&1 && grep -q 'this is built with Go 1.26.999 (.go-version)' "$tmp/log" || {
	cat "$tmp/log"
	echo "release-test: it is built with another Go than .go-version says" >&2
	exit 1
}

# tagged fails unless a commit with the tags that are given after a text is not built, for what the text says.
tagged() {
	local said=$1 tag
	rm -rf "$tmp/tagged"
	git clone -q --no-tags . "$tmp/tagged"
	for tag in "${@:2}"; do git -C "$tmp/tagged" tag "$tag"; done
	! GORELEASER=false "$tmp/tagged/scripts/release.sh" --single-target >"$tmp/log" 2>&1 && grep -qF "$said" "$tmp/log" || {
		cat "$tmp/log"
		echo "release-test: with the tags ${*:2} nothing says: $said" >&2
		exit 1
	}
}
version=$(sed -n 's/^const Version = "\(.*\)"$/\1/p' config.go)
tagged "the tag is v98.0.0, and config.go says that this is version $version" v1 v98.0.0 broker/otel/v98.0.0
tagged "git tag -s broker/otel/v$version" "v$version"
tagged "the tags of several versions, and what is built is one: v$version, v$version-rc.1" "v$version" "v$version-rc.1" "broker/otel/v$version"

# The control, and a tree with changes, which is refused.
echo change >>"$tmp/one/README.md"
! "$tmp/one/scripts/release.sh" --single-target >/dev/null 2>&1 || {
	echo "release-test: what is not committed is released" >&2
	exit 1
}
git -C "$tmp/one" checkout -q README.md
GIT_COMMITTER_DATE='2020-02-02T02:02:02Z' git -C "$tmp/one" -c user.name=test -c user.email=test@example.com commit -q --amend --no-edit --allow-empty
build "$tmp/one"
! differs "$tmp/one" "$tmp/somewhere/else/two" >/dev/null || {
	echo "release-test: a commit of another day makes the same release: the comparison sees nothing" >&2
	exit 1
}
echo "release-test: $count files are the same in two builds"
