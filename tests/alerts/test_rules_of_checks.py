"""Rules that pass on a PC's own security checks: every check has one, and both sides are told."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from agent.checks import CHECKS
from agent.checks.windows import WINDOWS_CHECKS
from alerts.rules import RULES, checks
from collector.readings import Check, Os, Security, System
from tests.alerts.builders import NOON, SYSTEM, finding, latest, machine, office, security

INSIDE = {"antivirus-signatures": "antivirus"}
"""Judged together with another check."""
ONE_FAMILY = {
    "antivirus-scan",
    "credential-guard",
    "llmnr",
    "ntlm",
    "shares",
    "ssh",
    "tamper-protection",
} | {
    "uac",
    "vbs",
    "wdigest",
}
OF_TABLE = sorted(
    rule.id for rule in RULES.values() if getattr(rule.judge, "func", None) is checks.judge
)


def of(family: str | None) -> System:
    return replace(SYSTEM, os=Os(family=family, name="Hệ X"))


def family(rule: str) -> str:
    return "linux" if rule == "ssh" else "windows"


def test_every_check_of_the_agent_is_judged() -> None:
    made = {*CHECKS, *WINDOWS_CHECKS}
    assert {INSIDE.get(name, name) for name in made} <= set(RULES)
    assert set(OF_TABLE) <= made


@pytest.mark.parametrize("rule", OF_TABLE)
def test_a_check_passes_and_fails_as_the_pc_says_and_names_its_report(rule: str) -> None:
    own = latest(of(family(rule)), 2)
    for verdict in ("pass", "fail", "unknown"):
        here = office(machine(system=own, security=security({rule: verdict}, 77)))
        found = finding(rule, "pc-1", here)
        assert (found.verdict, found.because) == (verdict, verdict)
        assert [one.report for one in found.evidence] == [77]


@pytest.mark.parametrize("rule", OF_TABLE)
def test_what_was_not_read_or_not_checked_is_unknown(rule: str) -> None:
    assert finding(rule, "pc-1", office()).verdict == "unknown"
    here = office(machine(system=latest(of(family(rule)), 2), security=security({})))
    assert finding(rule, "pc-1", here).because == "not-checked"


@pytest.mark.parametrize("rule", sorted(ONE_FAMILY))
def test_a_check_of_one_family_has_nothing_to_check_on_the_other(rule: str) -> None:
    other = "windows" if rule == "ssh" else "linux"
    here = office(machine(system=latest(of(other), 2), security=security({})))
    found = finding(rule, "pc-1", here)
    assert (found.verdict, found.because) == ("pass", "other-system")
    assert found.evidence[0].report == 2
    unread = office(machine(system=latest(of(None), 2), security=security({})))
    assert finding(rule, "pc-1", unread).because == "not-checked"


def test_only_what_is_a_sign_of_an_attack_opens_an_incident() -> None:
    assert {rule for rule in OF_TABLE if RULES[rule].opens_incident} == {"hosts-file", "uac"}


@pytest.mark.parametrize(
    ("verdict", "observed", "expected"),
    [
        ("pass", "Kaspersky: protecting, Microsoft Defender: protecting", ("fail", "several")),
        ("pass", "Kaspersky: protecting, Microsoft Defender: passive mode", ("pass", "one")),
        ("fail", "no antivirus is registered", ("pass", "one")),
        ("unknown", "Bkav: its state is not told", ("unknown", "untold")),
    ],
)
def test_two_products_that_protect_at_once_are_one_too_many(
    verdict: str, observed: str, expected: tuple[str, str]
) -> None:
    told = Security((Check("antivirus", verdict, "AntiVirusProduct", observed),))  # type: ignore[arg-type]
    found = finding("antivirus-several", "pc-1", office(machine(security=latest(told, 5))))
    assert (found.verdict, found.because) == expected
    assert found.evidence[0].report == 5
    assert finding("antivirus-several", "pc-1", office(now=NOON)).because == "never-read"
    bare = office(machine(security=security({})))
    assert finding("antivirus-several", "pc-1", bare).because == "untold"
