#!/bin/sh
# Runs after the files are there. Debian's argument is "configure", rpm's is how many versions there are: 1, or 2 in an upgrade.
set -e

if command -v systemd-sysusers >/dev/null; then
	systemd-sysusers ringcx.conf || true # as where /etc/passwd is a mount: it is said below
	home=$(getent passwd ringcx | cut -d : -f 6) || true
	case $home in
	/var/lib/ringcx) ;;
	"")
		echo "ringcx: there is no user ringcx, and none could be made: the command works, the units of the broker do not. Make one with the home /var/lib/ringcx, then: systemd-tmpfiles --create ringcx.conf"
		;;
	*)
		echo "ringcx: the user ringcx was there before, with the home $home. The broker keeps its login below /var/lib/ringcx; commands as that user need HOME=/var/lib/ringcx to find it"
		;;
	esac
fi
if command -v systemd-tmpfiles >/dev/null; then
	systemd-tmpfiles --create ringcx.conf || true # without a user of that name, or in a container
fi
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload || true
	# The units need LoadCredential=. A version that cannot be read is taken for a newer one.
	version=$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p') || true
	if [ "${version:-247}" -lt 247 ]; then
		echo "ringcx: the units of the broker need systemd 247, and this is $version: they would not find their login. The command works"
	fi
fi

# A broker that runs goes on with the version that it was started from: a restart is its owner's to choose. One of a container has a
# file of the same name below another root.
for process in /proc/[0-9]*; do
	case $(readlink "$process/exe" 2>/dev/null || true) in
	"/usr/bin/ringcx"*" (deleted)")
		[ "$process/root/" -ef / ] || continue
		echo "ringcx: process ${process#/proc/} still runs the version before. A broker of systemd takes this one, and no connection is refused, with: systemctl restart ringcx-broker"
		;;
	esac
done
