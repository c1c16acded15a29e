"""Who issues a paper, as its head prints it, and who receives a copy."""

from __future__ import annotations

from alerts.documents.texts import text
from collector.inventory.model import Documents


def issuing_body(name: str) -> tuple[str, ...]:
    """A People's Committee stands on two lines, its place on the second; others on one."""
    for prefix in (text("form.body-prefix"), text("form.body-prefix-short")):
        if name.lower().startswith(prefix.lower()):
            return (text("form.body-prefix").strip(), name[len(prefix) :])
    return (name,)


def full_name(name: str) -> str:
    """The name as running text writes it: no abbreviation of the People's Committee."""
    return " ".join(issuing_body(name))


def recipients(documents: Documents, addressees: tuple[str, ...]) -> tuple[str, ...]:
    """As the office declared them; else the two that every paper has.

    `Như trên` points to `Kính gửi`: a paper that is addressed to nobody does not say it.
    """
    above = text("recipients.as-above")
    found = documents.recipients or (above, text("recipients.filed"))
    mark = above.rstrip(";.").casefold()
    return tuple(one for one in found if addressees or not one.casefold().startswith(mark))
