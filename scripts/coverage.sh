#!/usr/bin/env bash
# scripts/coverage.sh PROFILE...: prints how much of each package in coverage profiles ran, and fails below the floor.
# A block that several test programs report counts as run if any of them ran it.
set -euo pipefail

awk -v floor="${COVERAGE_FLOOR:-90.0}" '
	/^mode:/ { next }
	{
		if (!($1 in statements)) statements[$1] = $2
		if ($3 > 0) ran[$1] = 1
	}
	END {
		for (block in statements) {
			package = block
			sub(/\/[^\/]*$/, "", package)
			total[package] += statements[block]
			if (block in ran) covered[package] += statements[block]
		}
		for (package in total) {
			if (total[package] == 0) continue
			share = 100 * covered[package] / total[package]
			low = share < floor
			printf "%6.1f %% of %5d statements  %s%s\n", share, total[package], package, low ? "  BELOW " floor " %" : ""
			failed = failed || low
		}
		exit failed
	}
' "$@"
