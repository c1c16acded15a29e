"""Whatever a PC sends that fits the wire, judging gives every subject a verdict that can be said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts import judge
from alerts.targets import targets
from alerts.words import because
from collector.readings import (
    Check,
    Cpu,
    Disk,
    Filesystem,
    Hardware,
    Load,
    Memory,
    Monitor,
    Os,
    Presence,
    Security,
    System,
)
from tests.alerts.builders import NOON, agent, latest, machine, office

TEXT = st.text(max_size=20)
WORDS = (
    st.none()
    | TEXT
    | st.sampled_from(["passed", "FAILED", "usb", "{0}", "2026-11-23", "9999-12-31"])
)
NUMBER = st.none() | st.integers(-(2**63), 2**63 - 1)
IDS = st.sampled_from(["firewall", "antivirus", "antivirus-signatures", "updates", "os-supported"])
VERDICTS = st.sampled_from(["pass", "fail", "unknown"])
INTEGERS = st.integers(-(2**63), 2**63 - 1)

HARDWARE = st.builds(
    Hardware,
    cpus=st.none() | st.lists(st.builds(Cpu, cores=NUMBER), max_size=3).map(tuple),
    memory=st.none() | st.builds(Memory, total_bytes=NUMBER),
    disks=st.none()
    | st.lists(
        st.builds(
            Disk,
            name=WORDS,
            model=WORDS,
            size_bytes=NUMBER,
            kind=st.sampled_from(["ssd", "hdd", "unknown"]),
            bus=WORDS,
            health=WORDS,
        ),
        max_size=3,
    ).map(tuple),
    monitors=st.none() | st.lists(st.just(Monitor()), max_size=2).map(tuple),
)
SYSTEM = st.builds(
    System, os=st.none() | st.builds(Os, name=WORDS, version=WORDS, supported_until=WORDS)
)
LOAD = st.builds(
    Load,
    filesystems=st.none()
    | st.lists(
        st.builds(
            Filesystem, mount=TEXT, total_bytes=INTEGERS, available_bytes=INTEGERS, type=WORDS
        ),
        max_size=3,
    ).map(tuple),
)
CHECKS = st.builds(
    Security,
    checks=st.lists(
        st.builds(Check, IDS, VERDICTS, source=WORDS, observed=WORDS, reason=WORDS), max_size=6
    ).map(tuple),
)
SAID = st.builds(Presence, st.sampled_from(["started", "stopped", "shutdown", "sleep"]))


def received(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Read at some time in the last years or in the future, or never."""
    ages = st.integers(-(10**8), 10**8).map(lambda seconds: timedelta(seconds=seconds))
    return st.none() | st.builds(latest, values, st.integers(1, 9), ages)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    hardware=received(HARDWARE),
    system=received(SYSTEM),
    load=received(LOAD),
    security=received(CHECKS),
    presence=received(SAID),
    silent_seconds=st.integers(-(10**8), 10**8),
)
def test_any_reading_is_judged_counted_and_said(silent_seconds: int, **readings: Any) -> None:
    seen = agent(last_report_at=NOON - timedelta(seconds=silent_seconds))
    here = office(machine(agent=seen, **readings))
    found = judge.findings(here)
    for one in found:
        assert one.because != "rule-failed", one
        for language in ("vi", "en"):
            assert because(one, language, "Asia/Ho_Chi_Minh")
    for figure in targets(here, found):
        assert figure.passing + figure.failing + figure.unknown == figure.denominator
