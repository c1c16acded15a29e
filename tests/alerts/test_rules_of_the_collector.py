"""Rules that judge the collector itself: both sides of each edge, and what nobody looked at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from alerts.finding import Finding
from alerts.own import DutyHealth, Own
from alerts.rules import RULES, own
from tests.alerts.builders import GIB, NOON, finding, office

OF_TABLE = sorted(rule.id for rule in RULES.values() if getattr(rule.judge, "func", 0) is own.judge)
WELL = Own(
    at=NOON,
    disk_free_bytes=50,
    disk_total_bytes=100,
    database_bytes=GIB,
    certificate_until=NOON + timedelta(days=90),
    duties=(DutyHealth("judgement", NOON),),
    notices_waiting=0,
)


def told(rule: str, **changes: Any) -> Finding:
    return finding(rule, "hoa-mai", replace(office(), own=replace(WELL, **changes)))


@pytest.mark.parametrize("rule", OF_TABLE)
def test_a_collector_that_is_well_passes_and_one_that_nobody_looks_at_does_not(rule: str) -> None:
    assert told(rule).verdict == "pass"
    assert told(rule, at=NOON - timedelta(minutes=10)).verdict == "pass"
    assert told(rule, at=NOON - timedelta(minutes=10, seconds=1)).because == "unwatched"
    assert finding(rule, "hoa-mai", office()).because == "never-read"
    assert told(rule).evidence[0].received_at == NOON


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("collector-disk", {"disk_free_bytes": None}),
        ("collector-disk", {"disk_total_bytes": 0}),
        ("certificate-ending", {"certificate_until": None}),
        ("database-large", {"database_bytes": None}),
        ("duties-failing", {"duties": None}),
        ("notices-stuck", {"notices_waiting": None}),
    ],
)
def test_what_could_not_be_read_of_it_is_unknown(rule: str, changes: Any) -> None:
    assert (told(rule, **changes).verdict, told(rule, **changes).because) == ("unknown", "unread")


DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("rule", "changes", "because"),
    [
        ("collector-disk", {"disk_free_bytes": 11}, "room"),
        ("collector-disk", {"disk_free_bytes": 10}, "filling"),
        ("certificate-ending", {"certificate_until": NOON + 21 * DAY + MINUTE}, "runs"),
        ("certificate-ending", {"certificate_until": NOON + 21 * DAY}, "ending"),
        ("certificate-ending", {"certificate_until": NOON}, "ended"),
        ("database-large", {"database_bytes": 20 * GIB}, "small"),
        ("database-large", {"database_bytes": 20 * GIB + 1}, "large"),
        ("duties-failing", {"duties": (DutyHealth("lines", NOON, "OSError"),)}, "failing"),
        ("duties-failing", {"duties": (DutyHealth("lines", NOON, late=True),)}, "failing"),
        ("inventory-broken", {"inventory_problem": "dòng 3"}, "broken"),
        ("notices-stuck", {"notices_waiting": 2, "notices_since": NOON - 15 * MINUTE}, "waiting"),
        ("notices-stuck", {"notices_waiting": 2, "notices_since": NOON - 16 * MINUTE}, "stuck"),
    ],
)
def test_each_edge_of_its_health(rule: str, changes: Any, because: str) -> None:
    found = told(rule, **changes)
    assert found.because == because
    good = {"room", "runs", "small", "waiting"}
    assert found.verdict == ("pass" if because in good else "fail")
