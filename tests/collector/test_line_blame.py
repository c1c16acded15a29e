"""Whose fault it is: purely, and over a network of namespaces with real faults."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.lines.availability import spans, summed
from collector.lines.blame import PARTIES, PROVIDERS, Around, Observer, blame
from tests.lines_faults import FAULTS, within
from tests.lines_lab import NOW
from tests.lines_story import is_right, verdict

WELL = Observer("may-chu", None, True, True, True, True, True, (), 1)
TRUTH = st.sampled_from((True, False, None))
OBSERVERS = st.builds(
    Observer,
    st.sampled_from(("pc-1", "pc-2", "pc-3")),
    st.none(),
    *(TRUTH for _ in range(5)),
    st.sampled_from(((), ("a:443",))),
    st.sampled_from((0, 1)),
)


@given(OBSERVERS, st.sampled_from((0.0, 60.0)))
@settings(deadline=None, derandomize=True)
def test_one_sick_pc_never_blames_the_provider(sick: Observer, waited: float) -> None:
    others = [Observer(name, 1, *(True,) * 5) for name in ("pc-8", "pc-9")]
    for look, votes in ((WELL, [sick, *others]), (sick, others), (sick, [])):
        assert blame(look, votes, None, waited, 3).party not in PROVIDERS


@given(OBSERVERS, st.lists(OBSERVERS, max_size=3), st.booleans(), st.integers(0, 3))
@settings(deadline=None, derandomize=True)
def test_every_mixture_has_a_verdict_of_the_list(
    look: Observer, votes: list[Observer], battery: bool, voters: int
) -> None:
    found = blame(look, votes, Around(on_battery=battery), 60, voters)
    assert found.party in PARTIES


@pytest.mark.parametrize("name", ["access line cut", "one PC's own firewall"])
def test_a_real_fault_falls_on_the_right_party_within_a_minute(name: str) -> None:
    seen = within(name)
    fault = FAULTS[name]
    for phases in ((5.0, 25.0, 45.0), (50.0, 30.0, 1.0)):
        found = verdict(seen["before"], seen["after"], fault, 7.0, phases)
        assert is_right(found, fault), found


def test_what_nobody_looked_at_is_neither_up_nor_down() -> None:
    from_start = [(0, True), (30, False), (60, True), (3600, True)]
    looks = [(NOW.replace(minute=0) + timedelta(seconds=at), up) for at, up in from_start]
    total = summed(looks, looks[-1][0] + timedelta(seconds=60), lambda _at: True)
    # The look at one minute stands for three; the rest of the hour is not known.
    assert (total.all_seconds, total.all_up_seconds) == (300, 270)
    assert total.office_ratio == pytest.approx(0.9)
    (span,) = spans(looks)
    assert (span.began_at, span.ended_at) == (looks[1][0], looks[2][0])
