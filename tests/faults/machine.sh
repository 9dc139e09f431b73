#!/bin/bash
# A copy of this machine that is thrown away, with processes and a network of its own: runs SCRIPT in it, as root.
# Usage: machine.sh FOLDER REPOSITORY VENV SCRIPT. FOLDER is on a file system that an overlay may lie on.
set -eu
folder=$1 repository=$2 venv=$3 script=$4
mkdir -p "$folder/upper" "$folder/work" "$folder/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
mount -t proc proc "$folder/root/proc"
mount --rbind /dev "$folder/root/dev"
mount -t tmpfs tmpfs "$folder/root/run"
mount -t tmpfs -o mode=1777 tmpfs "$folder/root/tmp"
# What the tests bring: the repository, the packages that are installed already, and what stands in for systemd.
mkdir -p "$folder/root/tmp/repository" "$folder/root/tmp/venv" "$folder/root/usr/local/sbin"
mount --rbind "$repository" "$folder/root/tmp/repository"
mount --rbind "$venv" "$folder/root/tmp/venv"
cp "$repository/tests/faults/systemctl" "$folder/root/usr/local/sbin/systemctl"
cp "$script" "$folder/root/tmp/script.sh"
# There is no network here: a package that is installed stays as it is, also when the lists know a newer version.
echo 'APT::Get::Upgrade "false";' >"$folder/root/etc/apt/apt.conf.d/99no-upgrade"
# The environment's programs call each other by where it lies, which may be below a folder that is empty here.
way=$(readlink -f "$venv")
[ -e "$folder/root$way" ] || { mkdir -p "$folder/root$way"; mount --rbind "$venv" "$folder/root$way"; }
# Others than root find their way there.
while [ "$way" != / ]; do chmod o+x "$folder/root$way"; way=$(dirname "$way"); done
ip link set lo up
exec chroot "$folder/root" /bin/bash -eu /tmp/script.sh
