#!/bin/sh
# Installs the agent on this PC from the folder that this script lies in, without Internet.
#   sudo sh install.sh               asks for the join string, installs, joins, starts the service
#   sudo sh install.sh <join.txt     the same, for many PCs: the string comes from a file
#   sudo sh install.sh --uninstall   leaves nothing: program, key, spool and service
# Run again with the files of a newer version, it updates; the PC stays joined. Whatever ends it
# before its end, the PC is as it was before. It writes nothing on the stick and runs no file of it
# as a program, so that a stick mounted read-only and noexec does.
# LANG=en... speaks English, anything else Vietnamese.
set -eu
umask 022
here=$(cd "$(dirname "$0")" && pwd)
root=${WARDWATCH_ROOT:-} # a tree to try it out in; empty: this PC
program=$root/opt/wardwatch-agent
state=$root/var/lib/wardwatch-agent
agent=$program/bin/wardwatch-agent
command=$root/usr/local/sbin/wardwatch-agent
unit=$root/etc/systemd/system/wardwatch-agent.service
sleep_unit=$root/etc/systemd/system/wardwatch-agent-sleep.service
fresh=$program.new old=$program.old
swapped='' finished=''

case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
en*) language=en ;;
*) language=vi ;;
esac
if [ ! -r "$here/messages/$language.sh" ]; then
    echo 'install.sh: thiếu thư mục messages: sao chép lại cả thư mục / copy the whole folder again' >&2
    exit 2
fi
# shellcheck source=messages/vi.sh
. "$here/messages/$language.sh"

# shellcheck disable=SC2059 # the first word is a form of the catalogue
tell() { form=$1 && shift && printf "install.sh: $form\n" "$@" >&2; }
fail() { tell "$@" && exit 2; }

service() { # ACTION
    if [ -n "$root" ]; then set -- "$@" --root "$root"; fi
    "$agent" service "$@" --state "$state"
}

remove_service() {
    if [ -x "$agent" ]; then
        service remove
    elif [ -e "$unit" ]; then # its program is gone, which is no reason to leave it
        [ -n "$root" ] || systemctl disable --now wardwatch-agent.service
        rm -f "$unit" "${unit%/*}/multi-user.target.wants/wardwatch-agent.service" \
            "$sleep_unit" "${unit%/*}/sleep.target.wants/wardwatch-agent-sleep.service"
        rmdir "${unit%/*}/sleep.target.wants" 2>/dev/null || true # others may have units there
        [ -n "$root" ] || systemctl daemon-reload
    fi
}

uninstall() {
    [ -n "$root" ] || [ "$(id -u)" -eq 0 ] || fail "$needs_root"
    rm -rf "$unit.d" "$sleep_unit.d" # what the officer added by `systemctl edit`
    remove_service
    if [ "$(readlink "$command" 2>/dev/null)" = "$agent" ]; then rm -f "$command"; fi
    rm -rf "$program" "$fresh" "$old" "$state"
    # shellcheck disable=SC2059
    printf "$removed\n" "$program, $state"
}

newest_python() { # the system's own, else a newer one beside it
    for one in ${WARDWATCH_PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if "$one" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$one"
            return 0
        fi
    done
    return 1
}

check() {
    [ -n "$root" ] || [ "$(id -u)" -eq 0 ] || fail "$needs_root"
    [ -n "$root" ] || [ -d /run/systemd/system ] || fail "$needs_systemd"
    python=$(newest_python) ||
        fail "$needs_python" "$("${WARDWATCH_PYTHON:-python3}" --version 2>&1 || true)"
    # A stick that was cut off, or changed on its way: nothing of it is run.
    (cd "$here" && sha256sum --quiet --strict --check SHA256SUMS) || fail "$damaged"
}

back() { # whatever ended this before its end
    [ -z "$finished" ] || return 0
    rm -rf "$fresh"
    if [ -n "$swapped" ]; then rm -rf "$program"; fi
    if [ -d "$old" ]; then
        mv "$old" "$program"
        if service install >/dev/null; then tell "$as_before"; else tell "$as_before_stopped"; fi
    elif [ -f "$state/agent.json" ]; then
        [ -z "$swapped" ] || tell "$joined_not_started"
    else
        rmdir "$state" 2>/dev/null || true
        tell "$nothing"
    fi
}

build() {
    # Beside the one that runs, and in its place only when it works.
    rm -rf "$fresh"
    "$python" -m venv --without-pip "$fresh"
    PIP_DISABLE_PIP_VERSION_CHECK=1 "$fresh/bin/python" -I "$(echo "$here"/pip/pip-*.whl)/pip" \
        install --quiet --no-index --no-cache-dir --find-links "$here/wheels" \
        --root-user-action ignore 'wardwatch[agent]' &&
        "$fresh/bin/python" -I -m agent fields --json >/dev/null ||
        fail "$does_not_fit" "$("$python" --version)"
    rm -f "$fresh"/bin/[Aa]ctivate*
}

swap() {
    if [ -d "$program" ]; then
        rm -rf "$old"
        mv "$program" "$old"
    fi
    swapped=yes
    mv "$fresh" "$program"
    # The scripts of a virtual environment name it by its path.
    sed -i "1s|$fresh|$program|" "$program"/bin/wardwatch*
}

join() {
    if [ -f "$state/agent.json" ]; then return 0; fi
    printf '%s' "$paste" >&2
    # By stdin: what stands on a command line can be read by every account of the PC.
    "$agent" join - --state "$state"
}

install() {
    said=$installed
    if [ -f "$state/agent.json" ]; then said=$updated; fi
    check
    trap back EXIT
    trap 'exit 130' INT HUP TERM
    # A power cut in the middle of an update.
    if [ ! -d "$program" ] && [ -d "$old" ]; then mv "$old" "$program"; fi
    build
    swap
    join
    service install
    mkdir -p "${command%/*}"
    [ -e "$command" ] || ln -s "$agent" "$command"
    finished=yes
    rm -rf "$old"
    echo "$said"
}

case ${1:-} in
--uninstall) uninstall ;;
'') install ;;
wardwatch:*) fail "$not_as_word" ;;
*) fail "$unknown" "$1" ;;
esac
