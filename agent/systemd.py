"""The agent as a service of systemd: its units, and putting them in and taking them out."""

from __future__ import annotations

import re
from pathlib import Path

from agent import programs
from agent.installing import InstallError, Place

NAME = "wardwatch-agent.service"
SLEEP = "wardwatch-agent-sleep.service"
FOLDER = Path("etc/systemd/system")
BOOTED = Path("run/systemd/system")
"""Exists while systemd is the system's first process: sd_booted(3)."""
RUNNING = {"active": "running", "activating": "starting", "failed": "failed", "inactive": "stopped"}

UNIT = """\
# Written by `wardwatch-agent service install`. What this PC needs beside it (a backup repository
# on a disk of its own: ReadWritePaths=/srv/backup) goes into a drop-in, `systemctl edit {name}`.
[Unit]
Description=wardwatch: reads this PC and reports to the ward's collector
Documentation=man:systemd.exec(5)
# Stopping goes the other way round: the goodbye still finds a network.
After=network.target time-sync.target
StartLimitIntervalSec=0

[Service]
Type=notify
# Not by -m: what that loads first would stay, 0.15 MiB.
ExecStart={python} -I -X no_debug_ranges -c "from agent.__main__ import main; raise SystemExit(main())" run --state {state}
Environment=HOME={state}
# What glibc holds back for later goes back to the system: 0.2 MiB less (mallopt(3)).
Environment=MALLOC_TRIM_THRESHOLD_=131072 MALLOC_TOP_PAD_=16384
Restart=always
RestartSec=10
# Told of every round of the loop, the longest of which waits a minute for the network.
WatchdogSec=300
# SIGTERM to the agent, which says goodbye and ends its children; after that whatever is left.
KillMode=mixed
TimeoutStopSec=15
OOMScoreAdjust=200

# Behind whatever the official does.
Nice=10
CPUWeight=20
IOWeight=20
IOSchedulingClass=best-effort
IOSchedulingPriority=7

# It reads everything, as an inventory and a backup must, and writes its own folder alone.
ProtectSystem=strict
ReadWritePaths={state}
ProtectHome=read-only
PrivateTmp=yes
UMask=0077
NoNewPrivileges=yes
# Read any file (backups), ask a disk for its SMART values (ATA, NVMe), list firewall rules, ping.
CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_SYS_RAWIO CAP_SYS_ADMIN CAP_NET_ADMIN CAP_NET_RAW
AmbientCapabilities=
DevicePolicy=closed
DeviceAllow=block-sd rw
DeviceAllow=block-blkext rw
DeviceAllow=char-nvme rw
ProtectClock=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
"""

SLEEP_UNIT = """\
# Written by `wardwatch-agent service install`, beside {name}.
[Unit]
Description=wardwatch: tells the ward's collector that this PC goes to sleep
Documentation=man:systemd.special(7)
# Whatever puts the PC to sleep waits for this target, and so for the word.
Before=sleep.target
# An agent that was stopped must not pass for a PC that sleeps.
Requisite={name}
After={name}

[Service]
Type=oneshot
ExecStart={python} -I -m agent service sleep --state {state}
Environment=HOME={state}
# Longer than the word ever takes: nobody waits at the lid of a laptop for a collector.
TimeoutStartSec=5

# It writes the agent's own folder and speaks to the collector, nothing else.
ProtectSystem=strict
ReadWritePaths={state}
ProtectHome=read-only
ProtectProc=invisible
PrivateTmp=yes
PrivateDevices=yes
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=sleep.target
"""
WANTED_BY = {NAME: "multi-user.target", SLEEP: "sleep.target"}


def unit(python: Path, state: Path) -> str:
    """The service's unit, for that interpreter and that folder."""
    return UNIT.format(name=NAME, python=_word(python), state=_word(state))


def sleep_unit(python: Path, state: Path) -> str:
    """The unit that tells of a sleep before it, while the network is up (systemd.special(7))."""
    return SLEEP_UNIT.format(name=NAME, python=_word(python), state=_word(state))


def _word(path: Path) -> str:
    # One word for systemd's own quoting rules, and nothing that it would expand.
    text = str(path)
    if not re.fullmatch(r"/[A-Za-z0-9._/+@-]*", text):
        raise InstallError(f"a path that systemd would not take as it is: {text!r}")
    return text


def install(place: Place) -> str:
    """Write the units, enable them, and start the service where systemd runs; all or nothing."""
    texts = {
        NAME: unit(place.python, place.state),
        SLEEP: sleep_unit(place.python, place.state),
    }
    if place.is_live and not (place.root / BOOTED).is_dir():
        raise InstallError("systemd does not run on this system: nothing was installed")
    paths = {name: place.root / FOLDER / name for name in texts}
    before = {path: path.read_bytes() for path in paths.values() if path.is_file()}
    try:
        for name, path in paths.items():
            _write(path, texts[name].encode("ascii"))
        return _enabled(place, paths[NAME])
    except programs.ManageError as problem:
        if paths[NAME] not in before:
            remove(place)
            raise InstallError(f"{problem}; nothing was installed") from problem
        for path, text in before.items():
            _write(path, text)
        programs.manage("systemd-reload")
        raise InstallError(f"{problem}; the unit is as it was before") from problem


def _write(path: Path, text: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
        path.chmod(0o644)
    except OSError as problem:
        raise InstallError(f"cannot write {path}: {problem.strerror}") from problem


def _enabled(place: Place, path: Path) -> str:
    if not place.is_live:
        programs.manage("systemd-enable", f"--root={place.root}")
        return f"installed, starts with the system: {path}"
    programs.manage("systemd-reload")
    programs.manage("systemd-enable")
    # Not only started: one that runs already is of the version before.
    programs.manage("systemd-restart")
    return f"installed and started: {path}"


def remove(place: Place) -> str:
    """Stop it, disable it and delete the units; harmless where there is none."""
    folder = place.root / FOLDER
    path = folder / NAME
    links = [folder / f"{target}.wants" / name for name, target in WANTED_BY.items()]
    units = [folder / name for name in WANTED_BY]
    if not any(one.is_symlink() or one.exists() for one in (*links, *units)):
        return "not installed"
    live = place.is_live and (place.root / BOOTED).is_dir()
    try:
        if live and (path.exists() or links[0].is_symlink()):
            programs.manage("systemd-disable")
        for one in (*links, *units):
            one.unlink(missing_ok=True)
        for wants in {link.parent for link in links if link.parent.is_dir()}:
            if not any(wants.iterdir()):
                wants.rmdir()
        if live:
            programs.manage("systemd-reload")
            # One that ended badly would stay in the list of what has failed.
            programs.manage("systemd-forget")
    except programs.ManageError as problem:
        raise InstallError(str(problem)) from problem
    except OSError as problem:
        raise InstallError(f"cannot delete {problem.filename}: {problem.strerror}") from problem
    return f"removed: {path}"


def status(place: Place) -> str:
    """`running`, `starting`, `failed`, `stopped`, or `not installed`."""
    if not (place.root / FOLDER / NAME).exists():
        return "not installed"
    if not place.is_live or not (place.root / BOOTED).is_dir():
        return "stopped"
    try:
        told = programs.manage("systemd-state").strip()
    except programs.ManageError as problem:
        raise InstallError(str(problem)) from problem
    return RUNNING.get(told, told)
