"""Who to equip first, with what, why and at what cost: the list behind the plan of equipment. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from msgspec import Struct

from alerts.finding import Finding
from alerts.rules.official_without_machine import officials
from collector.inventory.model import Inventory, Prices

What = Literal[
    "machine", "system", "memory", "ssd", "display", "printer", "scanner", "signature_token"
]
PARTS: Mapping[str, What] = {
    "memory-short": "memory",
    "ssd-missing": "ssd",
    "disk-small": "ssd",
    "display-missing": "display",
    "signature-token": "signature_token",
}
"""What mends each lack of a PC that is worth mending."""
BEYOND = ("processor-weak", "machine-old")
"""With one of these and any other lack a new PC costs less than parts for the old one."""
SHARED: Mapping[str, What] = {"printers-few": "printer", "scanners-few": "scanner"}
ORDER: tuple[What, ...] = (
    *("machine", "system", "ssd", "memory", "display"),
    *("signature_token", "printer", "scanner"),
)


class Reason(Struct, frozen=True):
    """One failing finding behind a need."""

    rule: str
    subject: str
    because: str


class Need(Struct, frozen=True):
    """One line of the plan. `price_vnd` is for all `count` pieces; None: the office named no price."""

    rank: int
    subject: str
    """The official without a PC, the PC, or the site for what is shared."""
    official: str | None
    what: What
    count: int
    reasons: tuple[Reason, ...]
    price_vnd: int | None


class Plan(Struct, frozen=True):
    """The most urgent first. `total_vnd` leaves out what has no price; `unknown` what nobody read."""

    needs: tuple[Need, ...]
    total_vnd: int
    unpriced: tuple[What, ...]
    unknown: tuple[str, ...]
    """Officials and PCs of which nothing can be planned yet, since they were not read."""


def plan(inventory: Inventory, findings: Iterable[Finding]) -> Plan:
    """By findings of any moment: officials without a PC, then PCs by their lacks, then the shared."""
    by = {(one.rule, one.subject): one for one in findings}
    wanted = sorted(_wanted(inventory, by), key=_urgency)
    needs = tuple(
        Need(
            rank,
            one.subject,
            one.official,
            one.what,
            one.count,
            one.reasons,
            _price(inventory.prices, one.what, one.count),
        )
        for rank, one in enumerate(wanted, 1)
    )
    unknown = [
        subject
        for (rule, subject), one in by.items()
        if rule in {"official-without-machine", "machine-below-profile"}
        and one.verdict == "unknown"
    ]
    return Plan(
        needs,
        sum(one.price_vnd or 0 for one in needs),
        tuple(
            what
            for what in ORDER
            if any(one.what == what and one.price_vnd is None for one in needs)
        ),
        tuple(sorted(unknown)),
    )


class _Want(Struct, frozen=True):
    subject: str
    official: str | None
    what: What
    reasons: tuple[Reason, ...]
    count: int = 1


By = Mapping[tuple[str, str], Finding]


def _wanted(inventory: Inventory, by: By) -> Iterator[_Want]:
    for official in officials(inventory):
        without = _failing(by, ("official-without-machine",), official.id)
        if without:
            yield _Want(official.id, official.id, "machine", without)
    for machine in inventory.machines:
        yield from _of_machine(machine.id, machine.person, by)
    for rule, what in SHARED.items():
        for reason in _failing(by, (rule,), inventory.site.id):
            values = by[rule, inventory.site.id].values
            lacking = int(values["wanted"]) - int(values["count"])
            yield _Want(inventory.site.id, None, what, (reason,), lacking)


def _of_machine(asset: str, person: str | None, by: By) -> Iterator[_Want]:
    lacks = _failing(by, PARTS, asset)
    beyond = _failing(by, BEYOND, asset)
    ended = _failing(by, ("os-supported",), asset)
    # Without a TPM 2.0 the system that is still supported does not run on it.
    barred = _failing(by, ("tpm",), asset) if ended else ()
    whole = (*beyond, *ended, *barred, *(one for one in lacks if one.rule != "signature-token"))
    if barred or any(one.rule == "processor-weak" for one in beyond) or (beyond and len(whole) > 1):
        yield _Want(asset, person, "machine", whole)
        lacks = tuple(one for one in lacks if one.rule == "signature-token")
    elif ended:
        yield _Want(asset, person, "system", ended)
    for what in dict.fromkeys(PARTS[one.rule] for one in lacks):
        reasons = tuple(one for one in lacks if PARTS[one.rule] == what)
        yield _Want(asset, person, what, reasons)


def _failing(by: By, rules: Iterable[str], subject: str) -> tuple[Reason, ...]:
    found = (by.get((rule, subject)) for rule in rules)
    return tuple(
        Reason(one.rule, one.subject, one.because)
        for one in found
        if one is not None and one.verdict == "fail"
    )


def _urgency(one: _Want) -> tuple[bool, int, int, str]:
    """Officials with nothing to work on first, then by what is wanted, then by how much is lacking."""
    without = any(reason.rule == "official-without-machine" for reason in one.reasons)
    return (not without, ORDER.index(one.what), -len(one.reasons), one.subject)


def _price(prices: Prices, what: What, count: int) -> int | None:
    if what == "system":  # an upgrade of the system takes an hour of the officer, and no money
        return 0
    price: int | None = getattr(prices, what)
    return None if price is None else price * count
