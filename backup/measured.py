"""The rows that a forecast rests on, and those that it is held against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection

from backup import forecast as forecasting
from backup import proofs
from backup.forecast import Forecast, Measured
from backup.plan import Job
from backup.proofs import Detail, Proof

WHOLES = 4
"""Of one set, the newest: what is older says little of the machine as it is now."""
COMPARED = 10
"""Of one set, the newest forecasts that a restore was held against."""


def past(whole: Iterable[Proof], good: Mapping[Job, Proof]) -> dict[str, tuple[Measured, ...]]:
    """By repository: the newest whole restores of each set, and its newest drill.

    What was read out without being written measures no restore. Restores for people are not
    counted in: they may go to a slow disk that is brought in, and are what is forecast.
    """
    found: dict[str, list[Measured]] = defaultdict(list)
    taken: dict[str, int] = defaultdict(int)
    for proof in whole:
        set_id = proof.job.set or ""
        if proof.job.kind == "whole" and not proof.detail.streamed and taken[set_id] < WHOLES:
            taken[set_id] += 1
            found[proof.job.repository].append(_measured(proof, whole=True))
    for job, proof in good.items():
        if job.kind == "drill":
            found[job.repository].append(_measured(proof, whole=False))
    return {repository: tuple(rows) for repository, rows in found.items()}


def forecast(
    connection: Connection, repository: str, set_id: str, files: int, bytes: int
) -> Forecast | None:
    """As of now, for a set of that size; None before its first good drill."""
    good = proofs.newest_good(connection)
    rows = past(proofs.whole(connection), good).get(repository, ())
    bound = good.get(Job("drill", repository, set_id))
    return forecasting.forecast(
        set_id, files, bytes, rows, bound.detail.rto_seconds if bound else None
    )


def errors(whole: Iterable[Proof]) -> dict[str, tuple[float, ...]]:
    """By set, the newest first: measured over forecast, less one; 0.1 took a tenth longer.

    An upper bound is no forecast, and what was not written no restore.
    """
    found: dict[str, list[float]] = defaultdict(list)
    for proof in whole:
        ratio = off(proof.seconds, proof.detail)
        if ratio is not None and len(found[proof.job.set or ""]) < COMPARED:
            found[proof.job.set or ""].append(ratio)
    return {set_id: tuple(each) for set_id, each in found.items()}


def off(seconds: float, detail: Detail) -> float | None:
    """Of one restore; None where there was no forecast, or nothing that it can be held against."""
    ahead = detail.forecast_seconds
    if ahead is None or detail.forecast_basis == "bound" or detail.streamed:
        return None
    return seconds / ahead - 1


def worst(errors: Sequence[float]) -> float | None:
    """The one that was furthest off, with its sign."""
    return max(errors, key=abs, default=None)


def _measured(proof: Proof, *, whole: bool) -> Measured:
    return Measured(
        proof.job.set or "", proof.at, proof.files, proof.bytes, proof.seconds, whole=whole
    )
