#!/usr/bin/env bash
# Rehearses what people do once a version has a tag, with a proxy for modules that is made of files and no network:
# 'go install …/cmd/ringcx@VERSION', a program of theirs that imports the SDK, and one that traces a broker with the module
# broker/otel. Go unpacks modules as from the public proxy, so what it refuses (names, links, sizes) and what a module forgets
# (embedded files, the version of another module) is seen here first.
set -euo pipefail
cd "$(dirname "$0")/.."

module=$(go list -m)
version=v$(sed -n 's/^const Version = "\(.*\)"$/\1/p' config.go)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# A module is its commit, without the modules below it.
files=$tmp/proxy/$module/@v traces=$tmp/proxy/$module/broker/otel/@v
mkdir -p "$files" "$traces" "$tmp/home" "$tmp/theirs" "$tmp/traced"
apart=()
while read -r file; do
	[[ $file == go.mod ]] || apart+=(":(exclude)$(dirname "$file")")
done < <(git ls-files go.mod '*/go.mod')
git archive --format=zip --prefix="$module@$version/" -o "$files/$version.zip" HEAD . "${apart[@]}"
git show HEAD:go.mod >"$files/$version.mod"
printf '{"Version":"%s","Time":"%s"}\n' "$version" "$(TZ=UTC0 git log -1 --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd)" >"$files/$version.info"
echo "$version" >"$files/list"
cp "$files/list" "$files/$version.info" "$traces"
git archive --format=zip --prefix="$module/broker/otel@$version/" -o "$traces/$version.zip" HEAD:broker/otel
git show HEAD:broker/otel/go.mod >"$traces/$version.mod"

# The modules that it needs are those that have been downloaded here.
go() {
	env -i HOME="$tmp/home" PATH="$PATH" GOPROXY="file://$tmp/proxy,file://$downloaded/cache/download" GOSUMDB=off GOTOOLCHAIN=local \
		GOFLAGS='-modcacherw -trimpath' GOMODCACHE="$tmp/mod" GOCACHE="$cache" GOBIN="$tmp/bin" CGO_ENABLED=0 "$go" "$@"
}
go=$(type -P go) downloaded=$(command go env GOMODCACHE) cache=$(command go env GOCACHE)
(cd broker/otel && command go mod download)

go install "$module/cmd/ringcx@$version"
said=$(env -i HOME="$tmp/home" "$tmp/bin/ringcx" version)
echo "$said"
[[ $said == "ringcx ${version#v} "* ]]
go version -m "$tmp/bin/ringcx" | grep -q "^	mod	$module	$version	h1:"

cd "$tmp/theirs"
cat >main.go <<PROGRAM
package main

import (
	"fmt"

	"$module"
)

func main() { fmt.Println(ringcx.Version) }
PROGRAM
go mod init example.com/theirs 2>/dev/null
go get "$module@$version" 2>/dev/null
[[ $(go run .) == "${version#v}" ]]
[[ $(go list -deps -f '{{with .Module}}{{.Path}}{{end}}' . | sort -u | grep -v '^example.com/theirs$') == "$module" ]] || {
	echo "release-proxy-test: a program with the SDK compiles other modules" >&2
	exit 1
}

# Whose program traces a broker gets that version of both modules.
top=$OLDPWD
cd "$tmp/traced"
cat >main.go <<PROGRAM
package main

import (
	"net/http"

	"$module/broker/otel"
	"go.opentelemetry.io/otel/trace/noop"
)

func main() { otel.Handler(http.NotFoundHandler(), noop.NewTracerProvider()) }
PROGRAM
go mod init example.com/traced 2>/dev/null
go get "$module/broker/otel@$version" 2>"$tmp/log" || {
	cat "$tmp/log" >&2
	echo "release-proxy-test: the module broker/otel cannot be had in the version $version" >&2
	exit 1
}
go run .
[[ $(go list -m "$module") == "$module $version" ]]

# The control: a version without its embedded files is seen.
git -C "$top" archive --format=zip --prefix="$module@$version/" -o "$files/$version.zip" HEAD . "${apart[@]}" ':(exclude)*.css'
rm -rf "$tmp/mod"
if go install "$module/cmd/ringcx@$version" 2>"$tmp/log" || ! grep -q 'no matching files found' "$tmp/log"; then
	echo "release-proxy-test: a module without its embedded files is not refused for that: the rehearsal sees nothing" >&2
	exit 1
fi
echo "release-proxy-test: ok"
