"""A report as it stands in the spool and goes over the wire: its JSON text, and its checksum."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from agent.lean import Any
from agent.report import Gap, Written

WRITER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


def body(
    kind: str,
    at: str,
    section: Any,
    gaps: Sequence[Gap],
    cpu_seconds: float,
    read_at: str | None = None,
) -> str:
    """The report without its number, which the spool gives it."""
    # ASCII alone: half a letter from a broken file name cannot make the text unsendable.
    head = {"kind": kind, "at": at, **({"read_at": read_at} if read_at else {})}
    told = section.text if isinstance(section, Written) else WRITER.encode(section)
    rest = {
        "gaps": [{"field": gap.field, "cause": gap.cause} for gap in gaps],
        "cpu_seconds": round(cpu_seconds, 4),
    }
    return f'{WRITER.encode(head)[:-1]},"section":{told},{WRITER.encode(rest)[1:]}'


def checksum(kind: str, held: str | bytes) -> bytes:
    """Of what lies on the disk, so that nothing damaged is unpacked."""
    body = held.encode() if isinstance(held, str) else held
    return hashlib.sha256(f"{kind}\n".encode("utf-8", "replace") + body).digest()
