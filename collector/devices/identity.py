"""Maker, model, serial and version out of a walk: the maker's own objects, then the standard ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from collector.devices.makers import MAKERS, OWN, E, Own, enterprise
from collector.devices.reading import Identity
from collector.devices.walk import Walk, column, text, whole

DESCRIPTION = "1.3.6.1.2.1.1.1.0"
OBJECT_ID = "1.3.6.1.2.1.1.2.0"
UPTIME = "1.3.6.1.2.1.1.3.0"
NAME = "1.3.6.1.2.1.1.5.0"
HR_DESCRIPTIONS = "1.3.6.1.2.1.25.3.2.1.3"
PRINTER_SERIAL = "1.3.6.1.2.1.43.5.1.1.17"
UPS = "1.3.6.1.2.1.33.1.1."
RMON_VERSION, RMON_MODEL = "1.3.6.1.2.1.16.19.2.0", "1.3.6.1.2.1.16.19.3.0"
"""probeSoftwareRev and probeHardwareRev (RFC 2021): cheap switches name themselves there."""
ENTITY = "1.3.6.1.2.1.47.1.1.1.1."
ENTITY_COLUMNS = tuple(f"{ENTITY}{number}" for number in (2, 4, 5, 10, 11, 12, 13))
CHASSIS = 3
APC_PARTS = f"{E}318.1.4.2.4.1.4"
"""Versions of the management card's parts: its system, then its application."""
IEEE_1284 = f"{E}11.2.3.9.1.1.7.0"
SCALARS = (DESCRIPTION, OBJECT_ID, UPTIME, NAME)

_HP = re.compile(r"(?:^|,)(SN|PID):([^,]+)")
_BROTHER_VERSION = re.compile(r"Firmware Ver\.?\s*([0-9][\w.]*)")
_CISCO_VERSION = re.compile(r"\bVersion ([^\s,]+)")
_ROUTEROS = re.compile(r"^RouterOS (\S.*)$")
_MDL = re.compile(r"(?:^|;)\s*(?:MDL|MODEL):([^;]+)")
_PRIVATE = {"", "unknown", "n/a", "none", "to be filled by o.e.m.", "0"}


def asked(maker: str | None) -> tuple[str, ...]:
    """The scalars that tell this maker's identity."""
    own = OWN.get(maker or "", Own())
    found = tuple(oid for oid in (own.model, own.serial, own.version) if oid)
    ups = tuple(f"{UPS}{number}.0" for number in (1, 2, 3, 4))
    return (*found, RMON_VERSION, RMON_MODEL, *ups, IEEE_1284)


def maker(walk: Walk) -> str | None:
    """By the enterprise number; a Linux underneath (net-snmp) tells it by whose objects it has."""
    known = MAKERS.get(enterprise(text(walk.get(OBJECT_ID))) or 0)
    if known:
        return known
    for oid in walk:
        name = MAKERS.get(enterprise(oid) or 0) if oid != IEEE_1284 else None
        if name in OWN:
            return name
    told = text(walk.get(f"{UPS}1.0"))
    if told:
        return told
    said = f" {text(walk.get(DESCRIPTION)) or ''} ".casefold()
    return next((name for name in MAKERS.values() if f" {name.casefold()} " in said), None)


def identity(walk: Walk) -> Identity:
    """What the device says that it is."""
    made_by = maker(walk)
    own = OWN.get(made_by or "", Own())
    description = text(walk.get(DESCRIPTION)) or ""
    chassis = _chassis(walk)
    return Identity(
        maker=made_by,
        model=_first(_models(walk, made_by, own, description, chassis)),
        serial=_first(_serials(walk, own, description, chassis)),
        version=_first(_versions(walk, made_by, own, description, chassis)),
    )


def _models(
    walk: Walk, made_by: str | None, own: Own, description: str, chassis: str | None
) -> Iterator[str | None]:
    if own.model:
        yield text(walk.get(own.model))
    if found := _ROUTEROS.match(description):
        yield found[1]
    yield text(walk.get(RMON_MODEL))
    yield _without(made_by, dict(_HP.findall(description)).get("PID"))
    printers = [text(value) for _, value in column(walk, HR_DESCRIPTIONS)]
    if any(name.startswith("1.3.6.1.2.1.43.") for name in walk):
        yield _without(made_by, next((one for one in printers if one), None))
    if found := _MDL.search(text(walk.get(IEEE_1284)) or ""):
        yield _without(made_by, found[1])
    yield text(walk.get(f"{UPS}2.0"))
    if chassis is not None:
        yield _trade_name(text(walk.get(f"{ENTITY}13.{chassis}")))


def _serials(walk: Walk, own: Own, description: str, chassis: str | None) -> Iterator[str | None]:
    if own.serial:
        yield text(walk.get(own.serial))
    yield dict(_HP.findall(description)).get("SN")
    for _, value in column(walk, PRINTER_SERIAL):
        yield text(value)
    if chassis is not None:
        yield text(walk.get(f"{ENTITY}11.{chassis}"))


def _versions(
    walk: Walk, made_by: str | None, own: Own, description: str, chassis: str | None
) -> Iterator[str | None]:
    if made_by == "APC":
        parts = [text(value) for _, value in column(walk, APC_PARTS)]
        if len(parts) >= 2 and parts[0] and parts[1]:
            yield f"AOS {parts[0]} / App {parts[1]}"
    if own.version:
        told = text(walk.get(own.version))
        yield told.removeprefix("DSM ") if told else None
    if found := _BROTHER_VERSION.search(description):
        yield found[1]
    yield text(walk.get(RMON_VERSION))
    if chassis is not None:
        yield text(walk.get(f"{ENTITY}10.{chassis}"))
    yield text(walk.get(f"{UPS}3.0"))
    if made_by == "Cisco" and (found := _CISCO_VERSION.search(description)):
        yield found[1]


def _chassis(walk: Walk) -> str | None:
    """Index of the whole device in ENTITY-MIB: its class says chassis, or it is the first row."""
    for index, value in column(walk, f"{ENTITY}5"):
        if whole(value) == CHASSIS:
            return index
    return next((index for index, _ in column(walk, f"{ENTITY}13")), None)


def _trade_name(model: str | None) -> str | None:
    """Fortinet writes FGT_60F where its label says FortiGate 60F."""
    return f"FortiGate {model[4:]}" if model and model.startswith("FGT_") else model


def _without(made_by: str | None, model: str | None) -> str | None:
    """The model without the maker's name before it and the word "series" after it."""
    if model is None:
        return None
    short = model.removesuffix(" series").strip()
    if made_by and short.casefold().startswith(made_by.casefold() + " "):
        short = short[len(made_by) + 1 :]
    return short or None


def _first(candidates: Iterator[str | None]) -> str | None:
    return next((one for one in candidates if one and one.casefold() not in _PRIVATE), None)
