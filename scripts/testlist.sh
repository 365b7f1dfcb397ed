#!/usr/bin/env bash
# scripts/testlist.sh [COMMIT]: the names of all tests, fuzz targets, benchmarks, examples and scripts of the command, with how
# often each is there. What a change of the tests has lost:
#
#   diff <(scripts/testlist.sh main) <(scripts/testlist.sh)
set -euo pipefail
cd "$(dirname "$0")/.."

{
	git grep -hoE '^func (Test|Fuzz|Benchmark|Example)[A-Za-z0-9_]*\(' ${1:+"$1"} -- '*_test.go' | sed -E 's/^func //; s/\($//' | grep -v '^TestMain$'
	git ls-tree -r --name-only "${1:-HEAD}" cmd/ringcx/testdata/script | grep '\.txtar$'
} | sort | uniq -c | sort -k2
