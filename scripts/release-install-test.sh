#!/usr/bin/env bash
# Does with the packages of dist/ what people do, on a copy of this system that is thrown away, without Go and with an empty home:
# the README's first screen with the archive, the deb and the rpm; upgrade, also onto a full disk, remove and purge. What is configured has to survive,
# and who upgrades while a broker runs has to be told. Needs Linux, root, ip, and rpm for the rpm. dist/ is built if there is none.
set -euo pipefail
cd "$(dirname "$0")/.."

outside() {
	local kind
	[[ $(id -u) == 0 ]] || {
		echo "release-install-test: needs root, for mounts that nothing else sees" >&2
		exit 1
	}
	tmp=$(mktemp -d)
	trap 'rm -rf "$tmp"' EXIT
	compgen -G 'dist/*.deb' >/dev/null || scripts/release.sh --single-target >"$tmp/log" 2>&1 || {
		cat "$tmp/log" >&2
		exit 1
	}
	next "$tmp/next" >"$tmp/log" 2>&1 || {
		cat "$tmp/log" >&2
		exit 1
	}
	if command -v lintian >/dev/null; then
		lintian --allow-root --fail-on error,warning dist/*.deb
	fi
	for kind in archive deb rpm; do
		if [[ $kind == rpm ]] && ! command -v rpm >/dev/null; then
			echo "release-install-test: rpm: not run, there is no rpm"
			continue
		fi
		# What is written goes to an overlay in memory. Processes end with the namespace, whose network is this machine alone.
		# shellcheck disable=SC2016 # it is for the shell in there
		KIND=$kind NEXT=$tmp/next unshare --mount --pid --net --fork --kill-child bash -euo pipefail -c '
			ip link set lo up
			mount -t tmpfs -o size=150m tmpfs /mnt
			mkdir /mnt/{upper,work,root}
			mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
			mount -t proc proc /mnt/root/proc
			mount -t tmpfs tmpfs /mnt/root/run
			mount -t tmpfs tmpfs /mnt/root/tmp
			mount --rbind /dev /mnt/root/dev
			mkdir /mnt/root/tmp/{old,new,home}
			cp dist/*.tar.gz dist/*.deb dist/*.rpm /mnt/root/tmp/old
			cp "$NEXT"/dist/*.deb "$NEXT"/dist/*.rpm /mnt/root/tmp/new
			cp scripts/release-install-test.sh /mnt/root/tmp/test.sh
			exec chroot /mnt/root env -i KIND="$KIND" HOME=/tmp/home LANG=C PATH=/usr/sbin:/usr/bin:/sbin:/bin bash /tmp/test.sh
		'
	done
}

# next builds the version after this one, with another configuration in its packages.
next() {
	git clone -q . "$1"
	sed -i 's/^const Version = .*/const Version = "99.0.0"/' "$1/config.go"
	echo '# of the next version' >>"$1/packaging/broker.toml"
	git -C "$1" -c user.name=test -c user.email=test@example.com commit -qam 'The version after this'
	GORELEASER=${GORELEASER:-$PWD/.tools/goreleaser} "$1/scripts/release.sh" --single-target
}

fail() {
	echo "release-install-test: $KIND: $1" >&2
	exit 1
}

# says FILE TEXT fails if the file does not have it.
says() {
	grep -qF -- "$2" "$1" || {
		cat "$1" >&2
		fail "nothing says: $2"
	}
}

# until_ COMMAND waits for it, for a minute.
until_() {
	local n
	for ((n = 0; n < 600; n++)); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.1
	done
	fail "this does not come: $*"
}

# first_screen does what the README begins with. The sandbox goes on, as $sandbox, and the variables stay.
first_screen() {
	ringcx sandbox >sandbox.log 2>&1 &
	sandbox=$!
	until_ ringcx sandbox env
	eval "$(ringcx sandbox env)"
	ringcx login --jwt >login.log 2>&1 || { cat login.log >&2 && fail "no login"; }
	[[ -n $(ringcx token) ]] || fail "no token"
	ringcx accounts list >accounts
	[[ -s accounts ]] || fail "no accounts"
}

# with_deb and with_rpm say how a package is installed, upgraded with a changed configuration, and removed.
with_deb() {
	old=$(compgen -G "old/ringcx_*_$(dpkg --print-architecture).deb") new=$(compgen -G "new/ringcx_*_$(dpkg --print-architecture).deb")
	install() { dpkg --install "$1"; }
	upgrade() { dpkg --force-confold --install "$1"; }
	remove() { dpkg --remove ringcx; }
	theirs=/etc/ringcx/broker.toml.dpkg-dist # the configuration of the next version, beside the one in use
}

with_rpm() {
	old=$(compgen -G "old/ringcx-*.$(uname -m).rpm") new=$(compgen -G "new/ringcx-*.$(uname -m).rpm")
	# Debian's rpm knows nothing of what is installed here, so it is not asked.
	install() { rpm --install --nodeps "$1"; }
	upgrade() { rpm --upgrade --nodeps "$1"; }
	remove() { rpm --erase ringcx; }
	theirs=/etc/ringcx/broker.toml.rpmnew
}

package() {
	"with_$KIND"
	install "$old" >install.log 2>&1 || { cat install.log >&2 && fail "it is not installed"; }
	[[ $(stat -c '%a %U' /etc/ringcx/ringcx.env) == "600 root" ]] || fail "others can read the login"
	if command -v systemd-sysusers >/dev/null; then
		[[ $(stat -c '%a %U' /var/lib/ringcx) == "700 ringcx" ]] || fail "the directory of the broker is not its own"
	fi
	[[ -s /usr/share/man/man1/ringcx-broker.1.gz && -s /usr/share/bash-completion/completions/ringcx && -s /usr/lib/systemd/system/ringcx-broker.service ]] ||
		fail "files are missing"
	first_screen

	# A broker of the installed configuration, as its unit starts it, and one that is changed.
	ringcx broker --check --config /etc/ringcx/broker.toml >check.log 2>&1 || { cat check.log >&2 && fail "the configuration is refused"; }
	echo 'max_wait = "7s"' >>/etc/ringcx/broker.toml
	echo 'RC_USER_JWT=mine' >>/etc/ringcx/ringcx.env
	ringcx broker --config /etc/ringcx/broker.toml >broker.log 2>&1 &
	broker=$!
	until_ curl -fs http://127.0.0.1:8788/healthz

	# A full disk: nothing is lost, and the next try goes well.
	fallocate -l $(($(stat -f -c '%a * %S' /usr) - 8 * 1024 * 1024)) /usr/full
	! upgrade "$new" >full.log 2>&1 || fail "a program of 26 MB is written to a disk with 8 MB"
	rm /usr/full
	ringcx version >version.log && says version.log " commit " && ! grep -q 99.0.0 version.log || fail "the version before is gone after a full disk"
	says /etc/ringcx/broker.toml 'max_wait = "7s"'

	upgrade "$new" >upgrade.log 2>&1 || { cat upgrade.log >&2 && fail "it is not upgraded"; }
	says upgrade.log "process $broker still runs the version before"
	says upgrade.log "systemctl restart ringcx-broker"
	[[ $(curl -fs http://127.0.0.1:8788/healthz) == ok ]] || fail "the broker that ran is gone"
	ringcx version >version.log && says version.log "ringcx 99.0.0 "
	says /etc/ringcx/broker.toml 'max_wait = "7s"'
	says /etc/ringcx/ringcx.env 'RC_USER_JWT=mine'
	says "$theirs" '# of the next version'
	[[ -n $(ringcx token) ]] || fail "the stored login does not work with the next version"
	kill "$broker" && wait "$broker" || fail "the broker ends with $?"

	remove >remove.log 2>&1 || { cat remove.log >&2 && fail "it is not removed"; }
	[[ ! -e /usr/bin/ringcx && ! -e /usr/lib/systemd/system/ringcx-broker.service ]] || fail "files are left"
	says remove.log "process $sandbox goes on without its program"
	if [[ $KIND == deb ]]; then
		says /etc/ringcx/broker.toml 'max_wait = "7s"'
		dpkg --purge ringcx >/dev/null
		[[ ! -e /etc/ringcx && ! -e /var/lib/ringcx ]] || fail "a purge leaves $(ls -d /etc/ringcx/* /var/lib/ringcx)"
	else
		says /etc/ringcx/broker.toml.rpmsave 'max_wait = "7s"'
	fi
}

if [[ -z ${KIND:-} ]]; then
	outside
	exit
fi

# From here on this runs in the copy of the system.
cd /tmp
while command -v go >/dev/null; do
	rm "$(type -P go)"
	hash -r
done
! command -v ringcx >/dev/null || fail "there is a ringcx"
if [[ $KIND == archive ]]; then
	tar -xzf old/ringcx_*_linux_"$(dpkg --print-architecture)".tar.gz
	PATH=$(compgen -G "/tmp/ringcx_*_linux_*"):$PATH
	first_screen
else
	package
fi
kill "$sandbox"
echo "release-install-test: $KIND: ok"
