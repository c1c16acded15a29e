"""Faults of a line: each breaks something real in the lab, and says who is to blame.

`python -m tests.lines_faults NAME`, in a network namespace of its own, prints one JSON value: what
everyone saw before the fault and after it.
"""

from __future__ import annotations

import json
import signal
import subprocess  # noqa: TID251 - builds networks and starts servers in them
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.lines_beyond import Beyond, office
from tests.lines_inside import collector_look, vote
from tests.lines_lab import ADDRESSES, GATEWAY, HOP, NAME_SERVER, PCS, SERVICE, TARGETS, Lab
from tests.namespaces import apart


class Fault:
    """One kind of fault: how it is made, and the verdict that is right. `subject` where one is."""

    def __init__(
        self,
        party: str,
        make: Callable[[Lab, Beyond], None],
        *,
        subject: str | None = None,
        on_battery: bool | None = None,
        bad_resolver: str | None = None,
        cut_off: tuple[str, ...] = (),
        told_late: bool = False,
    ) -> None:
        self.party, self.make, self.subject = party, make, subject
        self.on_battery, self.bad_resolver = on_battery, bad_resolver
        self.cut_off = cut_off
        """PCs whose votes do not reach the collector while it lasts."""
        self.told_late = told_late
        """They are judged by once they are back: what they saw lay in their spools."""


def _nothing(_lab: Lab, _beyond: Beyond) -> None:
    return


def _ports_down(lab: Lab, *ports: str) -> None:
    for port in ports:
        lab.ip("switch", "link", "set", f"p-{port}", "down")


def _switch_off(lab: Lab, _beyond: Beyond) -> None:
    _ports_down(lab, *ADDRESSES, "router")


def _no_way_out(machine: str) -> Callable[[Lab, Beyond], None]:
    def make(lab: Lab, _beyond: Beyond) -> None:
        # As a firewall of its own that lets nothing out of the office.
        lab.ip(machine, "route", "add", "blackhole", "203.0.113.0/24")
        lab.ip(machine, "route", "add", "blackhole", f"{HOP}/32")

    return make


def _no_gateway(lab: Lab, _beyond: Beyond) -> None:
    # The link is up and nothing gets through, as with a Wi-Fi that lost its key.
    lab.ip("switch", "link", "set", "p-pc-3", "nomaster")


def _wrong_gateway(lab: Lab, _beyond: Beyond) -> None:
    # Another device answers for the router's address, as on a socket of another office.
    wrong = ("lladdr", "02:00:00:00:00:99", "dev", "lan0", "nud", "permanent")
    lab.ip("pc-2", "neigh", "replace", GATEWAY, *wrong)


def _router_off(lab: Lab, _beyond: Beyond) -> None:
    lab.ip("router", "link", "set", "lan0", "down")
    lab.ip("router", "link", "set", "wan0", "down")


def _cut(lab: Lab, _beyond: Beyond) -> None:
    lab.ip("provider", "link", "set", "access0", "down")


def _hop_dead(lab: Lab, _beyond: Beyond) -> None:
    # The cable is in and the provider's router does not answer.
    lab.ip("provider", "addr", "del", f"{HOP}/30", "dev", "access0")


def _black_hole(lab: Lab, _beyond: Beyond) -> None:
    lab.ip("provider", "route", "add", "blackhole", "203.0.113.0/24")


def _unreachable(lab: Lab, _beyond: Beyond) -> None:
    lab.ip("provider", "route", "add", "unreachable", "203.0.113.0/24")


def _one_target_gone(lab: Lab, _beyond: Beyond) -> None:
    lab.ip("provider", "route", "add", "blackhole", f"{TARGETS[0].partition(':')[0]}/32")


def _says(*faults: str) -> Callable[[Lab, Beyond], None]:
    return lambda _lab, beyond: beyond.fail(*faults)


FAULTS: dict[str, Fault] = {
    "nothing": Fault("none", _nothing),
    "one PC's own firewall": Fault("pc", _no_way_out("pc-2"), subject="pc-2"),
    "the collector's own firewall": Fault("pc", _no_way_out("collector"), subject="collector"),
    "one PC's resolver": Fault("pc", _nothing, subject="pc-1", bad_resolver="pc-1"),
    "one PC's cable": Fault(
        "cable-or-wifi",
        lambda lab, _beyond: _ports_down(lab, "pc-1"),
        subject="pc-1",
        cut_off=("pc-1",),
        told_late=True,
    ),
    "one PC's Wi-Fi": Fault(
        "cable-or-wifi", _no_gateway, subject="pc-3", cut_off=("pc-3",), told_late=True
    ),
    "one PC in a wrong network": Fault("cable-or-wifi", _wrong_gateway, subject="pc-2"),
    "switch off": Fault("switch", _switch_off, cut_off=PCS),
    "router off": Fault("router", _router_off),
    "power gone": Fault("power", _switch_off, on_battery=True, cut_off=PCS),
    "access line cut": Fault("provider-access", _cut),
    "provider's hop dead": Fault("provider-access", _hop_dead),
    "upstream black hole": Fault("provider-upstream", _black_hole),
    "upstream unreachable": Fault("provider-upstream", _unreachable),
    "one target in maintenance": Fault("none", _one_target_gone),
    "name server silent": Fault("dns", _says("dns-silent")),
    "name server refuses": Fault("dns", _says("dns-servfail")),
    "service answers 503": Fault("remote-service", _says("web-503"), subject=f"{SERVICE}:443"),
    "service silent": Fault("remote-service", _says("web-silent"), subject=f"{SERVICE}:443"),
    "service resets": Fault("remote-service", _says("web-resets"), subject=f"{SERVICE}:443"),
}


def looked(lab: Lab, beyond: Beyond, fault: Fault) -> dict[str, Any]:
    """All machines look at the same time, each from inside; their answers as JSON."""
    authority = str(beyond.folder / "authority.pem")
    told = {"collector": lab.inside("collector", lambda: collector_look(authority))}
    for name in PCS:
        server = "192.168.50.99" if fault.bad_resolver == name else NAME_SERVER
        told[name] = lab.inside(name, partial(vote, server))
    return {name: one.value() for name, one in told.items()}


def run_fault(name: str) -> dict[str, Any]:
    """Break it, and give back what everyone saw before and after."""
    fault = FAULTS[name]
    with office() as (lab, beyond):
        before = looked(lab, beyond, FAULTS["nothing"])
        fault.make(lab, beyond)
        return {"before": before, "after": looked(lab, beyond, fault)}


def within(*words: str, seconds: float = 300.0) -> Any:
    """One verb of this module in a namespace of its own; its JSON answer."""
    done = subprocess.run(
        [*apart("--net"), sys.executable, "-m", "tests.lines_faults", *words],
        capture_output=True,
        timeout=seconds,
        check=False,
        cwd=Path(__file__).resolve().parent.parent,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    json.dump(run_fault(sys.argv[1]), sys.stdout)
