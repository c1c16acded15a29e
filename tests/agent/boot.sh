#!/bin/sh
# Boots this machine's own systemd as the first process of a copy of its system that is thrown away.
#
#   unshare --mount --propagation unchanged --net --uts --ipc \
#       python rooting.py private sh boot.sh around FOLDER STICK NAME PYTHON
#
# Nothing of the machine can be reached from inside, by construction: its files are the lower layer
# of an overlay, whose changes go to memory; the folders that a start empties (/run, /tmp, /var/tmp)
# are fresh; the machine's own mounts are let go of before systemd is started; processes, network,
# host name and control groups are namespaces; the clock, kernel modules and device nodes need
# capabilities that are given up. FOLDER is an empty one to mount things in, STICK is seen inside as
# /media/stick, read-only and not executable. It ends when the system inside is switched off, and
# starts it anew when that restarts; it ends at once, with all of it, when its stdin does.
set -eu
stage=$1 folder=$2 stick=$3 name=$4 python=$5
here=$(dirname "$0")
root=$folder/root groups=$folder/groups
PATH=/usr/sbin:/usr/bin:/sbin:/bin
withheld=-sys_time,-sys_module,-mknod,-syslog,-mac_admin,-mac_override,-wake_alarm

prepare() { # a system that has just been put on this PC, and nobody has changed
    units=$root/etc/systemd/system generators=$root/etc/systemd/system-generators
    rm -rf "$units" "$generators" "$root/etc/systemd/system.conf.d" "$root/var/log/journal"
    mkdir -p "$units" "$generators" "$root/media/stick" "$root/.before"
    for one in "$root"/lib/systemd/system-generators/*; do
        ln -sf /dev/null "$generators/${one##*/}"
    done
    for one in "$root"/lib/systemd/system/*.target.wants/*; do
        case ${one##*/} in
        systemd-journald-audit.socket) ln -sf /dev/null "$units/${one##*/}" ;;
        systemd-journald* | dbus.service | dbus.socket) ;;
        *) ln -sf /dev/null "$units/${one##*/}" ;;
        esac
    done
    : >"$root/etc/fstab"
    echo 5eed5eed5eed4eed8eed5eed5eed5eed >"$root/etc/machine-id"
    echo "$name" >"$root/etc/hostname"
}

tidy() { # control groups outlive their processes
    tries=100
    while [ "$tries" -gt 0 ]; do
        find "$groups/$name" -depth -type d -exec rmdir {} + 2>/dev/null || true
        [ -d "$groups/$name" ] || return 0
        tries=$((tries - 1))
        sleep 0.1
    done
    return 1
}

grouped() { # a control group whose lock says that it is in use, whoever looks from wherever
    while :; do
        mkdir "$groups/$name"
        exec 9<"$groups/$name"
        flock 9
        [ ! -d "$groups/$name" ] || return 0 # else taken for a left one before it was locked
    done
}

sweep() { # groups whose keeper was killed before it could: nobody locks them, nothing runs in them
    for left in "$groups"/ww-*; do
        [ -d "$left" ] || continue
        flock --nonblock "$left" find "$left" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
}

around() {
    mount -t tmpfs -o mode=0700,size=1g tmpfs "$folder"
    mkdir "$folder/upper" "$folder/work" "$root" "$groups"
    mount -t cgroup2 cgroup2 "$groups"
    sweep
    grouped
    mount -t overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" overlay "$root"
    prepare
    status=129 inside='' ended=''
    trap 'ended=yes; kill -KILL $inside' TERM
    exec 8<&0
    (read -r _ <&8 || kill -TERM $$) 9<&- &
    watch=$!
    trap 'kill "$watch" 2>/dev/null' EXIT
    while [ "$status" -eq 129 ]; do # how a first process ends that called for a restart: SIGHUP
        (
            echo 0 >"$groups/$name/cgroup.procs"
            exec 8<&- 9<&- setpriv --pdeathsig KILL unshare --cgroup --pid --fork --kill-child --mount --propagation unchanged \
                sh "$0" inside "$folder" "$stick" "$name" "$python"
        ) &
        inside=$!
        status=0
        wait "$inside" || status=$?
    done
    [ -z "$ended" ] || wait "$inside" || true # the trap cut the first wait short
    tidy
    [ "$status" -eq 130 ] # switched off: SIGINT
}

devices() {
    mount -t tmpfs -o mode=0755,nosuid tmpfs "$root/dev"
    for one in null zero full random urandom tty; do
        : >"$root/dev/$one"
        mount --bind "/dev/$one" "$root/dev/$one"
    done
    mkdir "$root/dev/pts" "$root/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
    mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$root/dev/shm"
    ln -s pts/ptmx "$root/dev/ptmx"
    ln -s /proc/self/fd "$root/dev/fd"
    for one in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${one%:*}" "$root/dev/${one#*:}"; done
    : >"$root/dev/console"
}

inside() {
    mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
    for one in sys sysrq-trigger; do
        [ -e "$root/proc/$one" ] || continue
        mount --bind "$root/proc/$one" "$root/proc/$one"
        mount -o remount,bind,ro "$root/proc/$one"
    done
    mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$root/sys"
    mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$root/sys/fs/cgroup"
    devices
    for one in run:0755 tmp:1777 var/tmp:1777; do
        mount -t tmpfs -o "mode=${one#*:},nosuid,nodev" tmpfs "$root/${one%:*}"
    done
    mount --bind "$stick" "$root/media/stick"
    mount -o remount,bind,ro,noexec,nosuid,nodev "$root/media/stick"
    hostname "$name"
    cd "$root"
    # The machine's root is let go of first: what is started then has never seen it.
    exec env -i container="$name" PATH="$PATH" "$python" -I "$here/rooting.py" here \
        /usr/bin/setpriv --bounding-set "$withheld" --inh-caps "$withheld" \
        /lib/systemd/systemd --unit=multi-user.target --log-target=journal --show-status=no
}

"$stage"
