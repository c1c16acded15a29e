"""Where the PC's packages come from: what comes from elsewhere is updated by nobody the office knows."""

from __future__ import annotations

from agent.host.reader import Reader
from agent.parse import repositories as parse
from agent.parse.firmware import Part

LIST, PARTS = "/etc/apt/sources.list", "/etc/apt/sources.list.d"
YUM = "/etc/yum.repos.d"


def repositories(reader: Reader) -> list[Part] | None:
    """One entry an address and suite, as the settings have them. None where there are no settings."""
    text = reader.text(LIST, "repositories")
    parts = reader.names(PARTS, "repositories")
    others = reader.names(YUM, "repositories")
    if text is None and parts is None and others is None:
        return None
    found = _listed(reader, text or "")
    for name in parts or ():
        if name.endswith(".list"):
            found += _listed(reader, reader.text(f"{PARTS}/{name}", "repositories") or "")
        elif name.endswith(".sources"):
            found += parse.deb822(reader.text(f"{PARTS}/{name}", "repositories") or "")
    for name in others or ():
        if name.endswith(".repo"):
            found += parse.yum(reader.text(f"{YUM}/{name}", "repositories") or "")
    unique = {str(part): part for part in found}
    return [unique[known] for known in sorted(unique)]


def _listed(reader: Reader, text: str) -> list[Part]:
    if not parse.is_list(text):
        reader.gap("repositories", "a line cannot be read")
    return [*parse.one_line(text)]
