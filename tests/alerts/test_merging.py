"""Two incidents that are one: what merges, what does not, and where a later signal goes."""

from __future__ import annotations

from typing import Any

import pytest

from alerts import handling, queries, register
from alerts.finding import Finding
from alerts.incidents import NotAllowed
from alerts.reporting import report
from collector.store.database import Store
from tests.alerts.builders import NOON, inventory
from tests.alerts.test_reporting import HOUR, MINUTE, clocks, detected, lost, silence, told


def test_a_merge_ends_the_double_and_the_other_goes_on_from_the_earlier_t0(store: Store) -> None:
    first = told(store, told_at=NOON - 2 * HOUR)
    other = detected(store, MINUTE)
    with store.write() as connection:
        grown = handling.merge(connection, NOON + HOUR, "cntt", first.id, other, "cùng một máy")
    assert (grown.id, grown.level, grown.starts_at) == (other, "M2", NOON - 2 * HOUR)
    assert grown.t0 == NOON + MINUTE, "T0 as recorded is never edited"
    assert clocks(store, first.id) == {}
    assert clocks(store, other)["anm-72h"] == NOON + 70 * HOUR
    with store.read() as connection:
        file = queries.file(connection, other, NOON + HOUR)
        double = queries.file(connection, first.id, NOON + HOUR)
    assert file is not None
    assert double is not None
    assert file.history[-1].action == "merged"
    assert (double.incident.state, double.incident.merged_into) == ("duplicate", other)


def test_what_is_unlike_or_ended_is_not_merged(store: Store) -> None:
    first, second, drill = told(store), told(store), told(store, drill=True)
    with store.write() as connection:
        for into in (first.id, drill.id):
            with pytest.raises(NotAllowed, match="can't be merged"):
                handling.merge(connection, NOON + HOUR, "cntt", first.id, into, "vì")
        handling.act(connection, NOON + HOUR, "cntt", second.id, "void", "nhập nhầm")
        with pytest.raises(NotAllowed, match="has ended"):
            handling.merge(connection, NOON + HOUR, "cntt", first.id, second.id, "vì")
        with pytest.raises(NotAllowed, match="needs a reason"):
            handling.merge(connection, NOON + HOUR, "cntt", first.id, told_again(connection), " ")


def told_again(connection: Any) -> str:
    return report(connection, inventory(), NOON + HOUR, "cntt", lost()).id


def test_a_signal_of_a_merged_double_joins_the_incident_that_goes_on(store: Store) -> None:
    double, other = detected(store, MINUTE), told(store).id
    with store.write() as connection:
        handling.merge(connection, NOON + HOUR, "cntt", double, other, "cùng một máy")
        passing = Finding("agent-silent", "pc-1", "pass", "reporting")
        register.record(connection, [passing], NOON + 2 * HOUR, inventory())
        again = register.record(connection, [silence()], NOON + 3 * HOUR, inventory())
    assert again.incidents == (other,)
