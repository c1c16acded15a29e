#!/bin/sh
# Installs the agent on this PC from the folder that this script lies in, without Internet.
#   sudo sh install.sh               asks for the join string, installs, joins, starts the service
#   sudo sh install.sh --uninstall   leaves nothing: program, key, spool and service
# Run again with the files of a newer version, it updates; the PC stays joined.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${WARDWATCH_ROOT:-} # a tree to try it out in; empty: this PC
program=$root/opt/wardwatch-agent
state=$root/var/lib/wardwatch-agent
agent=$program/bin/wardwatch-agent

fail() { printf 'install.sh: %s\n' "$*" >&2; exit 2; }

service() { # ACTION
    if [ -n "$root" ]; then set -- "$@" --root "$root"; fi
    "$agent" service "$@" --state "$state"
}

uninstall() {
    if [ -x "$agent" ]; then service remove; fi
    rm -rf "$program" "$state"
    echo "removed: $program and $state"
}

check() {
    [ -n "$root" ] || [ "$(id -u)" -eq 0 ] || fail "needs root: run it with sudo"
    python3 -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
        fail "Python 3.11 or newer is needed; this PC's is: $(python3 --version 2>&1)"
    [ -n "$root" ] || [ -d /run/systemd/system ] || fail "systemd does not run on this PC"
    # A stick that was cut off, or changed on its way: nothing of it is run.
    (cd "$here" && sha256sum --quiet --strict --check SHA256SUMS) ||
        fail "the files beside this script are damaged or missing: copy the folder again"
}

put_in() {
    # Built beside the old one and put in its place at the end: a failed update changes nothing.
    fresh=$program.new
    rm -rf "$fresh"
    python3 -m venv --without-pip "$fresh"
    PIP_DISABLE_PIP_VERSION_CHECK=1 "$fresh/bin/python" -I "$(echo "$here"/pip/pip-*.whl)/pip" \
        install --quiet --no-index --find-links "$here/wheels" --root-user-action ignore \
        'wardwatch[agent]' || fail "the wheels do not fit this PC's Python: $(python3 --version)"
    rm -rf "$program.old"
    [ ! -d "$program" ] || mv "$program" "$program.old"
    mv "$fresh" "$program"
    # The scripts of a virtual environment name it by its path.
    sed -i "1s|$fresh|$program|" "$program"/bin/wardwatch*
    rm -rf "$program.old"
}

join() {
    if [ -f "$state/agent.json" ]; then return 0; fi
    printf 'Paste the join string (wardwatch:...), then press Enter: ' >&2
    "$agent" join - --state "$state"
}

case ${1:-} in
--uninstall) uninstall ;;
'')
    check
    put_in
    join
    service install
    ;;
*) fail "unknown: $1; there is --uninstall" ;;
esac
