"""Restores by program: find a file by name and day, restore it beside, follow it, fetch and remove it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request

from backup import handover, searching
from backup.handover import Handover
from backup.searching import Searched
from console import restores
from console.api.backups import BUSY, set_of
from console.api.operation import File, Nothing, Operation, act, missing, read, user
from console.pages.render import desk
from console.pages.restoring import NAME_MOST

ANY = "application/octet-stream"
LISTED = "/api/backups/restored"


class Restoring(Struct, frozen=True, forbid_unknown_fields=True):
    """One file or folder, or all where none is named; of a snapshot, or the newest of that day."""

    path: Annotated[str, Meta(max_length=4096)] = ""
    snapshot: Annotated[str, Meta(max_length=64)] = ""
    day: str = ""
    """The newest that had come by its end: 2026-11-20."""


def find_files(request: Request) -> Searched:
    """Files of a set by name, in the snapshots that had come by a day."""
    here, wanted = desk(request), set_of(request)
    name = request.query_params.get("name", "").strip()[:NAME_MOST]
    if not name:
        raise HTTPException(400, "name is what is looked for: a part of a file's name, or *.docx")
    until = _until(request, request.query_params.get("day", ""))
    return searching.search(here.workshop.verifier, here.source.current(), wanted, name, until)


def restore(request: Request, asked: Restoring) -> Handover:
    """Restore into a folder of its own on the collector; nothing is overwritten."""
    until = _until(request, asked.day)
    wanted = restores.Asked(set_of(request), asked.path, asked.snapshot, until)
    began = restores.begin(desk(request), user(request), wanted)
    if began is None:
        raise HTTPException(409, BUSY)
    return began


def restored_list(request: Request) -> tuple[Handover, ...]:
    """What was restored for hand-over and what is under way, the newest first."""
    here = desk(request)
    return handover.listed(here.state_folder, here.clock())


def restored(request: Request) -> Handover:
    """One restore: how far it is, or what came of it."""
    here, name = desk(request), request.path_params["name"]
    found = handover.one(here.state_folder, name, here.clock())
    if found is None:
        raise missing(f"nothing was restored as {name}", LISTED)
    return found


def fetch_restored(request: Request) -> File:
    """What was restored: one file as it is, several as a ZIP."""
    name = restored(request).name
    found = restores.fetch(desk(request), user(request), name)
    if found is None:
        raise HTTPException(409, f"{name} holds no file yet: see {LISTED}/{name}")
    return File(found[0], ANY, found[1])


def remove_restored(request: Request, _asked: Nothing) -> tuple[Handover, ...]:
    """Remove what was restored; what is left."""
    name = restored(request).name
    if restores.remove(desk(request), user(request), name) is None:
        raise HTTPException(409, f"{name} is still under way: wait for it in {LISTED}/{name}")
    return restored_list(request)


def _until(request: Request, day: str) -> datetime | None:
    try:
        return restores.until(day, desk(request).source.current().site.timezone)
    except ValueError:
        raise HTTPException(400, "day is one such as 2026-11-20") from None


OPERATIONS: tuple[Operation, ...] = (
    read(
        "/api/backups/{set}/restore",
        find_files,
        Searched,
        name="A part of a file's name or path; * and ? stand for any letters. Must be there.",
        day="Snapshots that had come by its end: 2026-11-20.",
    ),
    act("/api/backups/{set}/restore", restore, Restoring, Handover),
    read("/api/backups/restored", restored_list, tuple[Handover, ...]),
    read("/api/backups/restored/{name}", restored, Handover),
    Operation("GET", "/api/backups/restored/{name}/fetch", fetch_restored, media=(ANY,)),
    act("/api/backups/restored/{name}/remove", remove_restored, Nothing, tuple[Handover, ...]),
)
