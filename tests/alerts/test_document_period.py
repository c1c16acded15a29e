from __future__ import annotations

import pytest

from alerts.documents.period import PeriodError, period, security_year
from tests.alerts.sample_cases import NOON
from tests.alerts.sample_digests import ZONE


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("2026H1", "2026-01-01", "2026-06-30"), ("2026h2", "2026-07-01", "2026-12-31"),
     ("2027", "2027-01-01", "2027-12-31")],
)  # fmt: skip
def test_a_period_is_a_half_year_or_a_year(text: str, first: str, last: str) -> None:
    found = period(text)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


def test_the_security_year_runs_from_15_to_14_december() -> None:
    found = security_year("2026")
    assert (found.first.isoformat(), found.last.isoformat()) == ("2025-12-15", "2026-12-14")
    with pytest.raises(PeriodError, match="whole year"):
        security_year("2026H1")


@pytest.mark.parametrize("text", ["", "2026H3", "H1", "26", "2026-11", "1999"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(PeriodError, match="is no period"):
        period(text)


def test_a_running_period_is_told_by_the_last_midnight_all_day_long() -> None:
    found = period("2026H2")
    morning, evening = NOON.replace(hour=0, minute=1), NOON.replace(hour=16, minute=59)
    assert found.ends_at(ZONE, morning) == found.ends_at(ZONE, evening)
    assert found.ends_at(ZONE, NOON.replace(hour=17)) > found.ends_at(ZONE, evening)
    after = NOON.replace(year=2027)
    assert found.ends_at(ZONE, after).isoformat() == "2027-01-01T00:00:00+07:00"
    assert [name for name, _ in found.months(ZONE, NOON)] == [
        "Tháng 7", "Tháng 8", "Tháng 9", "Tháng 10", "Tháng 11",
    ]  # fmt: skip
