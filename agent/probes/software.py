"""What is installed, under which licences, what starts by itself, and what lets others steer the PC."""

from __future__ import annotations

from agent.host import Host
from agent.host.reader import Reader
from agent.lean import Any
from agent.report import Reading
from agent.software.remote import tools
from agent.software.source import completeness, merged


def probe(host: Host) -> Reading:
    """Each list on its own. `sources` says of which one the whole is there."""
    reader = Reader(host)
    if host.system == "windows":
        from agent.windows import appx, autoruns, licences, software

        store = appx.apps(reader)
        sources = (*software.sources(reader), *((store,) if store else ()))
        services = software.services(reader)
        own = {"licences": licences.licences(reader), "autoruns": autoruns.autoruns(reader)}
    else:
        from agent.software import autoruns as linux_autoruns
        from agent.software import linux
        from agent.software.repositories import repositories

        sources, services = linux.sources(reader), linux.services(reader)
        own = {
            "repositories": repositories(reader),
            "autoruns": linux_autoruns.autoruns(reader),
        }
    if not sources:
        reader.gap("packages", "no list of installed software is known here")
    section: dict[str, Any] = {}
    if sources:
        section = {"packages": merged(sources), "sources": completeness(sources)}
    if not all(one.complete for one in sources):
        reader.gap("remote_access", "not every list of installed software could be read")
    names = [str(package["name"]) for source in sources for package in source.packages]
    if names or services:
        section["remote_access"] = tools((*names, *services))
    section |= {name: value for name, value in own.items() if value is not None and value != {}}
    return Reading(section, tuple(reader.gaps))
