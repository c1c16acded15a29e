from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from collector import sections
from collector.happenings import Events, Happening
from collector.neighbours import Neighbour, Neighbours
from collector.openapi import document
from collector.readings import Presence, System
from collector.software import Installed, Licence, Package, Software, installed
from collector.state import Agent, Latest, fold

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROW = {"at": "2026-11-23T01:02:03Z", "kind": "logon-failed", "channel": "Security", "count": 3}


def typed(kind: str, section: Any) -> msgspec.Struct | None:
    return sections.typed(kind, json.dumps(section).encode())


def test_events_are_typed_and_counted_by_kind() -> None:
    found = typed("events", [ROW, {**ROW, "origin": "external", "count": 2}, {**ROW, "kind": "x"}])
    assert isinstance(found, Events)
    assert found.counts() == {"logon-failed": 5, "x": 3}


def test_no_events_and_events_that_could_not_be_read_are_two_things() -> None:
    assert typed("events", []) == Events(())
    assert typed("events", {}) == Events(None)
    assert Events(None).counts() == {}


def test_a_field_that_a_newer_agent_adds_is_passed_over() -> None:
    found = typed("events", [{**ROW, "new_field": {"a": [1]}}])
    assert found == Events((Happening("2026-11-23T01:02:03Z", "logon-failed", "Security", 3),))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "<script>"},
        {"kind": "logon failed"},
        {"kind": ""},
        {"kind": None},
        {"at": "9" * 41},
        {"channel": "x" * 201},
        {"count": 0},
        {"count": -1},
        {"count": 2**60},
        {"record_id": -1},
        {"record_id": 2**64},
        {"account_sid": "S-1-5-21'; DROP TABLE agents;--"},
        {"account_sid": "nguyen.van.a"},
        {"origin": "203.0.113.7"},
        {"name": "x" * 201},
        {"program": ["x"]},
        {"place": "C:\\Users\\lan"},
    ],
)
def test_a_hostile_event_is_not_believed(wrong: dict[str, Any]) -> None:
    with pytest.raises(sections.SectionError, match="events"):
        typed("events", [{**ROW, **wrong}])


def test_software_is_kept_live_in_figures_and_says_whether_its_lists_are_whole() -> None:
    section = {
        "packages": [{"name": "7-Zip", "version": "24.09", "source": "registry"}, {"name": "x"}],
        "sources": {"registry": "complete", "appx": "partial"},
        "licences": [{"name": "Windows", "ending": "3V66T", "status": "licensed"}],
        "remote_access": ["UltraViewer"],
        "autoruns": {
            "machine": [{"name": "Zalo", "program": "Zalo.exe", "place": "account"}],
            "tasks": [{"name": "Update"}],
        },
    }
    found = typed("software", section)
    assert isinstance(found, Software)
    assert found.packages == (Package("7-Zip", "24.09", source="registry"), Package("x"))
    licences = (Licence(name="Windows", ending="3V66T", status="licensed"),)
    assert installed(found) == Installed(2, False, licences, ("UltraViewer",), 2)
    assert installed(Software()) == Installed(None, False, None, None)
    whole = installed(Software((), {"dpkg": "complete"}))
    assert (whole.packages_total, whole.whole) == (0, True)


@pytest.mark.parametrize(
    ("kind", "section"),
    [
        ("software", {"packages": [{"version": "1"}]}),
        ("software", {"packages": "all"}),
        ("software", {"sources": {"dpkg": "maybe"}}),
        ("software", {"autoruns": {"machine": [{"program": "x.exe"}]}}),
        ("software", {"licences": [{"ending": "VK7JG-NPHTM-C97JM-9MPGT-3V66T"}]}),
        ("neighbours", {"seen": [{"mac": "AA:BB:CC:DD:EE:FF", "state": "stale"}]}),
        ("neighbours", {"seen": [{"mac": "aa:bb:cc:dd:ee:ff", "state": "alive"}]}),
        ("neighbours", {"seen": [{"mac": "aa:bb:cc:dd:ee:ff", "state": "stale"}] * 257}),
        ("presence", {"state": "started", "slept_seconds": -1}),
        ("presence", {"state": "started", "slept_seconds": "long"}),
        ("system", {"network": [{"mac": 5}]}),
    ],
)
def test_a_section_that_does_not_fit_is_not_believed(kind: str, section: Any) -> None:
    with pytest.raises(sections.SectionError, match=kind):
        typed(kind, section)


def test_a_sleep_and_what_was_seen_are_typed() -> None:
    woke = typed("presence", {"state": "started", "reason": "resume", "slept_seconds": 3600.5})
    assert woke == Presence("started", "resume", 3600.5)
    seen = {"seen": [{"mac": "aa:bb:cc:dd:ee:ff", "state": "stale"}]}
    assert typed("neighbours", seen) == Neighbours((Neighbour("aa:bb:cc:dd:ee:ff", "stale"),))
    assert typed("neighbours", {}) == Neighbours(None)
    system = typed("system", {"network": [{"name": "eth0", "mac": "x", "addresses": ["10.0.0.1"]}]})
    assert isinstance(system, System)
    assert system.network is not None


@settings(max_examples=200, deadline=None)
@given(
    some.sampled_from(sorted(sections.TYPED)),
    some.recursive(
        some.none() | some.booleans() | some.integers() | some.text(max_size=9),
        lambda inner: (
            some.lists(inner, max_size=3)
            | some.dictionaries(
                some.sampled_from(
                    ["packages", "seen", "kind", "at", "name", "mac", "sources", "set"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ),
)
def test_any_section_is_typed_or_refused_in_words(kind: str, section: Any) -> None:
    with contextlib.suppress(sections.SectionError):
        assert isinstance(typed(kind, section), sections.TYPED[kind])


def test_the_live_machine_holds_the_newest_of_each() -> None:
    agent = Agent("a1", "pc-01", "approved", "MAY-01", NOON, NOON)
    values = {
        "events": Events(()),
        "software": Installed(1, True, None, None),
        "neighbours": Neighbours(()),
    }
    rows = {kind: Latest(n, NOON, NOON, value) for n, (kind, value) in enumerate(values.items())}
    machine = fold(None, "pc-01", [agent], {"a1": rows})
    assert (machine.events, machine.software, machine.neighbours) == tuple(rows.values())


def test_the_description_tells_events_as_the_list_that_they_are() -> None:
    schemas = document()["components"]["schemas"]
    listed, nothing = schemas["Events"]["anyOf"]
    assert listed["type"] == "array"
    assert nothing == {"type": "object", "maxProperties": 0}
    assert {"Software", "Neighbours", "Happening"} <= set(schemas)
    assert "Installed" not in schemas
