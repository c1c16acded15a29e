"""The agent as a service of systemd: its unit, and putting it in and taking it out."""

from __future__ import annotations

import re
from pathlib import Path

from agent import programs
from agent.installing import InstallError, Place

NAME = "wardwatch-agent.service"
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
ExecStart={python} -I -X no_debug_ranges -m agent run --state {state}
Environment=HOME={state}
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


def unit(python: Path, state: Path) -> str:
    """The unit's text, for that interpreter and that folder."""
    return UNIT.format(name=NAME, python=_word(python), state=_word(state))


def _word(path: Path) -> str:
    # One word for systemd's own quoting rules, and nothing that it would expand.
    text = str(path)
    if not re.fullmatch(r"/[A-Za-z0-9._/+@-]*", text):
        raise InstallError(f"a path that systemd would not take as it is: {text!r}")
    return text


def install(place: Place) -> str:
    """Write the unit, enable it, and start it where systemd runs; all of it or nothing."""
    text = unit(place.python, place.state)
    if place.is_live and not (place.root / BOOTED).is_dir():
        raise InstallError("systemd does not run on this system: nothing was installed")
    path = place.root / FOLDER / NAME
    before = path.read_bytes() if path.is_file() else None
    _write(path, text.encode("ascii"))
    try:
        return _enabled(place, path)
    except programs.ManageError as problem:
        if before is None:
            remove(place)
            raise InstallError(f"{problem}; nothing was installed") from problem
        _write(path, before)
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
    """Stop it, disable it and delete the unit; harmless where there is none."""
    path = place.root / FOLDER / NAME
    wanted = path.parent / "multi-user.target.wants" / NAME
    if not path.exists() and not wanted.is_symlink():
        return "not installed"
    live = place.is_live and (place.root / BOOTED).is_dir()
    try:
        if live:
            programs.manage("systemd-disable")
        wanted.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
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
