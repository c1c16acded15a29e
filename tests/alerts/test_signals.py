"""Alertmanager's webhook: what it tells is kept, judged, and let in by its token alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from alerts import signals
from alerts.judge import judged
from alerts.office import Office
from alerts.rules import RULES
from alerts.rules.prometheus_alert import DEAF_AFTER, subjects
from alerts.signals import SignalError, Signals
from backup.status import Backups
from collector.inventory.model import Inventory, Notices
from collector.state import State
from collector.store.database import Store
from tests.alerts.builders import NOON
from tests.alerts.builders import inventory as built

MINUTE = timedelta(minutes=1)


def inventory() -> Inventory:
    return built().model_copy(update={"notices": Notices(alertmanager_token_file="khoa")})


def alert(name: str, status: str = "firing", **labels: str) -> dict[str, Any]:
    """One alert as Alertmanager 0.25 sends it, with what we do not need."""
    return {
        "status": status,
        "labels": {"alertname": name, **labels},
        "annotations": {"summary": "…"},
        "startsAt": "2026-11-23T04:50:00.5Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://127.0.0.1:9090/graph",
        "fingerprint": f"{name}{labels}",
    }


def told(store: Store, *alerts: dict[str, Any], at: datetime = NOON) -> Signals:
    body = {"version": "4", "groupKey": "{}", "status": "firing", "alerts": alerts}
    found = signals.understood(msgspec.json.encode(body), at)
    with store.write() as connection:
        signals.record(connection, found)
    with store.read() as connection:
        return signals.current(connection)


def finding(known: Signals, subject: str, now: datetime = NOON) -> tuple[str, str]:
    of = Office(inventory(), State(), Backups(), now, signals=known)
    by_id = {one.id: one for one in subjects(of.inventory)}
    found = judged(RULES["prometheus-alert"], of, by_id[subject])
    return found.verdict, found.because


def test_an_alert_of_a_line_fails_that_line_until_it_is_resolved(store: Store) -> None:
    watchdog = alert("Watchdog")
    burning = {"line": "chinh", "severity": "critical"}
    known = told(store, watchdog, alert("LineBurnsFast", **burning))
    assert finding(known, "chinh") == ("fail", "fires")
    assert finding(known, "hoa-mai") == ("pass", "quiet")
    known = told(store, alert("LineBurnsFast", "resolved", **burning))
    assert finding(known, "chinh") == ("pass", "quiet")


def test_an_alert_of_no_line_is_the_office_s(store: Store) -> None:
    known = told(store, alert("Watchdog"), alert("DiskOfGrafana", line="khong-khai-bao"))
    assert finding(known, "hoa-mai") == ("fail", "fires")
    assert finding(known, "chinh") == ("pass", "quiet")


def test_who_is_not_heard_says_nothing_at_the_minute(store: Store) -> None:
    assert finding(Signals(), "chinh") == ("unknown", "deaf")
    known = told(store, alert("Watchdog"))
    assert finding(known, "chinh", NOON + DEAF_AFTER) == ("pass", "quiet")
    assert finding(known, "chinh", NOON + DEAF_AFTER + MINUTE) == ("unknown", "deaf")


def test_what_is_a_finding_already_is_left_out(store: Store) -> None:
    ours = (
        alert("AgentSilent", rule="agent-silent"),
        alert("ObligationDue", incident_class="watcher"),
    )
    known = told(store, alert("Watchdog", incident_class="watcher"), *ours)
    assert known.firing == ()
    assert known.heard_at == NOON


def test_a_start_in_the_future_is_none(store: Store) -> None:
    known = told(store, alert("LineBurnsFast"), at=NOON - timedelta(hours=1))
    assert known.firing[0].starts_at == NOON - timedelta(hours=1)


def test_an_office_without_a_token_has_no_such_subjects() -> None:
    assert subjects(built()) == ()
    assert [one.id for one in subjects(inventory())] == ["hoa-mai", "chinh"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b'{"version":"3","alerts":[]}', b'{"version":"4","alerts":[{}]}', b"\xff"],
)
def test_what_is_no_message_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(SignalError, match="version 4"):
        signals.understood(body, NOON)
