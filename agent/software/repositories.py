"""Where the PC's packages come from: what comes from elsewhere is updated by nobody the office knows."""

from __future__ import annotations

from collections.abc import Callable

from agent.host.reader import Reader
from agent.parse import repositories as parse
from agent.parse.firmware import Part

LIST, PARTS = "/etc/apt/sources.list", "/etc/apt/sources.list.d"
YUM = "/etc/yum.repos.d"
FORMS: dict[tuple[str, str], Callable[[str], parse.Found]] = {
    (PARTS, "list"): parse.one_line,
    (PARTS, "sources"): parse.deb822,
    (YUM, "repo"): parse.yum,
}
"""By folder and ending, as apt and dnf take them; other files there are none of theirs."""


def repositories(reader: Reader) -> list[Part] | None:
    """One entry an address and suite, as the settings have them. None where there are no settings."""
    folders = {folder: reader.names(folder, "repositories") for folder in (PARTS, YUM)}
    text = reader.text(LIST, "repositories")
    if text is None and all(names is None for names in folders.values()):
        return None
    found = list(_understood(reader, LIST, text or "", parse.one_line))
    for (folder, ending), form in FORMS.items():
        for name in folders[folder] or ():
            if name.endswith(f".{ending}"):
                path = f"{folder}/{name}"
                found += _understood(reader, path, reader.text(path, "repositories") or "", form)
    unique = {str(part): part for part in found}
    return [unique[known] for known in sorted(unique)]


def _understood(
    reader: Reader, path: str, text: str, form: Callable[[str], parse.Found]
) -> tuple[Part, ...]:
    parts, whole = form(text)
    if not whole:
        reader.gap("repositories", f"lines that cannot be read: {path}")
    return parts
