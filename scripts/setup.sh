# Sourced by the other scripts: what a bare Debian or Ubuntu lacks, and the virtual environment.
# shellcheck shell=sh

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# What runs wardwatch on a server: a package a line, and why.
RUN_PACKAGES='
python3           the language that wardwatch is written in (3.11 or newer)
python3-venv      an environment of its own, so that nothing of the system is changed
restic            makes, checks and restores the backups
fonts-croscore    Tinos: Times New Roman'"'"'s measures with every Vietnamese letter, for papers
ca-certificates   lets pip trust the package index
'

# What the tests need besides: real parts, no stand-ins.
TEST_PACKAGES='
prometheus               scrapes a running collector; promtool checks and tests the rules
prometheus-alertmanager  amtool checks the routes of the alerts
systemd                  the service is installed, killed and removed under one; checks the unit
iproute2                 networks of their own, with neighbours to see and lines to cut
iperf3                   measures a line, one of the ways to do it
snmpd                    a real SNMP agent to be asked
openssh-server           a real SSH server to be asked
rclone                   serves a repository that only takes, as rest-server does
softhsm2                 a token that signs papers
postgresql               the store'"'"'s tests run on it as well as on SQLite
nginx-light              the TCP balancer in front of two servers
libnginx-mod-stream      what makes nginx pass TCP on
chromium                 walks through the console and takes its pictures
libatomic1               the driver that steers Chromium needs it
fonts-dejavu-core        letters for Chromium on a machine without fonts
poppler-utils            reads our PDFs back: fonts, text, pages as pictures
libpdfbox2-java          Preflight, which judges whether our PDFs are PDF/A-1b
libactivation-java       what Preflight reads metadata with
libjaxb-api-java         the same
default-jre-headless     runs Preflight
debian-archive-keyring   the keys of the packages below, where this is no Debian
'

# The tests back up with both restics that Debian's users have. Each is fetched by an apt of its own
# and unpacked beside the system's, which is neither asked nor changed: a suite and its packages a line.
DEBIAN_PARTS='
bookworm restic
trixie   restic restic-rest-server
'
DEBIAN_KEYS=/usr/share/keyrings/debian-archive-keyring.gpg

missing_packages() { # LIST
    printf '%s\n' "$1" | while read -r name why; do
        [ -n "$name" ] || continue
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] ||
            printf '%s %s\n' "$name" "$why"
    done
}

need_packages() { # LIST
    if ! command -v dpkg-query >/dev/null 2>&1; then
        fail "This system has no dpkg, so its packages can't be installed from here. Install these
by hand, then run the script again with WARDWATCH_NO_PACKAGES=1:
$1"
    fi
    missing=$(missing_packages "$1")
    # A Python of one's own (pyenv, a container image) is as good as the system's.
    if python_works; then missing=$(printf '%s\n' "$missing" | grep -v '^python3' || true); fi
    [ -n "$missing" ] || return 0
    say "These system packages are needed and will be installed:"
    printf '%s\n' "$missing" | sed 's/^/  /' >&2
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 || fail "Installing them needs root: run this as root, or install sudo."
        as_root=sudo
    fi
    names=$(printf '%s\n' "$missing" | cut -d' ' -f1 | tr '\n' ' ')
    $as_root apt-get -qq update || fail "apt-get could not read the package lists: is there a network?"
    # shellcheck disable=SC2086 # the names are meant to be split
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $names >/dev/null ||
        fail "apt-get could not install: $names"
}

python_works() {
    command -v python3 >/dev/null 2>&1 &&
        python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

environment() { # NAME of a lock file in requirements/
    python_works || fail "Python 3.11 or newer with venv is needed; this system's is $(python3 --version 2>&1)."
    venv=${WARDWATCH_VENV:-.venv}
    stamp="$venv/locked-$1"
    # The stamp holds what was installed: a changed lock is installed anew, an unchanged one at once.
    wanted=$(cat "requirements/$1.txt" pyproject.toml | cksum)
    if [ ! -x "$venv/bin/python" ]; then
        say "Making the virtual environment $venv"
        python3 -m venv "$venv"
    fi
    if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
        say "Installing the locked Python packages (requirements/$1.txt)"
        "$venv/bin/python" -m pip install -q --require-hashes -r "requirements/$1.txt"
        "$venv/bin/python" -m pip install -q --require-hashes -r requirements/build.txt
        "$venv/bin/python" -m pip install -q --no-deps --no-build-isolation -e .
        printf '%s\n' "$wanted" >"$stamp"
    fi
    PATH="$PWD/$venv/bin:$PATH"
    export PATH
}

# htmx and uPlot, by the lock file in console/browser: npm checks each package's hash. Not in the
# repository; the wheel holds them with their licences.
browser_code() {
    place=console/static/vendor
    wanted=$(cksum <console/browser/package-lock.json)
    say "Fetching the pages' browser code (console/browser/package-lock.json)"
    fetched=$(mktemp -d)
    cp console/browser/package.json console/browser/package-lock.json "$fetched/"
    (
        cd "$fetched"
        "$npm_by" ci --ignore-scripts --no-audit --no-fund --loglevel=error
    ) >&2 || fail "npm could not fetch htmx and uPlot (console/browser/package-lock.json): is there a network?
The console can't be started without them. Behind a mirror of npm's registry, set npm_config_registry."
    mkdir -p "$place"
    modules="$fetched/node_modules"
    cp "$modules/htmx.org/dist/htmx.min.js" "$place/htmx.js"
    cp "$modules/uplot/dist/uPlot.iife.min.js" "$place/uplot.js"
    cp "$modules/uplot/dist/uPlot.min.css" "$place/uplot.css"
    cp "$modules/htmx.org/LICENSE" "$place/htmx.LICENSE.txt"
    cp "$modules/uplot/LICENSE" "$place/uplot.LICENSE.txt"
    printf '%s\n' "$wanted" >"$place/locked"
    rm -rf "$fetched"
}

# The system's npm, or one from a wheel in an environment of its own that is thrown away.
browser() {
    if [ "$(cat console/static/vendor/locked 2>/dev/null)" = "$(cksum <console/browser/package-lock.json)" ]; then
        return 0
    fi
    node=
    npm_by=npm
    if ! command -v npm >/dev/null 2>&1; then
        node=$(mktemp -d)
        python3 -m venv "$node"
        "$node/bin/python" -m pip install -q --require-hashes -r requirements/browser.txt ||
            fail "There is no npm here, and the one in requirements/browser.txt could not be installed."
        npm_by="$node/bin/npm"
        PATH="$node/bin:$PATH" # npm's own scripts look for node there
    fi
    browser_code
    if [ -n "$node" ]; then
        PATH=${PATH#"$node/bin:"}
        rm -rf "$node"
    fi
}

debian_parts() { # sets WARDWATCH_DEBIAN, a folder with a tree for each suite
    if [ -z "${WARDWATCH_DEBIAN:-}" ]; then
        WARDWATCH_DEBIAN="$PWD/${WARDWATCH_VENV:-.venv}/debian"
        wanted=$(printf '%s' "$DEBIAN_PARTS" | cksum)
        if [ "$(cat "$WARDWATCH_DEBIAN/unpacked" 2>/dev/null)" != "$wanted" ]; then
            say "Unpacking restic of Debian 12 and 13 and rest-server into $WARDWATCH_DEBIAN"
            rm -rf "$WARDWATCH_DEBIAN"
            printf '%s\n' "$DEBIAN_PARTS" | while read -r suite names; do
                [ -z "$suite" ] || unpack_debian "$suite" "$names" </dev/null
            done
            printf '%s\n' "$wanted" >"$WARDWATCH_DEBIAN/unpacked"
        fi
    fi
    export WARDWATCH_DEBIAN
}

unpack_debian() { # SUITE, PACKAGES
    tree="$WARDWATCH_DEBIAN/$1"
    own="$WARDWATCH_DEBIAN/apt-$1"
    mkdir -p "$tree" "$own/lists/partial" "$own/cache/archives/partial"
    : >"$own/status"
    printf 'deb [signed-by=%s] %s %s main\n' \
        "$DEBIAN_KEYS" "${WARDWATCH_DEBIAN_MIRROR:-http://deb.debian.org/debian}" "$1" >"$own/sources.list"
    # The machine's own settings stay in force (a proxy); its sources, lists and state are not read.
    apt_own() {
        apt-get -qq -o Dir::Etc::SourceList="$own/sources.list" -o Dir::Etc::SourceParts=/dev/null \
            -o Dir::State="$own" -o Dir::State::Lists="$own/lists" -o Dir::State::status="$own/status" \
            -o Dir::Cache="$own/cache" -o Acquire::Languages=none -o APT::Sandbox::User= "$@"
    }
    apt_own update || fail "Debian's package lists ($1) could not be read: is there a network?"
    # shellcheck disable=SC2086 # the names are meant to be split
    (cd "$own/cache" && apt_own download $2) || fail "apt-get could not fetch: $2"
    for package in "$own"/cache/*.deb; do dpkg-deb -x "$package" "$tree"; done
    rm -rf "$own"
}

set_up() { # LOCK, PACKAGES...
    lock=$1
    shift
    if [ -z "${WARDWATCH_NO_PACKAGES:-}" ]; then
        for list in "$@"; do need_packages "$list"; done
    fi
    environment "$lock"
    browser
}
