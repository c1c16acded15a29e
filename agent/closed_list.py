"""The closed list: every program that the agent may start, word for word."""

from __future__ import annotations

import sys

from agent.lean import NamedTuple
from agent.windows import update_agent

ARGUMENT = r"[A-Za-z0-9][A-Za-z0-9._!-]{0,62}"
"""A bare name, as the kernel gives it to a block device: never an option, never a path."""

FOLDERS = ("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/lib/apt")
"""Where the programs of a Linux system lie; no other folder is searched."""
POWERSHELL = ("powershell.exe", "-NoProfile", "-NonInteractive")

DPKG_FORM = (
    "Package: ${Package}\\nStatus: ${Status}\\nVersion: ${Version}\\nOrigin: ${Origin}\\n\\n"
)
RPM_FORM = "%{NAME}\\t%{VERSION}-%{RELEASE}\\t%{VENDOR}\\t%{INSTALLTIME}\\n"
APPX_SCRIPT = """[Console]::OutputEncoding = [Text.Encoding]::UTF8
Get-AppxPackage -AllUsers | ForEach-Object {
 'NAME: ' + $_.Name
 'PUBLISHER: ' + ($_.Publisher -replace '^CN="?([^",]*).*$', '$1')
 'PUBID: ' + $_.PublisherId
 'VERSION: ' + $_.Version
 if ($_.SignatureKind -eq 'System') { 'SYSTEM_CATEGORY: system' }
 ''
}"""


class Program(NamedTuple):
    """One program with its literal arguments. `{}` is where the bare name goes."""

    arguments: tuple[str, ...]
    deadline_seconds: float = 10
    form: str = "txt"
    accepts: frozenset[int] | None = frozenset({0})
    """Exit codes whose output counts; None: all."""
    argument: str = ARGUMENT
    """What may stand for `{}`, as a pattern."""


JOURNAL = (
    *("journalctl", "--quiet", "--no-pager", "--output=json", "--output-fields=_COMM,MESSAGE"),
    "--lines=4000",
    # The kernel's word for who wrote a line: what a program calls itself there may be a lie.
    *("_COMM=sshd", "_COMM=sshd-session", "_COMM=sudo", "_COMM=su", "_COMM=login", "_COMM=lightdm"),
    *("_COMM=gdm-session-wor", "_COMM=sddm-helper", "_COMM=xrdp-sesman", "_COMM=polkit-agent-he"),
    *("_COMM=useradd", "_COMM=usermod", "_COMM=gpasswd", "_COMM=adduser"),
)
PLACE = r"[A-Za-z0-9][A-Za-z0-9._-]{0,252}:[0-9]{1,5}"
"""A host and its port, as pinned in line.json: `{host}` and `{port}` take the two. No option: those
begin with a hyphen."""
IPERF3 = (
    *("iperf3", "--client={host}", "--port={port}", "--json", "--parallel=4"),
    *("--time=6", "--omit=2", "--connect-timeout=5000"),
)
CURSOR = "s=[0-9a-f]{32};i=[0-9a-f]{1,16};b=[0-9a-f]{32}(;[mtx]=[0-9a-f]{1,16}){3}"
"""A place in the journal, as sd_journal_get_cursor(3) writes it."""

LIST = r"[A-Za-z0-9][A-Za-z0-9.:_~+%-]{0,250}_Packages\.[a-z0-9]{2,4}"
"""A packed list of packages, as apt calls it: the mirror, the suite and the component."""

PROGRAMS = {
    # Its errors stand in its answer too, with exit code 1.
    "iperf3-up": Program(IPERF3, 40, form="json", accepts=None, argument=PLACE),
    "iperf3-down": Program((*IPERF3, "--reverse"), 40, form="json", accepts=None, argument=PLACE),
    "dmidecode": Program(("dmidecode",)),
    # Its exit code is a set of bits that also tell of old errors in the disk's own log.
    "smartctl": Program(("smartctl", "-i", "-H", "/dev/{}"), 20, accepts=None),
    "mdatp": Program(("mdatp", "health", "--output", "json"), 20, form="json"),
    "nft": Program(("nft", "list", "ruleset")),
    "ufw": Program(("ufw", "status")),
    "iptables": Program(("iptables", "-S")),
    "timedatectl": Program(("timedatectl", "show")),
    # Prints a list that is kept packed (GzipIndexes of apt.conf(5)).
    "apt-helper": Program(("apt-helper", "cat-file", "/var/lib/apt/lists/{}"), 20, argument=LIST),
    "upower": Program(("upower", "--dump")),
    "lastlog": Program(("lastlog", "-u", "1000-60000")),
    "dnf": Program(("dnf", "--cacheonly", "updateinfo", "list", "--security"), 60),
    "dpkg-query": Program(("dpkg-query", "--show", "--showformat", DPKG_FORM), 30),
    "rpm": Program(("rpm", "-qa", "--queryformat", RPM_FORM), 30),
    "snap": Program(("snap", "list"), 20),
    "flatpak": Program(("flatpak", "list", "--columns=name,version,origin"), 20),
    "Get-AppxPackage": Program((*POWERSHELL, "-Command", APPX_SCRIPT), 60),
    "journalctl": Program((*JOURNAL, "--since=-24h"), 30),
    # From that entry on, itself included: where it is missing, the journal was cleared or rotated.
    "journalctl-from": Program((*JOURNAL, "--cursor={}"), 30, argument=CURSOR),
    # Prints `stopping` and exits with 1 while the system goes down.
    "systemctl": Program(("systemctl", "is-system-running"), 2, accepts=None),
    # Of Windows: two children of ours, for what only its programming interface tells.
    "net-user-modals": Program((sys.executable, "-I", "-m", "agent.windows.modals"), form="json"),
    "listening": Program((sys.executable, "-I", "-m", "agent.windows.sockets"), form="json"),
    "windows-update": Program((*POWERSHELL, "-Command", update_agent.SCRIPT), 120, form="json"),
}


MANAGED = {
    "systemd-reload": Program(("systemctl", "daemon-reload"), 60),
    "systemd-enable": Program(
        ("systemctl", "enable", "wardwatch-agent.service", "wardwatch-agent-sleep.service"), 60
    ),
    "systemd-restart": Program(("systemctl", "restart", "wardwatch-agent.service"), 60),
    "systemd-disable": Program(("systemctl", "disable", "--now", "wardwatch-agent.service"), 60),
    # Fails where it has not failed.
    "systemd-forget": Program(
        ("systemctl", "reset-failed", "wardwatch-agent.service"), accepts=None
    ),
    # Its exit code says the same as its word.
    "systemd-state": Program(("systemctl", "is-active", "wardwatch-agent.service"), accepts=None),
    "windows-create": Program(("sc.exe", "create", "wardwatch-agent"), 60),
    "windows-recovery": Program(("sc.exe", "failure", "wardwatch-agent")),
    "windows-recovery-always": Program(("sc.exe", "failureflag", "wardwatch-agent", "1")),
    "windows-start": Program(("sc.exe", "start", "wardwatch-agent"), 60),
    "windows-stop": Program(("sc.exe", "stop", "wardwatch-agent"), 60),
    "windows-delete": Program(("sc.exe", "delete", "wardwatch-agent"), 60),
    "windows-state": Program(("sc.exe", "query", "wardwatch-agent")),
}
"""What the service commands may start. No probe and no ask comes here: an administrator does."""
