#!/usr/bin/env bash
# Makes this machine able to build and test everything here; scripts/need.sh e2e also what the tests in e2e/ need, a browser
# and other people's clients. Installs only what is missing, with apt-get where there is one;
# elsewhere it says what to install. What cannot be had is a failure, or with ALLOW_MISSING=1 a loud warning.
set -euo pipefail
cd "$(dirname "$0")/.."

# What is needed, one a line: a command that succeeds when it is there | its Debian packages | its Homebrew formula.
needs() {
	cat <<'LIST'
curl --version                                                  | curl            | curl
cat /etc/ssl/certs/ca-certificates.crt || cat /etc/ssl/cert.pem | ca-certificates | ca-certificates
git --version                                                   | git             | git
make --version                                                  | make            | make
gcc --version                                                   | gcc             | gcc
echo '#include <stdlib.h>' | gcc -E -x c -                      | libc6-dev       | gcc
python3 --version                                               | python3         | python
node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' | nodejs          | node
php --version                                                   | php-cli         | php
php -r 'exit(extension_loaded("curl") ? 0 : 1);'                | php-curl        | php
test "$(uname)" = Darwin || /usr/bin/python3 -c 'import httpx' || python3 -c 'import httpx' | python3-httpx | python
test "$(uname)" = Darwin || /usr/bin/python3 -c 'import requests' || python3 -c 'import requests' | python3-requests | python
wget --version                                                  | wget            | wget
ruby --version                                                  | ruby            | ruby
java --version && keytool -help                                 | default-jdk-headless | openjdk
fish --version                                                  | fish            | fish
ps -A                                                           | procps          | procps
test "$(uname)" = Darwin || dbus-run-session --version           | dbus-daemon     | dbus
test "$(uname)" = Darwin || command -v dbus-send                 | dbus-bin        | dbus
test "$(uname)" = Darwin || gnome-keyring-daemon --version       | gnome-keyring   | gnome-keyring
redis-server --version                                          | redis-server    | redis
PATH=$PATH:$(ls -d /usr/lib/postgresql/*/bin | tail -n 1) postgres --version | postgresql | postgresql
promtool --version || .tools/promtool --version                  | prometheus      | prometheus
LIST
	[[ ${1:-} == e2e ]] || return 0
	cat <<'LIST'
npm --version                                                   | npm             | node
test "$(uname)" = Darwin || systemd-socket-activate --version    | systemd         | systemd
test "$(uname)" = Darwin || /usr/bin/python3 -c 'import authlib' || python3 -c 'import authlib' | python3-authlib | python
test "$(uname)" = Darwin || /usr/bin/python3 -c 'import requests_oauthlib' || python3 -c 'import requests_oauthlib' | python3-requests-oauthlib | python
chromium --version || chromium-browser --version || google-chrome --version || ls -d /Applications/Chromium.app | chromium | chromium
LIST
}

updated=no
log=$(mktemp)
trap 'rm -f "$log"' EXIT

root() {
	if [[ $(id -u) == 0 ]]; then
		"$@"
	else
		sudo -n "$@"
	fi
}

apt() { quietly root env DEBIAN_FRONTEND=noninteractive apt-get "$@" >"$log" 2>&1 </dev/null; }

can_apt() {
	command -v apt-get >/dev/null && { [[ $(id -u) == 0 ]] || sudo -n true 2>/dev/null; }
}

# Debian starts a server when it is installed, unless this policy says no. The tests start their own.
policy=/usr/sbin/policy-rc.d
quietly() {
	local status=0
	if [[ ! -e $policy ]]; then
		trap 'root rm -f "$policy"; rm -f "$log"' EXIT
		printf '#!/bin/sh\nexit 101\n' | root tee "$policy" >/dev/null
		root chmod 755 "$policy"
		"$@" || status=$?
		root rm -f "$policy"
		trap 'rm -f "$log"' EXIT
	else
		"$@" || status=$?
	fi
	return $status
}

# Of Prometheus only promtool is needed, which goes to .tools: no server, and not the packages that its pages need.
get() {
	local dir status=0
	if [[ $1 != prometheus ]]; then
		apt install -y --no-install-recommends "$1"
		return
	fi
	dir=$(mktemp -d)
	(
		cd "$dir"
		apt-get download prometheus >"$log" 2>&1 && dpkg-deb -x prometheus_*.deb here
	) && mkdir -p .tools && cp "$dir/here/usr/bin/promtool" .tools/ || status=1
	rm -rf "$dir"
	return $status
}

# install PACKAGE: a first failure may mean that the package lists are old, so they are fetched, but only once.
install() {
	echo "need: installing $1"
	get "$1" && return
	if [[ $updated == no ]]; then
		updated=yes
		echo "need: apt-get update"
		apt update || tail -n 5 "$log" >&2
		get "$1" && return
	fi
	tail -n 5 "$log" >&2
	return 1
}

has() { bash -c "$1" >/dev/null 2>&1 </dev/null; }

trim() {
	local s=$1
	s=${s#"${s%%[![:space:]]*}"}
	printf '%s' "${s%"${s##*[![:space:]]}"}"
}

# The check may hold a | itself, so a line is split from its end.
missing=()
while IFS= read -r line; do
	brew=$(trim "${line##*|}")
	line=${line%|*}
	deb=$(trim "${line##*|}")
	check=$(trim "${line%|*}")
	has "$check" && continue
	if can_apt && install "$deb" && has "$check"; then
		continue
	fi
	if [[ $(uname -s) == Darwin ]]; then
		missing+=("$brew (brew install $brew)")
	else
		missing+=("$deb")
	fi
done < <(needs "$@")

if ! command -v go >/dev/null; then
	missing+=("go (https://go.dev/doc/install, the version that go.mod names)")
fi

if [[ ${#missing[@]} == 0 ]]; then
	echo "need: everything is here"
	exit 0
fi
for name in "${missing[@]}"; do
	echo "need: MISSING and cannot be installed from here: $name" >&2
done
if [[ ${ALLOW_MISSING:-} == 1 ]]; then
	echo "need: WARNING: going on without it, because ALLOW_MISSING=1. Tests that need it will be SKIPPED." >&2
	exit 0
fi
exit 1
