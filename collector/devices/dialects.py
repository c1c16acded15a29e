"""How each kind of device prints its configuration, and how one sees that all of it came."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Dialect:
    """One way to speak."""

    command: str
    end: re.Pattern[str]
    """Found in the last lines of a whole configuration, and in no cut one."""
    unix: bool = False
    """Whether commands are read by a Unix shell."""
    facts: tuple[tuple[str, str], ...] = ()
    """Name and command of what else is worth knowing."""
    volatile: tuple[str, ...] = ()
    """Lines that differ at every fetch without a change."""
    leases: str | None = None
    """What prints to whom its DHCP server lent addresses; None: no such command is known."""


_MARK = "ww-het-cau-hinh"
_END_OF_SHELL = re.compile(rf"^{_MARK}$", re.MULTILINE)
_UNIX_FACTS = (("system", "uname -srm"), ("uptime", "cat /proc/uptime"))

DIALECTS: dict[str, Dialect] = {
    "linux": Dialect(
        command="sh -c 'for f in /etc/os-release /etc/hostname /etc/hosts /etc/fstab "
        "/etc/ssh/sshd_config /etc/network/interfaces /etc/nftables.conf /etc/resolv.conf; do "
        f'[ -r "$f" ] && printf "### %s\\n" "$f" && cat "$f"; done; echo {_MARK}\'',
        end=_END_OF_SHELL,
        unix=True,
        facts=_UNIX_FACTS,
        leases="sh -c 'cat /var/lib/misc/dnsmasq.leases /var/lib/dhcp/dhcpd.leases 2>/dev/null; :'",
    ),
    "openwrt": Dialect(
        command=f"sh -c 'uci export; echo {_MARK}'",
        end=_END_OF_SHELL,
        unix=True,
        facts=(*_UNIX_FACTS, ("release", "cat /etc/openwrt_release")),
        leases="sh -c 'cat /tmp/dhcp.leases 2>/dev/null; :'",
    ),
    "mikrotik": Dialect(
        # The export has no end of its own: the one command line prints one behind it.
        command=f'/export terse; :put "{_MARK}"',
        end=_END_OF_SHELL,
        facts=(("resource", "/system resource print"),),
        leases="/ip dhcp-server lease print terse",
        volatile=(r"^# .* by RouterOS .*$", r"^# \d{4}-\d\d-\d\d .*$"),
    ),
    "cisco": Dialect(
        command="show running-config",
        end=re.compile(r"^end\s*$", re.MULTILINE),
        facts=(("version", "show version"),),
        leases="show ip dhcp binding",
        volatile=(
            r"^! Last configuration change at .*$",
            r"^! NVRAM config last updated at .*$",
            r"^ntp clock-period .*$",
            r"^Current configuration : \d+ bytes$",
            r"^Building configuration\.\.\.$",
        ),
    ),
    "draytek": Dialect(
        command="sys cfg default_print\nexit",
        end=re.compile(r"(?i)^(%|\s*)?(end of config|exit)\b.*$", re.MULTILINE),
        volatile=(r"^.*(?i:current time|up ?time).*$",),
    ),
}

SECRETS = (
    # What stands behind these words is never shown; the full text is kept enciphered.
    r"(?i)(\b(?:password|passwd|secret|passphrase|pre-shared-key|psk|key|community|token)"
    r"(?:\s+\d+)?[\s=:]+)(\"[^\"]*\"|'[^']*'|\S+)",
    r"(?i)(\bsnmp-server community )(\S+)",
    r"(\$(?:1|2a|2b|2y|5|6|y|8|9)\$)([./A-Za-z0-9$]+)",
)
HIDDEN = "********"


def masked(text: str) -> str:
    """The text with every secret hidden."""
    for pattern in SECRETS:
        text = re.sub(pattern, lambda found: found[1] + HIDDEN, text)
    return re.sub(
        r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?-----END \1-----",
        f"-----BEGIN \\1----- {HIDDEN}",
        text,
        flags=re.DOTALL,
    )


def stable(text: str, dialect: Dialect) -> str:
    """The text without what differs at every fetch, and without the end marker."""
    for pattern in (*dialect.volatile, rf"^{_MARK}$"):
        text = re.sub(pattern, "", text, flags=re.MULTILINE)
    lines = (line.rstrip() for line in text.splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def whole(text: str, dialect: Dialect, last_bytes: int | None) -> bool:
    """Whether all of it came: its end is there, and it is at least half as long as the last one."""
    if not dialect.end.search(text[-2000:]):
        return False
    return last_bytes is None or len(text.encode()) * 2 >= last_bytes
