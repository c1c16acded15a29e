"""New services: unit files that were not there at the reading before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from agent.host import UnreadableError
from agent.host.reader import Reader
from agent.parse.happenings import Happening, Service

FOLDERS = (
    "/etc/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
)
"""Of the administrator, of software installed by hand, of packages (systemd.unit(5))."""
CHANNEL = "systemd"
KINDS = (".service", ".timer", ".socket", ".path")
"""Units that start a program: by themselves, at a time, on a connection, on a changed file."""
NOWHERE = "/dev/null"
"""To which `systemctl mask` leads a unit: it is forbidden by that, not installed."""
WORST = ("temporary", "account", "other", "generated", "local", "system")
"""Places, the least to be trusted first: a unit in /etc that starts what lies in /tmp is that."""
SIGNS = 12
"""Of each name's hash: the note stays small, and 300 names never meet."""


def read(reader: Reader, notes: Mapping[str, str]) -> tuple[list[Happening], dict[str, str]]:
    """What is new in each folder. The first time, and after a failed reading, nothing is known as new."""
    found: list[Happening] = []
    marks: dict[str, str] = {}
    for folder in FOLDERS:
        try:
            names = reader.host.names(folder)
        except UnreadableError as problem:
            if not problem.absent:
                reader.gap(CHANNEL, problem.cause)
                continue  # what was known stays known
            names = ()
        signs = {_sign(name): name for name in names if name.endswith(KINDS)}
        known, before = " ".join(sorted(signs)), notes.get(folder)
        if before is not None:
            new = sorted(name for sign, name in signs.items() if sign not in before.split())
            services = (_service(reader, f"{folder}/{name}", name) for name in new)
            found += [_installed(reader, one) for one in services if one]
        if before != known:
            marks[folder] = known
    return found, marks


def _installed(reader: Reader, service: Service) -> Happening:
    return Happening(reader.host.at, "service-installed", CHANNEL, service=service)


def _service(reader: Reader, path: str, name: str) -> Service | None:
    """What it starts, and the worse of two places: the unit's own and its program's."""
    from agent.parse import linux_commands  # noqa: PLC0415 - nearly no reading finds a new unit
    from agent.parse.starts import Start  # noqa: PLC0415
    from agent.software import unit  # noqa: PLC0415
    from agent.software.autorun import entry  # noqa: PLC0415

    target = reader.link(path, CHANNEL) or path
    if target == NOWHERE:
        return None
    own = "system" if target.startswith(unit.PACKAGED) else linux_commands.place(target)
    command = unit.command(reader.text(target, CHANNEL) or "")
    start = linux_commands.start(command) if command else Start()
    place = next(one for one in WORST if one in {own, start.place})
    row = entry(unit.shown(name), start._replace(place=place))
    return Service(row["name"], row.get("program"), row["place"])


def _sign(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:SIGNS]
