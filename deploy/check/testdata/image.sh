# The root of an image as a runtime has it: nothing can be written, and volumes lie in it as Kubernetes mounts them. It becomes the command.
#   image.sh ROOT VOLUMES UID:GID GROUPS NAME=value… -- arguments
# VOLUMES has for each volume a line "KIND NAME PATH MODE": secret, config, configdir, empty; what is in it is in
# VOLUMES.d/NAME. That of a shared one is NAME itself.
set -e
root=$1 volumes=$2 user=$3 groups=$4
shift 4
fsgroup=65532
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc none "$root/proc"
# Files behind two links, in a directory that belongs to root and the group of the pod.
project() {
	mkdir -m 2755 "$2/..2026" && cp "$volumes.d/$1"/* "$2/..2026/"
	ln -s ..2026 "$2/..data"
	for file in "$2"/..2026/*; do ln -s "..data/${file##*/}" "$2/${file##*/}"; done
	chown -hR 0:$fsgroup "$2"
	chmod "$3" "$2"/..2026/*
}
while read -r kind name path mode; do
	case $kind in
	secret)
		mount -t tmpfs -o mode=1777 none "$root$path"
		project "$name" "$root$path" "$mode"
		chmod 3777 "$root$path"
		mount -o remount,ro "$root$path"
		;;
	config) # with subPath: the file alone
		chmod "$mode" "$volumes.d/$name/${path##*/}"
		mount --bind "$volumes.d/$name/${path##*/}" "$root$path"
		mount -o remount,bind,ro "$root$path"
		;;
	configdir)
		mount -t tmpfs none "$root$path"
		project "$name" "$root$path" "$mode"
		chmod 2777 "$root$path"
		mount -o remount,ro "$root$path"
		;;
	empty)
		mount -t tmpfs -o mode=0777 none "$root$path"
		chown 0:$fsgroup "$root$path"
		chmod 2777 "$root$path"
		;;
	shared) mount --bind "$name" "$root$path" ;;
	esac
done <"$volumes"
mount -o remount,bind,ro "$root"
env=
while [ "$1" != -- ]; do
	env="$env $1" # no value here has a blank
	shift
done
shift
cd /
exec env -i $env "$(command -v chroot)" --userspec="$user" --groups="$groups" "$root" /usr/bin/ringcx "$@"
