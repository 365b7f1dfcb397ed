#!/bin/sh
# Runs after the files are there. Debian's argument is "configure", rpm's is how many versions there are: 1, or 2 in an upgrade.
set -e

if command -v systemd-sysusers >/dev/null; then
	systemd-sysusers ringcx.conf
fi
if command -v systemd-tmpfiles >/dev/null; then
	systemd-tmpfiles --create ringcx.conf || true # without a user of that name, or in a container
fi
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload || true
fi

# A broker that runs goes on with the version that it was started from: a restart is its owner's to choose.
for process in /proc/[0-9]*; do
	case $(readlink "$process/exe" 2>/dev/null || true) in
	"/usr/bin/ringcx"*" (deleted)")
		echo "ringcx: process ${process#/proc/} still runs the version before. A broker of systemd takes this one, and no connection is refused, with: systemctl restart ringcx-broker"
		;;
	esac
done
