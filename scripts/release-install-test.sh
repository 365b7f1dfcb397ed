#!/usr/bin/env bash
# Does with the packages of dist/ what people do, on a copy of this system that is thrown away, without Go and with an empty home:
# the README's first screen with the archive, the deb and the rpm; the look at the configuration that broker.toml names; upgrade, also where nobody answers, also onto a full disk, remove and purge. What is configured has to survive,
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
	upgrade() { DEBIAN_FRONTEND=noninteractive dpkg --force-confdef --force-confold --install "$1" </dev/null; } # as docs/install.md says
	remove() { dpkg --remove ringcx; }
	theirs=/etc/ringcx/broker.toml.dpkg-dist # the configuration of the next version, beside the one in use
}

with_rpm() {
	old=$(compgen -G "old/ringcx-*.$(uname -m).rpm") new=$(compgen -G "new/ringcx-*.$(uname -m).rpm")
	# Debian's rpm knows nothing of what is installed here, so it is not asked.
	install() { rpm --install --nodeps "$1"; }
	upgrade() { rpm --upgrade --nodeps "$1" </dev/null; }
	remove() { rpm --erase ringcx; }
	theirs=/etc/ringcx/broker.toml.rpmnew
}

# as_written does the line that the installed broker.toml has for its owner, in the places of systemd-run and systemctl what they
# would do: the broker's user and home, what root alone can read as a credential, and nothing else of root's.
as_written() {
	local line
	line=$(sed -n 's/^# *\(systemd-run .*\)$/\1/p' /etc/ringcx/broker.toml)
	[[ -n $line ]] || fail "broker.toml does not say how it is looked at"
	mkdir -p bin
	cat >bin/systemd-run <<'RUN'
#!/bin/bash
set -euo pipefail
credentials=$(mktemp -d)
while [[ $1 == -* ]]; do
	case $1 in
	-p)
		case $2 in
		User=*) user=${2#User=} ;;
		Environment=HOME=*) home=${2#Environment=HOME=} ;;
		LoadCredential=*) credential=${2#LoadCredential=} && install -m 400 "${credential#*:}" "$credentials/${credential%%:*}" ;;
		*) exit 99 ;;
		esac
		shift
		;;
	--pipe | --wait | --quiet) ;;
	*) exit 99 ;;
	esac
	shift
done
chown -R "$user" "$credentials"
exec env -i HOME="$home" PATH=/usr/bin:/bin CREDENTIALS_DIRECTORY="$credentials" \
	setpriv --reuid="$user" --regid="$user" --clear-groups "$@"
RUN
	printf '#!/bin/sh\necho "$*" >>/tmp/systemctl.log\n' >bin/systemctl
	chmod 755 bin/*
	env -i HOME=/nonexistent PATH="/tmp/bin:$PATH" sh -c "$line"
}

# looked_at says whether the installed configuration is well by the line in it, with nothing but a login by JWT in ringcx.env.
looked_at() {
	! as_written >looked.log 2>&1 || fail "without a login the configuration is well"
	says looked.log "names no account"
	[[ ! -e systemctl.log ]] || fail "the broker is told to read what is wrong"
	cp -p /etc/ringcx/ringcx.env ringcx.env
	env | grep -E '^(RC_APP_CLIENT_ID|RC_APP_CLIENT_SECRET|RC_USER_JWT|RC_SERVER_URL|RINGCX_SERVER_URL)=' >>/etc/ringcx/ringcx.env
	sed -i 's/^#audit/audit/' /etc/ringcx/broker.toml # in a directory of the broker's user
	as_written >looked.log 2>&1 || { cat looked.log >&2 && fail "the line in broker.toml does not work"; }
	says looked.log "audit    /var/log/ringcx/audit.jsonl"
	[[ $(cat systemctl.log) == "reload ringcx-broker" ]] || fail "the broker is not told to read it again"
	sed -i 's/^audit/#audit/' /etc/ringcx/broker.toml
	cp -p ringcx.env /etc/ringcx/ringcx.env
}

# unanswered upgrades a deb where nobody answers, as docs/install.md warns and as it mends that.
unanswered() {
	! DEBIAN_FRONTEND=noninteractive dpkg --install "$new" >unanswered.log 2>&1 </dev/null || fail "dpkg asks nobody: docs/install.md says that it does"
	says unanswered.log "end of file on stdin at conffile prompt"
	says /etc/ringcx/broker.toml 'max_wait = "7s"'
	says /etc/ringcx/ringcx.env 'RC_USER_JWT=mine'
	ringcx version >version.log && says version.log "ringcx 99.0.0 "
	dpkg --status ringcx | grep -q '^Status: install ok unpacked$' || fail "it is not half installed"
	DEBIAN_FRONTEND=noninteractive dpkg --force-confdef --force-confold --configure ringcx >unanswered.log 2>&1 </dev/null || { cat unanswered.log >&2 && fail "it is not mended"; }
	says unanswered.log "process $broker still runs the version before"
	says "$theirs" '# of the next version'
	rm "$theirs"
	# Back to the version before, for the documented way.
	dpkg --force-confold --force-downgrade --install "$old" >unanswered.log 2>&1 </dev/null || { cat unanswered.log >&2 && fail "there is no way back"; }
	rm -f "$theirs"
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
	if command -v systemd-sysusers >/dev/null; then
		looked_at
	fi
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

	[[ $KIND != deb ]] || unanswered
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
