"""How running work is told to people: one row for each backup and each proof that is not over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from backup.underway import Proving, Running
from console.words import Words


class Row(NamedTuple):
    """One piece of work; `ratio` is 0 to 1, None where nobody knows it."""

    what: str
    subject: str
    machine: str | None
    """None: the collector itself."""
    since: str
    ratio: float | None
    said: str
    """How far, in words; what stands beside a bar says the same without it."""
    amiss: bool
    """Whether the officer should look into it."""


def rows(w: Words, running: Iterable[Running], proving: Iterable[Proving]) -> tuple[Row, ...]:
    """Backups first, each kind in the order in which it began."""
    return (*(backup(w, one) for one in running), *(proof(w, one) for one in proving))


def backup(w: Words, one: Running) -> Row:
    """A backup on a PC."""
    said: list[str] = []
    if one.ratio is not None:
        figures = {"percent": w.percent(one.ratio), "bytes": w.size(one.bytes)}
        said.append(w.text("backups.so-far", **figures))
    if one.stage != "moving" or not said:
        stage = {"at": w.instant(one.told_at), "span": w.span(one.still_seconds)}
        said.append(w.text(f"backups.stage-{one.stage}", **stage))
    return Row(
        w.text("backups.kind-backup"),
        one.set,
        one.machine,
        w.text("backups.asked-at", ago=w.ago(one.asked_at)),
        one.ratio,
        "; ".join(said),
        one.stage in ("quiet", "still", "restarted"),
    )


def proof(w: Words, one: Proving) -> Row:
    """A proof on the collector."""
    return Row(
        w.named("backups", f"kind-{one.kind}").removeprefix("kind-"),
        _subject(one),
        None,
        w.text("backups.since", ago=w.ago(one.started_at)),
        one.ratio,
        _proof_said(w, one.told_at, one),
        one.quiet,
    )


def _subject(one: Proving) -> str:
    if one.set:
        return one.set
    return "" if one.kind == "selftest" else one.repository


def _proof_said(w: Words, told_at: datetime, one: Proving) -> str:
    said = w.text("backups.no-measure")
    if one.ratio is not None:
        said = w.text(
            "backups.done-of",
            percent=w.percent(one.ratio),
            bytes=w.size(one.bytes),
            of_bytes=w.size(one.of_bytes),
        )
    return said if not one.quiet else w.text("backups.proof-quiet", at=w.instant(told_at))
