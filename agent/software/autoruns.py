"""What starts by itself on Linux: enabled units and timers of systemd, cron, the desktop's autostart."""

from __future__ import annotations

from agent.host.reader import Reader
from agent.parse import cron, linux_commands
from agent.parse.firmware import Part
from agent.parse.starts import Start
from agent.software import unit
from agent.software.autorun import entry, listed

UNITS = ("/etc/systemd/system", "/etc/systemd/user")
ENABLED = (".wants", ".requires", ".upholds")
"""Folders of links, by which `systemctl enable` has a unit started with another."""
CRONTAB, CRON_D = "/etc/crontab", "/etc/cron.d"
ROOTS = ("/var/spool/cron/crontabs/root", "/var/spool/cron/root")
PERIODS = ("hourly", "daily", "weekly", "monthly")
NO_JOBS = frozenset({"README", "0anacron"})
LEFT_OVER = ("~", ".dpkg-old", ".dpkg-new", ".dpkg-dist", ".rpmsave", ".rpmnew", ".rpmorig")
AUTOSTART = "/etc/xdg/autostart"
OFF = frozenset({("hidden", "true"), ("x-gnome-autostart-enabled", "false")})


def autoruns(reader: Reader) -> dict[str, list[Part]]:
    """By kind; what is not on this system is left out."""
    found = {"units": _units(reader), "cron": _cron(reader), "desktop": _desktop(reader)}
    return listed(reader, found)


def _units(reader: Reader) -> list[Part] | None:
    tops = {top: reader.names(top, "autoruns.units") for top in UNITS}
    if all(names is None for names in tops.values()):
        return None
    enabled: dict[str, str] = {}
    for top, names in tops.items():
        for folder in names or ():
            if folder.endswith(ENABLED):
                for name in reader.names(f"{top}/{folder}", "autoruns.units") or ():
                    enabled.setdefault(name, f"{top}/{folder}/{name}")
    return [_unit(reader, name, link) for name, link in enabled.items()]


def _unit(reader: Reader, name: str, link: str) -> Part:
    """A package's own is known by its name; of any other it is told what it starts."""
    name = unit.shown(name)
    target = reader.link(link, "autoruns.units")
    if target is None or target.startswith(unit.PACKAGED):
        return entry(name, Start(None, target and "system"))
    place = linux_commands.place(target)
    command = unit.command(reader.text(target, "autoruns.units") or "")
    if command is None:
        return entry(name, Start(None, place), source=place)
    # A file of the administrator's that starts what lies in /tmp is no better than that.
    return entry(name, linux_commands.start(command), source=place)


def _cron(reader: Reader) -> list[Part] | None:
    field = "autoruns.cron"
    found: list[Part] = []
    tables = [(CRONTAB, "crontab"), *((root, "root") for root in ROOTS)]
    names = reader.names(CRON_D, field)
    tables += [(f"{CRON_D}/{name}", name) for name in names or () if _is_job(name)]
    there = names is not None
    for path, name in tables:
        text = reader.text(path, field)
        if text is not None:
            there = True
            found += _commands(reader, path, name, text)
    for period in PERIODS:
        names = reader.names(f"/etc/cron.{period}", field)
        there = there or names is not None
        found += [entry(name, Start(), source=period) for name in names or () if _is_job(name)]
    return found if there else None


def _is_job(name: str) -> bool:
    """Whether cron takes it: what packages leave over, and hidden files, it passes over."""
    return not name.startswith(".") and not name.endswith(LEFT_OVER) and name not in NO_JOBS


def _commands(reader: Reader, path: str, name: str, text: str) -> list[Part]:
    told = cron.table(text, accounts=path not in ROOTS)
    if not told.is_whole:
        reader.gap("autoruns.cron", f"lines that cannot be read: {path}")
    return [entry(name, linux_commands.start(command), source="table") for command in told.commands]


def _desktop(reader: Reader) -> list[Part] | None:
    names = reader.names(AUTOSTART, "autoruns.desktop")
    if names is None:
        return None
    return [_autostart(reader, name) for name in names if name.endswith(".desktop")]


def _autostart(reader: Reader, name: str) -> Part:
    text = reader.text(f"{AUTOSTART}/{name}", "autoruns.desktop") or ""
    settings = list(unit.settings(text))
    command = next((value for key, value in settings if key == "exec"), "")
    off = False if OFF & {(key, value.lower()) for key, value in settings} else None
    return entry(name.removesuffix(".desktop"), linux_commands.start(command), enabled=off)
