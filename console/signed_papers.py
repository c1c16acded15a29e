"""A signed paper comes back: found by what it signs, checked, and kept beside it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from alerts import filing, signing
from alerts.filing import Draft, Filed
from collector.inventory.model import Inventory


def roots(inventory: Inventory, inventory_path: Path) -> bytes | None:
    """Certificates of the authorities that the office accepts; a relative file lies beside it."""
    declared = inventory.documents.signing_roots
    if declared is None:
        return None
    path = inventory_path.resolve().parent / declared
    try:
        return path.read_bytes()
    except OSError as error:
        raise signing.SigningError(f"documents.signing_roots: {error.strerror}") from error


def take_back(
    connection: Connection,
    now: datetime,
    actor: str,
    incident: str,
    content: bytes,
    trusted: bytes | None,
) -> Filed:
    """Check it against every paper of the incident that was handed out. Raises SigningError."""
    handed_out = [
        one
        for one in filing.listed(connection, incident)
        if one.format == "pdf" and one.signs is None
    ]
    for paper in reversed(handed_out):
        found = filing.one(connection, paper.id)
        if found is None or not content.startswith(found[1]):
            continue
        signatures = signing.checked(found[1], content, trusted)
        if any(one.trusted == "no" for one in signatures):
            raise signing.SigningError(
                "its signature is valid, but by nobody whom documents.signing_roots accepts"
            )
        signer = "; ".join(one.signer for one in signatures)
        name = f"{Path(paper.name).stem}-da-ky.pdf"
        draft = Draft(paper.kind, "pdf", name, content, incident, paper.id, signer)
        number = filing.keep(connection, now, actor, draft)
        kept = filing.one(connection, number)
        if kept is not None:
            return kept[0]
    raise signing.SigningError(f"it is no paper of {incident} that was handed out")
