"""What a scenario is: steps in seconds from its beginning, and what they have to come to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from msgspec.structs import replace

from backup.status import Drill
from collector.devices.reading import DeviceReading, Host, Interface
from tests.scenarios.office import Scripted, local
from tests.scenarios.well import EVERY


class Step(NamedTuple):
    """What happens so many seconds from the beginning."""

    at: int
    act: Callable[[Scripted], None]
    about: tuple[str, ...] = ()
    """Whose incidents it is the cause of; empty: nobody's."""
    kind: str = ""
    """Of the report that tells it."""


MONDAY = "2026-11-23T09:00:00"
AT_NIGHT = "2026-11-23T22:00:00"


@dataclass(frozen=True)
class Scenario:
    """One story. What it comes to stands in `expected.toml` under its name."""

    name: str
    steps: tuple[Step, ...]
    until: int
    """Seconds from the beginning."""
    begins: str = MONDAY
    every: int = EVERY
    devices: tuple[dict[str, Any], ...] = ()

    def play(self, office: Scripted) -> None:
        """Let it happen."""
        for step in self.steps:
            office.until(office.begins + timedelta(seconds=step.at), self.every)
            step.act(office)
            office.judge()  # what comes in is judged as it comes
        office.until(office.begins + timedelta(seconds=self.until), self.every)

    def office(self, store: Any) -> Scripted:
        """The office before anything happens."""
        return Scripted(store, local(self.begins), devices=self.devices)

    def seconds(self, office: Scripted) -> list[int]:
        """Of each incident: from its cause, the last step about its subject, to its opening."""
        found = []
        for at, told in office.opened():
            after = int((at - office.begins).total_seconds())
            causes = [0, *(one.at for one in self.steps if told.split()[1] in one.about)]
            found.append(after - max(one for one in causes if one <= after))
        return found


def checks(at: int, asset: str, **verdicts: str) -> Step:
    """The PC's security checks turn out so from now on (`_` stands for `-`)."""

    def act(office: Scripted) -> None:
        pc = office.pcs[asset]
        pc.checks |= {name.replace("_", "-"): verdict for name, verdict in verdicts.items()}
        office.say(asset, "security", office.security(pc))

    return Step(at, act, (asset,), "security")


def observed(at: int, asset: str, check: str, words: str) -> Step:
    """A check says more than its verdict."""

    def act(office: Scripted) -> None:
        office.pcs[asset].observed[check] = words
        office.say(asset, "security", office.security(office.pcs[asset]))

    return Step(at, act, (asset,), "security")


def event(at: int, asset: str, *kinds: str, count: int = 1, **more: Any) -> Step:
    """The PC tells of what happened on it just now."""

    def act(office: Scripted) -> None:
        moment = office.now.isoformat()
        rows = [
            {"at": moment, "kind": kind, "channel": "Security", "count": count, **more}
            for kind in kinds
        ]
        office.say(asset, "events", rows)

    return Step(at, act, (asset,), "events")


def service(at: int, asset: str, name: str, program: str, place: str) -> Step:
    """A service was installed on the PC just now."""
    what: dict[str, Any] = {"name": name, "program": program, "place": place}
    return event(at, asset, "service-installed", **what)


def hardware(at: int, asset: str, **changed: Any) -> Step:
    """The PC's inventory of hardware says something else."""

    def act(office: Scripted) -> None:
        office.pcs[asset].hardware |= changed
        office.say(asset, "hardware", office.pcs[asset].hardware)

    return Step(at, act, (asset,), "hardware")


def software(
    at: int, asset: str, *packages: str, remote: tuple[str, ...] = (), starts: tuple[str, ...] = ()
) -> Step:
    """Programs were installed; those of `starts` start by themselves, from the account's folder."""

    def act(office: Scripted) -> None:
        told = office.pcs[asset].software
        told["packages"] = [*told["packages"], *({"name": name} for name in packages)]
        told["remote_access"] = [*told["remote_access"], *remote]
        new = [{"name": name, "program": f"{name}.exe", "place": "account"} for name in starts]
        told["autoruns"] = {"machine": [*told["autoruns"]["machine"], *new]}
        office.say(asset, "software", told)

    return Step(at, act, (asset,), "software")


def system(at: int, asset: str, **os: str) -> Step:
    """The PC tells another operating system."""

    def act(office: Scripted) -> None:
        told = office.pcs[asset].system
        office.say(asset, "system", told | {"os": told["os"] | os})

    return Step(at, act, (asset,), "system")


def says(at: int, asset: str, word: str) -> Step:
    """A goodbye, after which nothing more comes; or a greeting."""

    def act(office: Scripted) -> None:
        office.say(asset, "presence", {"state": word})
        office.pcs[asset].talks = word == "started"

    return Step(at, act, (asset,))


def dies(at: int, *assets: str) -> Step:
    """Nothing comes any more, and no goodbye."""

    def act(office: Scripted) -> None:
        for asset in assets or tuple(one for one in office.pcs if one != "may-chu"):
            office.pcs[asset].talks = False

    return Step(at, act, assets or ("hoa-mai",))


def back(at: int, *assets: str) -> Step:
    """They report again."""

    def act(office: Scripted) -> None:
        for asset in assets or tuple(office.pcs):
            office.pcs[asset].talks = True

    return Step(at, act)


def sees(at: int, asset: str, whom: str) -> Step:
    """A neighbour still has an answer from that PC."""

    def act(office: Scripted) -> None:
        row = {"mac": office.pcs[whom].mac, "state": "reachable", "confirmed_seconds": 1}
        office.say(asset, "neighbours", {"seen": [row]})

    return Step(at, act)


def line(at: int, *lines: str, up: bool) -> Step:
    """Internet lines stop or begin to answer."""

    def act(office: Scripted) -> None:
        office.lines_up |= dict.fromkeys(lines, up)

    return Step(at, act, lines)


def room(at: int, asset: str, free_ratio: float) -> Step:
    """So much of the PC's disk is free."""

    def act(office: Scripted) -> None:
        disk = office.pcs[asset].filesystems[0]
        disk["available_bytes"] = int(disk["total_bytes"] * free_ratio)

    return Step(at, act, (asset,), "load")


def clock(at: int, asset: str, seconds: int) -> Step:
    """The PC's clock goes wrong by so much."""

    def act(office: Scripted) -> None:
        office.pcs[asset].off_seconds = seconds

    return Step(at, act, (asset,), "load")


def own(at: int, **changed: Any) -> Step:
    """The collector itself is so."""

    def act(office: Scripted) -> None:
        office.own |= changed

    return Step(at, act, ("hoa-mai",))


def drill(at: int, *, ok: bool) -> Step:
    """A restore was tried."""

    def act(office: Scripted) -> None:
        tried = Drill(office.now, ok, 3, 9, () if ok else ("a.docx",), 1.0)
        sets = {
            name: replace(
                one, last_drill=tried, last_proof_at=office.now if ok else one.last_proof_at
            )
            for name, one in office.backups.sets.items()
        }
        office.backups = replace(office.backups, sets=sets)

    return Step(at, act, ("van-ban",))


def backed_up(at: int) -> Step:
    """Every set was backed up just now."""

    def act(office: Scripted) -> None:
        sets = {
            name: replace(one, last_success_at=office.now)
            for name, one in office.backups.sets.items()
        }
        office.backups = replace(office.backups, sets=sets)

    return Step(at, act)


def officer(at: int, number: int, action: str, reason: str = "") -> Step:
    """The officer acts on the incident of that number."""
    return Step(at, lambda office: office.act(number, action, reason))


def ports(asset: str, *, up: bool) -> DeviceReading:
    """A switch on whose third port that PC alone hangs; without a link it forgets whom it saw."""
    number = int(asset.removeprefix("pc-")) + 1
    hosts = (Host(f"02:00:00:00:00:{number:02x}", "Gi0/3"),) if up else ()
    return DeviceReading(model="Mẫu", interfaces=(Interface("Gi0/3", 3, up=up),), hosts=hosts)


def answers(at: int, *devices: str, reading: DeviceReading | None) -> Step:
    """From now on the devices answer so; None: not at all."""

    def act(office: Scripted) -> None:
        office.devices |= dict.fromkeys(devices, reading)

    return Step(at, act, devices)
