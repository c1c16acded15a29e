"""The Internet line from this PC: its own gateway and name servers, and the targets pinned here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from agent.host import Host, UnreadableError
from agent.host.reader import Reader
from agent.line import pins
from agent.line.pins import Pin, PinsError
from agent.parse import network
from agent.parse.firmware import told
from agent.report import Reading

if TYPE_CHECKING:  # of a live PC alone
    from agent.line.looking import Heard, Seen

KIND = "line"
CHOSEN = "line:chosen"
PINS = "line:pins"
"""How the resident hands over which lines the collector asks after, and what is pinned here."""
SAMPLES = 3
INTERFACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,14}")


def probe(host: Host, notes: Mapping[str, str] | None = None) -> Reading:
    """One look. Asked by hand (without notes) it takes what is pinned in the agent's own folder."""
    reader = Reader(host)
    gateway, servers = _outward(reader)
    link = _link(reader) if host.system == "linux" else None
    wanted = _pinned(reader, notes)
    section = told(link=link)
    if gateway is None:
        reader.gap("gateway", "this PC has no default route")
    try:
        seen = _look(host, gateway, tuple(servers), wanted)
    except UnreadableError as problem:
        reader.gap("lines", problem.cause)
        return Reading(section, tuple(reader.gaps))
    section |= told(
        gateway=_row(seen.gateway),
        dns=[_row(one) for one in seen.name_servers] or None,
        public_address=seen.public_address,
    )
    section["lines"] = [_line(pin, seen) for pin in wanted]
    if seen.stun and seen.stun.error:
        reader.gap("public_address", f"{seen.stun.target}: {seen.stun.error}")
    return Reading(section, tuple(reader.gaps))


def _outward(reader: Reader) -> tuple[str | None, list[str]]:
    """The gateway and the name servers that this PC itself uses."""
    if reader.host.system == "windows":
        from agent.windows.network import outward

        return outward(reader)
    routes = reader.text("/proc/net/route", "gateway") or ""
    return network.gateway(routes), network.name_servers(
        reader.text("/etc/resolv.conf", "dns") or ""
    )


def _link(reader: Reader) -> dict[str, Any] | None:
    """The interface towards the gateway: whether its cable is in, or its Wi-Fi joined."""
    name = network.outward(reader.text("/proc/net/route", "link") or "")
    names = [name] if name else _plugs(reader)
    for one in filter(INTERFACE.fullmatch, names):
        place = f"/sys/class/net/{one}"
        try:
            # Of an interface that is switched off the kernel tells nothing: EINVAL.
            up = reader.host.read(f"{place}/carrier").strip() == b"1"
        except UnreadableError:
            up = False
        kind = "wifi" if _is_there(reader, f"{place}/wireless") else "ethernet"
        return {"name": one, "up": up, "kind": kind}
    return None


def _plugs(reader: Reader) -> list[str]:
    """Interfaces with hardware behind them; a PC without a route still has its socket."""
    found = reader.names("/sys/class/net", "link") or ()
    return [one for one in found if _is_there(reader, f"/sys/class/net/{one}/device")]


def _is_there(reader: Reader, folder: str) -> bool:
    try:
        reader.host.names(folder)
    except UnreadableError:
        return False
    return True


def _pinned(reader: Reader, notes: Mapping[str, str] | None) -> tuple[Pin, ...]:
    """The lines that are asked after, of those that are pinned."""
    if notes is None:
        from agent import settings

        text = pins.load(settings.folder())
    else:
        text = notes.get(PINS)
    if not text:
        reader.gap("lines", "no line is pinned on this PC: join again to have them")
        return ()
    try:
        found = pins.understood(text)
    except PinsError as problem:
        reader.gap("lines", str(problem))
        return ()
    chosen = found if notes is None else pins.chosen((notes.get(CHOSEN) or "").split())
    return tuple(found[name] for name in chosen if name in found)


def _look(host: Host, gateway: str | None, servers: tuple[str, ...], wanted: Iterable[Pin]) -> Seen:
    from agent.line.looking import Wanted

    mine = tuple(wanted)
    return host.look(
        Wanted(
            gateway=gateway,
            hops=_each(pin.hop for pin in mine if pin.hop),
            targets=_each(one for pin in mine for one in pin.targets),
            name_servers=servers,
            name=next((pin.name for pin in mine if pin.name), None),
            services=_each(one for pin in mine for one in pin.services),
            stun=next((pin.stun for pin in mine if pin.stun), None),
            samples=SAMPLES,
        )
    )


def _each(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))


def _line(pin: Pin, seen: Seen) -> dict[str, Any]:
    by = {one.target: one for one in (*seen.hops, *seen.targets, *seen.services)}
    return told(
        line=pin.line,
        hop=_row(by.get(pin.hop or "")),
        targets=[_row(by[one]) for one in pin.targets],
        http=[_row(by[one]) for one in pin.services] or None,
    )


def _row(heard: Heard | None) -> dict[str, Any] | None:
    if heard is None:
        return None
    return told(
        target=heard.target,
        latency_seconds=_rounded(heard.latency_seconds),
        jitter_seconds=_rounded(heard.jitter_seconds),
        loss_ratio=round(heard.loss_ratio, 4),
        asked=heard.asked,
        error=heard.error,
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 6)
