#!/bin/sh
# Runs after the files are gone. Debian's argument is "remove", and "purge" when the configuration goes too; rpm's is how many
# versions are left.
set -e

case ${1:-} in
remove | 0)
	if [ -d /run/systemd/system ]; then
		systemctl daemon-reload || true
	fi
	if [ -d /var/lib/ringcx ]; then
		echo "ringcx: /var/lib/ringcx stays, with the stored login, as does /var/log/ringcx"
	fi
	;;
purge)
	# Tokens are not left behind for the next user of that number, also where a directory is a link to another disk, or a mount, which
	# stays without them.
	for dir in /var/lib/ringcx /var/log/ringcx /run/ringcx; do
		[ -e "$dir" ] || [ -L "$dir" ] || continue
		find -H "$dir" -mindepth 1 -delete || echo "ringcx: not all of $dir could be deleted, which may have a stored login: look what is left"
		rmdir "$dir" 2>/dev/null || [ ! -L "$dir" ] || rm -f "$dir"
	done
	rmdir /etc/ringcx 2>/dev/null || true
	;;
esac
