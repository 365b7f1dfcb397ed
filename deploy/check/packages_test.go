//go:build linux

package check_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// disks gives a shell directories of its own where packages write, which nobody else sees, with the command as /usr/bin/ringcx.
const disks = `set -eu
for dir in /etc /var/lib /var/log /run /mnt /usr/lib/sysusers.d /usr/lib/tmpfiles.d; do mount -t tmpfs tmpfs $dir; done
mkdir /mnt/upper /mnt/work
mount -t overlay -o lowerdir=/usr/bin,upperdir=/mnt/upper,workdir=/mnt/work overlay /usr/bin
cp "$COMMAND" /usr/bin/ringcx
cp "$TOP/deploy/systemd/ringcx.sysusers" /usr/lib/sysusers.d/ringcx.conf
cp "$TOP/deploy/systemd/ringcx.tmpfiles" /usr/lib/tmpfiles.d/ringcx.conf
echo root:x:0:0:root:/root:/bin/sh >/etc/passwd
echo root:x:0: >/etc/group
`

// packaged runs a script in a shell with such directories, which may run those of packages, and gives what is printed.
func packaged(t *testing.T, script string) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root may mount")
	}
	for _, program := range []string{"unshare", "systemd-sysusers", "systemd-tmpfiles", "pivot_root"} {
		need(t, program)
	}
	top, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", disks+script)
	cmd.Dir, cmd.Env = filepath.Join(top, "packaging"), []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "COMMAND=" + command, "TOP=" + top}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

func TestAPurgeLeavesNoTokenWhereADirectoryIsOnAnotherDisk(t *testing.T) {
	said := packaged(t, `
		mkdir -p /mnt/disk/state /mnt/disk/other /var/log/ringcx /run/ringcx
		ln -s /mnt/disk/state /var/lib/ringcx
		mount -t tmpfs tmpfs /var/log/ringcx
		ln -s /mnt/disk/other /var/lib/ringcx/link
		touch /mnt/disk/state/.token /mnt/disk/other/theirs /var/log/ringcx/audit.jsonl /run/ringcx/token
		sh postremove.sh purge
		find /mnt/disk /var/lib /var/log /run ! -path "/run/mount*" | sort`)
	if want := "/mnt/disk\n/mnt/disk/other\n/mnt/disk/other/theirs\n/mnt/disk/state\n/run\n/var/lib\n/var/log\n/var/log/ringcx\n"; said != want {
		t.Errorf("it says and leaves %q, not %q", said, want)
	}
}

func TestAPackageIsConfiguredWhereNoUserCanBeMadeAndSaysSo(t *testing.T) {
	said := packaged(t, `
		for file in /etc/passwd /etc/group; do mount --bind $file $file; done
		sh postinstall.sh configure`)
	if !strings.Contains(said, "ringcx: there is no user ringcx, and none could be made") {
		t.Error(said)
	}
}

func TestAPackageNamesAnotherHomeOfItsUserAndTellsNobodyElse(t *testing.T) {
	if said := packaged(t, "sh postinstall.sh configure 2>/dev/null"); said != "" {
		t.Errorf("it says without a cause: %s", said)
	}
	said := packaged(t, `
		echo ringcx:x:1500:1500:of the fleet:/home/ringcx:/bin/sh >>/etc/passwd
		echo ringcx:x:1500: >>/etc/group
		sh postinstall.sh configure`)
	if !strings.Contains(said, "was there before, with the home /home/ringcx") || !strings.Contains(said, "HOME=/var/lib/ringcx") {
		t.Error(said)
	}
}

func TestAPackageNamesProcessesOfThisSystemAndNoneOfContainers(t *testing.T) {
	said := packaged(t, `
		mkdir -p /mnt/root
		mount -t tmpfs tmpfs /mnt/root
		mkdir -p /mnt/root/usr/bin /mnt/root/old
		cp "$COMMAND" /mnt/root/usr/bin/ringcx
		run='exec /usr/bin/ringcx sandbox --listen 127.0.0.1:0 >/dev/null 2>&1'
		sh -c "$run" & own=$!
		unshare --mount sh -c "cd /mnt/root && pivot_root . old && ${run% >*}" >/dev/null 2>&1 & container=$!
		for process in $own $container; do
			until [ "$(readlink /proc/$process/exe)" = /usr/bin/ringcx ]; do kill -0 $process; done
		done
		sh preremove.sh remove | sed "s/$own/OWN/; s/$container/CONTAINER/"
		rm /usr/bin/ringcx /mnt/root/usr/bin/ringcx
		readlink /proc/$container/exe # as that of a package
		sh postinstall.sh configure 2>/dev/null | sed "s/$own/OWN/; s/$container/CONTAINER/; s/\. .*//"`)
	want := "ringcx: process OWN goes on without its program, until it is stopped\n/usr/bin/ringcx (deleted)\nringcx: process OWN still runs the version before\n"
	if said != want {
		t.Errorf("it says %q, not %q", said, want)
	}
}
