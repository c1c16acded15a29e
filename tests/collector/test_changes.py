from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from collector import changes
from collector.differences import differences
from collector.ingest import understood
from collector.store.database import Store
from collector.store.tables import agents, inventory_known
from collector.writing import write
from tests.collector.office import NOON, body, enrol, report

DISK = {"name": "sda", "serial": "S1", "health": "good", "size_bytes": 10}
OTHER = {"name": "sdb", "serial": "S2", "health": "good"}


def put(store: Store, agent: str, seq: int, kind: str, section: Any, *gaps: str) -> None:
    sent = report(
        seq, kind, section, gaps=[{"field": field, "cause": "permission denied"} for field in gaps]
    )
    found, _ = understood(agent, body(sent), NOON)
    with store.write() as connection:
        write(connection, [found])


def told(store: Store) -> list[tuple[str, str | None, str | None]]:
    changes.follow(store)
    with store.read() as connection:
        found = changes.changes_of(connection, "pc-01")
    return [(one.path, one.before, one.after) for one in reversed(found)]


def test_the_first_inventory_is_no_change_and_a_changed_field_is_one(store: Store) -> None:
    agent, _ = enrol(store)
    put(store, agent, 1, "hardware", {"disks": [DISK, OTHER]})
    put(store, agent, 2, "hardware", {"disks": [OTHER, DISK]})
    assert told(store) == []
    put(store, agent, 3, "hardware", {"disks": [{**DISK, "health": "failing"}]})
    assert told(store) == [
        ("disks[S1].health", '"good"', '"failing"'),
        ("disks[S2]", '{"name":"sdb","serial":"S2","health":"good"}', None),
    ]


def test_what_could_not_be_read_is_never_said_to_be_gone(store: Store) -> None:
    agent, _ = enrol(store)
    put(store, agent, 1, "hardware", {"disks": [DISK], "memory": {"total_bytes": 8}})
    put(store, agent, 2, "hardware", {"memory": {"total_bytes": 8}}, "disks")
    put(store, agent, 3, "hardware", {}, "hardware")
    put(
        store,
        agent,
        4,
        "hardware",
        {"disks": [{"name": "sda", "serial": "S1", "size_bytes": 10}]},
        "memory",
        "disks[0].health",
    )
    assert [path for path, _, _ in told(store)] == []
    put(store, agent, 5, "hardware", {"disks": [DISK], "memory": {"total_bytes": 16}})
    assert told(store) == [("memory.total_bytes", "8", "16")]


def test_what_is_read_for_the_first_time_after_a_gap_is_not_said_to_have_come(
    store: Store,
) -> None:
    agent, _ = enrol(store)
    put(store, agent, 1, "hardware", {}, "tpm")
    put(store, agent, 2, "hardware", {"tpm": {"version": "2.0"}})
    assert told(store) == []
    put(store, agent, 3, "hardware", {"tpm": {"version": "2.0"}, "board": {"model": "X"}})
    assert told(store) == [("board", None, '{"model":"X"}')]


def test_a_boot_and_a_battery_are_no_change(store: Store) -> None:
    agent, _ = enrol(store)
    for seq, hour in enumerate(("10", "11"), 1):
        put(store, agent, seq, "system", {"boot_at": f"2026-11-23T{hour}:00:00Z"})
        battery = {"name": "BAT0", "charge_ratio": int(hour) / 100, "state": hour}
        put(store, agent, seq + 2, "hardware", {"batteries": [battery]})
    assert told(store) == []


def test_a_report_that_comes_late_changes_nothing(store: Store) -> None:
    agent, _ = enrol(store)
    put(store, agent, 1, "software", {"packages": [{"name": "a", "version": "1"}]})
    put(store, agent, 3, "software", {"packages": [{"name": "a", "version": "3"}]})
    changes.follow(store)
    put(store, agent, 2, "software", {"packages": [{"name": "a", "version": "2"}]})
    assert told(store) == [("packages[a].version", '"1"', '"3"')]


def test_the_next_agent_of_the_machine_goes_on_where_the_last_one_was(store: Store) -> None:
    first, _ = enrol(store)
    put(store, first, 9, "hardware", {"disks": [DISK]})
    second, _ = enrol(store)
    put(store, second, 1, "hardware", {"disks": [OTHER]})
    assert [path for path, _, _ in told(store)] == ["disks[S1]", "disks[S2]"]


def test_what_a_quarantined_agent_says_changes_nothing(store: Store) -> None:
    agent, _ = enrol(store)
    put(store, agent, 1, "hardware", {"disks": [DISK]})
    changes.follow(store)
    with store.write() as connection:
        connection.execute(agents.update().values(state="quarantined", quarantined_at=NOON))
    put(store, agent, 2, "hardware", {"disks": []})
    assert told(store) == []


def test_following_twice_finds_each_change_once(store: Store) -> None:
    agent, _ = enrol(store)
    for seq in range(1, 8):
        put(store, agent, seq, "hardware", {"memory": {"total_bytes": seq}})
    assert changes.follow(store, at_once=2) == 6
    assert changes.follow(store) == 0
    with store.read() as connection:
        assert len(connection.execute(select(inventory_known)).all()) == 1


SCALARS = st.one_of(st.none(), st.integers(0, 2), st.sampled_from(["a", "b"]))
SECTION = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from(["name", "serial", "x", "y"]), inner, max_size=3),
        st.lists(inner, max_size=3),
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(st.sampled_from("abc"), SECTION),
    st.dictionaries(st.sampled_from("abc"), SECTION),
)
def test_whatever_is_compared_is_afterwards_known_without_a_difference(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    found, known = differences(before, after, (), ())
    assert differences(known, after, (), ())[0] == ()
    if before == after:
        assert found == ()
