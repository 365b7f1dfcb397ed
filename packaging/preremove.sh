#!/bin/sh
# Runs before the files go. Debian's argument is "remove" or "upgrade", rpm's is how many versions are left: 0, or 1 in an upgrade.
set -e

case ${1:-} in
remove | 0) ;;
*) exit 0 ;;
esac
if [ -d /run/systemd/system ]; then
	systemctl disable --now ringcx-broker.socket ringcx-broker.service ringcx-doctor.timer || true
fi
# A process of a container has a file of the same name below another root.
program=/usr/bin/ringcx
for process in /proc/[0-9]*; do
	case $(readlink "$process/exe" 2>/dev/null || true) in
	"$program" | "$program"*" (deleted)")
		[ "$process/root/" -ef / ] || continue
		echo "ringcx: process ${process#/proc/} goes on without its program, until it is stopped"
		;;
	esac
done
