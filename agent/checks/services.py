"""Ways into the PC from afar: SSH, and the tools of remote support."""

from __future__ import annotations

from agent.checks.check import DAMAGED, Check, judged, unknown, unread
from agent.checks.running import running
from agent.host.reader import Reader
from agent.parse import sshd
from agent.software.remote import tools

CONFIG = "/etc/ssh/sshd_config"
UNITS = ("/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")


def ssh(reader: Reader) -> Check | None:
    """The server's settings, where one is installed."""
    if "sshd" not in (reader.names("/usr/sbin", "ssh") or ()):
        text = reader.text(CONFIG, "ssh")
        if text is None:
            return unread(CONFIG, reader, "") if reader.gaps else None
    settings = _settings(reader, CONFIG, depth=4)
    if settings is None or reader.gaps:
        return unread(CONFIG, reader, "the settings are not there")
    if not sshd.recognised(settings):
        return unknown(CONFIG, "not one known setting: not the file that a system keeps")
    problems = sshd.problems(sshd.effective(settings))
    if not problems and not sshd.is_whole(settings):
        return unknown(CONFIG, DAMAGED)
    return judged(CONFIG, ", ".join(problems) or "no weak setting", good=not problems)


def _settings(reader: Reader, path: str, depth: int) -> list[sshd.Line] | None:
    """The file's lines, with those of included files in their place."""
    text = reader.text(path, "ssh")
    if text is None:
        return None
    found: list[sshd.Line] = []
    for line in sshd.lines(text):
        if line.key != "include":
            found.append(line)
        elif depth:
            for included in _included(reader, line.value):
                found += _settings(reader, included, depth - 1) or []
    return found


def _included(reader: Reader, patterns: str) -> list[str]:
    found = []
    for pattern in patterns.split():
        whole = pattern if pattern.startswith("/") else f"/etc/ssh/{pattern}"
        folder, _, name = whole.rpartition("/")
        names = reader.names(folder, "ssh") or ()
        found += [f"{folder}/{one}" for one in names if sshd.matches(one, name)]
    return found


def remote_access(reader: Reader) -> Check:
    """AnyDesk, TeamViewer, UltraViewer and their like: running, or installed as a service."""
    source = "/proc, systemd units"
    processes = running(reader)
    units = {name for folder in UNITS for name in reader.names(folder, "units") or ()}
    if processes is None or reader.gaps:
        return unread(source, reader, "the processes cannot be listed")
    found = tools((*processes, *units))
    return judged(source, ", ".join(found) or "none", good=not found)
