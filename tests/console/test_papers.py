"""What a paper is made of: the machine's system in one line, no names, the office's own layout."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from alerts import handling, register
from alerts.documents.model import Fields, Paper
from alerts.documents.redaction import Disclosure
from alerts.finding import Finding
from alerts.office import Office
from collector.messages import LANGUAGES
from collector.readings import Os, System
from collector.store.database import Store, connect
from collector.store.migrate import migrate
from console import clocks, papers
from console.papers import PaperError, Wish, incident_paper, made
from tests.alerts import builders

NOON = builders.NOON
WINDOWS = Os(name="Windows 11 Pro", version="23H2", build="22631")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = connect(f"sqlite:///{tmp_path}/wardwatch.sqlite")
    migrate(store)
    return store


def opened(store: Store, office: Office) -> str:
    values = {"room": "101", "last_at": "-"}
    found = Finding("agent-silent", "pc-1", "fail", "killed", values, (), "security")
    with store.write() as connection:
        (number,) = register.record(connection, [found], NOON, office.inventory).incidents
    store.close()
    return number


def office(os: Os = WINDOWS, **changes: Any) -> Office:
    return builders.office(
        builders.machine("pc-1", system=builders.latest(System(os=os), 2)), **changes
    )


def paper(store: Store, office: Office) -> Paper:
    number = opened(store, office)
    with store.read() as connection:
        found = incident_paper(connection, office, Wish(number), NOON)
    store.close()
    return found


def written(paper: Paper) -> str:
    rows = [row for block in paper.blocks if isinstance(block, Fields) for row in block.rows]
    return "\n".join(line for row in rows for line in getattr(row.value, "lines", ()))


@pytest.mark.parametrize(
    ("os", "line"),
    [
        (WINDOWS, "Windows 11 Pro 23H2, bản dựng 22631"),
        (Os(name="Debian GNU/Linux 12 (bookworm)", version="12"), "Debian GNU/Linux 12 (bookworm)"),
        (Os(version="10.0", build="19045"), "10.0, bản dựng 19045"),
    ],
)
def test_the_system_is_told_once_with_version_and_build(store: Store, os: Os, line: str) -> None:
    assert line in written(paper(store, office(os))).splitlines()


def test_the_paper_says_which_rule_found_it(store: Store) -> None:
    assert "tự động phát hiện theo quy tắc “Máy tính không gửi báo cáo”" in written(
        paper(store, office())
    )


def test_a_relative_folder_of_layouts_lies_beside_the_inventory(
    store: Store, tmp_path: Path
) -> None:
    documents = {"place": "Hoa Mai", "templates": "mau"}
    seen = office(documents=documents)
    folder = papers.templates(seen, tmp_path / "inventory.yaml")
    assert folder == tmp_path / "mau"
    assert papers.templates(office(), tmp_path / "inventory.yaml") is None
    folder.mkdir()
    (folder / "police.typ").write_text("#this-is-no-typst(", "utf-8")
    with pytest.raises(PaperError, match=r"mau/police\.typ"):
        made(paper(store, seen), "pdf", folder)


def test_the_yearly_reports_are_told_sixty_days_before() -> None:
    near = [(one.due_on.isoformat(), one.days_left) for one in clocks.coming(office(), "vi")]
    assert near == [("2026-12-10", 17), ("2026-12-20", 27), ("2026-12-25", 32)]
    for language in LANGUAGES:
        told = [(one.name, one.to) for one in clocks.coming(office(), language)]
        assert len({name for name, _ in told}) == len({to for _, to in told}) == 3
    spring = replace(office(), now=datetime(2026, 4, 11, 5, tzinfo=UTC))
    assert [one.days_left for one in clocks.coming(spring, "en")] == [60]
    earlier = replace(office(), now=datetime(2026, 4, 10, 5, tzinfo=UTC))
    assert clocks.coming(earlier, "en") == ()


def test_a_note_that_names_an_official_leaves_the_office_without_the_name(store: Store) -> None:
    seen = office()
    named = seen.inventory.people[0].model_copy(update={"name": "Họ Tên Ví Dụ"})
    seen = replace(seen, inventory=seen.inventory.model_copy(update={"people": (named,)}))
    number = opened(store, seen)
    with store.write() as connection:
        handling.act(connection, NOON, "cntt", number, "note", "Họ Tên Ví Dụ đã tắt máy")
    with store.read() as connection:
        hidden = incident_paper(connection, seen, Wish(number), NOON)
        shown = incident_paper(
            connection, seen, Wish(number, disclosure=Disclosure(user_names=True)), NOON
        )
    store.close()
    assert "Họ Tên Ví Dụ" not in written(hidden)
    assert "Họ Tên Ví Dụ đã tắt máy" in written(shown)
