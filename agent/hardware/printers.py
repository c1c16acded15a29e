"""Printers: the queues of CUPS, and what is plugged in by USB without one."""

from __future__ import annotations

from agent.hardware import usb
from agent.hardware.clean import clean
from agent.host.reader import Reader
from agent.lean import Any

QUEUES = "/etc/cups/printers.conf"


def printers(reader: Reader) -> list[dict[str, Any]] | None:
    """One entry a printer. None where neither CUPS nor USB is there."""
    text = reader.text(QUEUES, "printers")
    plugged = usb.printers(reader)
    if text is None:
        return plugged
    from agent.parse import cups

    found, whole = cups.queues(text)
    if not whole:
        reader.gap("printers", f"lines that cannot be read: {QUEUES}")
    rows = [clean(reader, f"printers[{i}]", row) for i, row in enumerate(found)]
    known = {row["serial"] for row in rows if row.get("serial")}
    return rows + [row for row in plugged or () if row.get("serial") not in known]
