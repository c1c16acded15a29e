"""Whose fault it is that a line does not work, from what several machines found. Pure.

Each observer walks the same way out: its own link, the gateway, the provider's hop, the targets;
then names and services. Where all of them stop is where it broke. What one alone finds tells of
that one: neither the provider nor the router is ever blamed by a single machine's word.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from msgspec import Struct

Party = Literal[
    "pc",
    "cable-or-wifi",
    "switch",
    "router",
    "provider-access",
    "provider-upstream",
    "dns",
    "power",
    "remote-service",
    "none",
    "unknown",
]
PARTIES: tuple[Party, ...] = get_args(Party)
PROVIDERS: frozenset[Party] = frozenset({"provider-access", "provider-upstream"})
"""What the provider has to answer for."""
Stop = Literal["link", "gateway", "hop", "beyond", "dns", "service", "none"]
BROKEN: frozenset[Stop] = frozenset({"link", "gateway", "hop", "beyond"})
WAIT_SECONDS = 60.0
"""The time in which every voter has spoken once. Before, silence means nothing."""


class Observer(Struct, frozen=True):
    """What one machine found. None: not asked, or not known."""

    asset: str
    report: int | None = None
    """The row in `reports`; None: the collector's own look."""
    link: bool | None = None
    gateway: bool | None = None
    hop: bool | None = None
    targets: bool | None = None
    """Whether any answered."""
    names: bool | None = None
    """Whether any name server did."""
    failing_services: tuple[str, ...] = ()
    services_asked: int = 0


class Around(Struct, frozen=True):
    """What devices tell, where there are any that can be asked."""

    on_battery: bool | None = None
    switch_up: bool | None = None
    router_up: bool | None = None


class Blame(Struct, frozen=True):
    """A verdict with its reason: a key of the catalogue under `blame.because`."""

    party: Party
    because: str
    subject: str | None = None
    """The machine, or the service, that it is about."""


def stop(seen: Observer) -> Stop:
    """Where the way out ends for that machine."""
    if seen.targets:
        # Whoever gets out has a link and a router, whether that one answers to a ping or not.
        if seen.names is False:
            return "dns"
        return "service" if seen.failing_services else "none"
    if seen.link is False:
        return "link"
    if seen.gateway is False:
        return "gateway"
    if seen.hop is False:
        return "hop"
    return "none" if seen.targets is None else "beyond"


def blame(
    look: Observer,
    votes: Sequence[Observer],
    around: Around | None = None,
    waited_seconds: float = WAIT_SECONDS,
    expected_voters: int = 0,
) -> Blame:
    """Who is to blame, by the collector's look and the votes that are as fresh as it is.

    `waited_seconds` have passed since the look first showed this; `expected_voters` are asked
    every minute, whether they can be heard or not.
    """
    around = around or Around()
    others = [vote for vote in votes if vote.asset != look.asset]
    everyone = [look, *others]
    broken = [one for one in everyone if stop(one) in BROKEN]
    if len(broken) < len(everyone):
        return _some(everyone, broken)
    return _all(look, others, around, waited_seconds, expected_voters)


def _some(everyone: list[Observer], broken: list[Observer]) -> Blame:
    """At least one machine gets out: the line works, whatever the others say."""
    if len(broken) == 1:
        sick = broken[0]
        if stop(sick) in {"link", "gateway"}:
            return Blame("cable-or-wifi", "one-without-network", sick.asset)
        return Blame("pc", "one-alone", sick.asset)
    if len(broken) > 1:
        local = all(stop(one) in {"link", "gateway"} for one in broken)
        return Blame("switch", "part-of-network") if local else Blame("unknown", "contradiction")
    return _names(everyone) or _services(everyone) or Blame("none", "all-well")


def _names(everyone: list[Observer]) -> Blame | None:
    asked = [one for one in everyone if one.names is not None]
    failing = [one for one in asked if not one.names]
    if not failing:
        return None
    if len(failing) == 1:
        if len(asked) == 1:
            return Blame("unknown", "one-observer")
        return Blame("pc", "one-without-names", failing[0].asset)
    return Blame("dns", "names-fail-everywhere")


def _services(everyone: list[Observer]) -> Blame | None:
    asked = [one for one in everyone if one.services_asked]
    failing = [one for one in asked if one.failing_services]
    if not failing:
        return None
    if len(failing) == 1:
        if len(asked) == 1:
            return Blame("unknown", "one-observer")
        return Blame("pc", "one-without-service", failing[0].asset)
    common = set.intersection(*(set(one.failing_services) for one in failing))
    if not common:
        return Blame("unknown", "contradiction")
    return Blame("remote-service", "service-fails-everywhere", min(common))


def _all(
    look: Observer,
    others: list[Observer],
    around: Around,
    waited_seconds: float,
    expected_voters: int,
) -> Blame:
    """Nobody who can be heard gets out."""
    reached = [one for one in (look, *others) if one.gateway]
    if not reached and around.router_up:
        # It lives and answers no ping: what is broken lies beyond it.
        reached = [one for one in (look, *others) if one.link is not False]
    past = [one for one in reached if one.hop]
    if around.on_battery and not past:
        return Blame("power", "on-battery")
    if reached:
        return _provider(reached, past, bool(others), waited_seconds, expected_voters)
    if around.switch_up is False:
        return Blame("switch", "switch-silent")
    if around.switch_up and around.router_up is False:
        return Blame("router", "switch-answers")
    if others:
        # Their votes came over the switch, so that works.
        return Blame("router", "router-silent")
    return _alone(look, waited_seconds, expected_voters)


def _alone(look: Observer, waited_seconds: float, expected_voters: int) -> Blame:
    """The collector reaches neither the gateway nor anybody else."""
    if not expected_voters:
        return Blame("unknown", "one-observer")
    if look.link is False:
        return Blame("switch", "network-dead")
    if waited_seconds < WAIT_SECONDS:
        return Blame("unknown", "waiting-for-votes")
    return Blame("switch", "nobody-heard")


def _provider(
    reached: list[Observer],
    past: list[Observer],
    voted: bool,
    waited_seconds: float,
    expected_voters: int,
) -> Blame:
    if len(reached) < 2:
        waiting = not voted and expected_voters > 0 and waited_seconds < WAIT_SECONDS
        return Blame("unknown", "waiting-for-votes" if waiting else "one-observer")
    if past:
        return Blame("provider-upstream", "hop-answers")
    if all(one.hop is None for one in reached):
        return Blame("provider-access", "no-hop-declared")
    return Blame("provider-access", "hop-silent")
