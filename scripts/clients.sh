#!/usr/bin/env bash
# Installs other people's clients, which the tests drive as they are, and axe-core, with which they audit pages, into
# .tools/clients: the versions and hashes that e2e/testdata/clients/package-lock.json names, and nothing of theirs is
# run. They are installed again only when it changes. What cannot be had is a failure, or with ALLOW_MISSING=1 a loud warning.
set -euo pipefail
cd "$(dirname "$0")/.."

from=e2e/testdata/clients to=.tools/clients
if cmp -s "$from/package-lock.json" "$to/installed.json"; then
	exit 0
fi
mkdir -p "$to"
cp "$from/package.json" "$from/package-lock.json" "$to"
echo "clients: installing"
if (cd "$to" && npm ci --ignore-scripts --no-audit --no-fund >log 2>&1); then
	cp "$from/package-lock.json" "$to/installed.json"
	exit 0
fi
tail -n 5 "$to/log" >&2
echo "clients: MISSING: the packages of $from cannot be installed from here" >&2
[[ ${ALLOW_MISSING:-} == 1 ]] || exit 1
echo "clients: WARNING: going on without them, because ALLOW_MISSING=1. Tests that need them will be SKIPPED." >&2
