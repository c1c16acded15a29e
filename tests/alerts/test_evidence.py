"""The chained evidence file: whole as written, and naming what was changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import insert

from alerts import evidence, handling, register
from alerts.evidence import EvidenceError
from alerts.finding import Evidence, Finding, Seen
from alerts.incidents import NotAllowed
from alerts.verifier import BEGINNING, chain_hash
from collector.store.database import Store
from collector.store.tables import agents, epochs, reports
from tests.alerts.builders import NOON, inventory

BODY = '{"kind":"security","section":{"checks":[]}}'


@pytest.fixture
def path(store: Store, tmp_path: Path) -> Path:
    """The evidence of one incident that rests on one report."""
    found = Finding(
        "firewall",
        "pc-1",
        "fail",
        "fail",
        {},
        (Evidence("pc-1", "s", (Seen("no-report"),), 1, NOON),),
    )
    with store.write() as connection:
        connection.execute(
            insert(agents).values(
                id="a", key_hash=b"k", state="approved", hostname="h", joined_at=NOON
            )
        )
        connection.execute(
            insert(epochs).values(id=1, agent="a", epoch="e", ordinal=1, first_received_at=NOON)
        )
        digest = hashlib.sha256(BODY.encode()).digest()
        connection.execute(
            insert(reports).values(
                id=1,
                stream=1,
                agent="a",
                epoch="e",
                seq=1,
                kind="security",
                at=NOON,
                received_at=NOON,
                body=BODY,
                sha256=digest,
            )
        )
        register.record(connection, [found], NOON, inventory())
        handling.act(connection, NOON, "cntt", "VH-2026-0001", "take")
        content = evidence.chained(connection, "VH-2026-0001", NOON)
    file = tmp_path / "VH-2026-0001.jsonl"
    file.write_bytes(content)
    return file


def changed(path: Path, old: str, new: str) -> str | None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return evidence.verify(path).problem


def test_a_file_as_written_is_whole_and_holds_the_report_it_rests_on(path: Path) -> None:
    checked = evidence.verify(path)
    assert checked.problem is None
    # header, incident, opened, take, the report, two audit rows
    assert checked.rows == 7
    assert "checks" in path.read_text("utf-8")


def test_a_changed_row_is_named(path: Path) -> None:
    assert changed(path, "cntt", "khac") == "line 4 (incident_changes): was changed"


def test_a_dropped_row_is_named(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2] + lines[3:]))
    assert evidence.verify(path).problem == (
        "line 3 (incident_changes): not chained to the line before it"
    )


def test_a_cut_off_end_is_named(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    assert evidence.verify(path).problem == "the end is missing after line 7"


def test_a_row_after_the_end_is_named(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines, lines[0]]))
    assert evidence.verify(path).problem == "line 9: stands after the end of the file"


def test_a_report_whose_body_was_changed_before_the_file_was_made_is_named(path: Path) -> None:
    lines = [msgspec.json.decode(raw, type=evidence.Line) for raw in path.read_bytes().splitlines()]
    previous, forged = BEGINNING, []
    for line in lines:
        row = line.row.replace("checks", "cheats") if line.kind == "report" else line.row
        made = evidence.Line(line.kind, row, previous, chain_hash(previous, line.kind, row))
        forged.append(msgspec.json.encode(made))
        previous = made.hash
    path.write_bytes(b"\n".join(forged))
    problem = evidence.verify(path).problem
    assert problem == "line 5 (report): the body does not have the hash it came with"


def test_rows_that_are_no_objects_are_named_although_their_chain_fits(tmp_path: Path) -> None:
    for kind, words in (("report", "the body does not have"), ("end", "tells of None rows")):
        digest = chain_hash(BEGINNING, kind, "[")
        file = tmp_path / kind
        file.write_bytes(msgspec.json.encode(evidence.Line(kind, "[", BEGINNING, digest)))
        assert words in str(evidence.verify(file).problem)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"{}\n", b"[]\n", b'{"kind":1}\n'])
def test_a_foreign_file_is_named_as_such(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x"
    file.write_bytes(content)
    assert "line 1: not a row of evidence" in str(evidence.verify(file).problem)


def test_a_missing_file_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="can't be read: No such file"):
        evidence.verify(tmp_path / "none")


def test_an_incident_that_does_not_exist_has_no_evidence(store: Store) -> None:
    with store.read() as connection, pytest.raises(NotAllowed, match="no incident X"):
        evidence.chained(connection, "X", NOON)


def test_the_reports_that_incidents_rest_on_are_named_for_as_long_as_these_are_kept(
    store: Store, path: Path
) -> None:
    with store.read() as connection:
        assert evidence.cited(connection) == {1}
