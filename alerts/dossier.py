"""One archive that an incident's evidence leaves in: readable, checkable offline, sealed.

It holds a timeline for people, the chain, each raw reading, a verifier of the standard library
alone, and a manifest. The comment at its end is the SHA-256 of all bytes before it.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import datetime
from importlib.resources import files as resources

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select

from alerts import evidence, misp, queries, timeline
from alerts.documents.redaction import Disclosure
from alerts.incidents import NotAllowed
from alerts.verifier import CHAIN, COMMENT_BYTES, MANIFEST, MARK
from collector.inventory.model import Inventory
from collector.store.tables import reports

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip member can bear: equal content is equal bytes."""


class Dossier(Struct, frozen=True):
    """The archive, what it is called, and its head to keep elsewhere."""

    name: str
    content: bytes
    sha256: str


def dossier(
    connection: Connection, inventory: Inventory, id: str, now: datetime, shown: Disclosure
) -> Dossier:
    """Everything that the incident rests on, as one sealed archive. Raises NotAllowed.

    `shown` concerns the timeline and the exchange file alone: the raw readings are evidence, and
    go to whoever may see them as they are.
    """
    file = queries.file(connection, id, now)
    if file is None:
        raise NotAllowed("unknown", incident=id)
    chain = evidence.chained(connection, id, now)
    members = {CHAIN: chain, "verify.py": source()}
    members |= _raw(connection, chain)
    members["timeline.html"] = timeline.html(file, inventory, shown).encode()
    if not file.incident.drill and file.incident.kind == "security":
        members["misp.json"] = misp.event(file, inventory, shown)
    members["READ-ME.txt"] = timeline.read_me(file.incident).encode()
    content = packed(members, id, now, drill=file.incident.drill)
    prefix = "dien-tap-chung-cu" if file.incident.drill else "chung-cu"
    name = f"{prefix}-{id.lower()}.zip"
    return Dossier(name, content, hashlib.sha256(content).hexdigest())


def packed(members: dict[str, bytes], id: str, now: datetime, *, drill: bool) -> bytes:
    """The members with their manifest, sealed by a comment over all bytes before it."""
    manifest = {
        "drill": drill,
        "files": {name: hashlib.sha256(one).hexdigest() for name, one in members.items()},
        "incident": id,
        "made_at": now,
        "version": 1,
    }
    told = msgspec.json.format(msgspec.json.encode(manifest, order="sorted"), indent=1)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, one in sorted({**members, MANIFEST: told}.items()):
            member = zipfile.ZipInfo(name, _EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, one)
        archive.comment = MARK + b"0" * 64
    unsealed = made.getvalue()[:-COMMENT_BYTES]
    return unsealed + MARK + hashlib.sha256(unsealed).hexdigest().encode()


def source() -> bytes:
    """The verifier's own text, as it goes into every archive."""
    return resources("alerts").joinpath("verifier.py").read_bytes()


def _raw(connection: Connection, chain: bytes) -> dict[str, bytes]:
    """Each reading that the chain holds, byte for byte as the PC sent it."""
    lines = (msgspec.json.decode(raw, type=evidence.Line) for raw in chain.splitlines())
    numbers = [
        msgspec.json.decode(line.row, type=dict[str, object])["id"]
        for line in lines
        if line.kind == "report"
    ]
    found = connection.execute(
        select(reports.c.id, reports.c.body).where(reports.c.id.in_(numbers))
    )
    return {f"readings/{row.id}.json": row.body.encode() for row in found}
