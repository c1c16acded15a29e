"""The papers on a line: what they conclude, what they leave open, and that asked again they are the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, create_engine, insert, update

from alerts.documents.docx import docx
from alerts.documents.fonts import TINOS
from alerts.documents.line_digest import LineDigest
from alerts.documents.line_month import line_month
from alerts.documents.line_outage import LOOKS_SHOWN, line_outage
from alerts.documents.line_tables import share
from alerts.documents.model import missing
from alerts.documents.pdf import pdf
from alerts.documents.period import PeriodError
from alerts.documents.redaction import Disclosure
from collector.inventory.model import Inventory
from collector.line_readings import LineReading
from collector.lines import ledger, tables
from collector.lines.blame import Around
from collector.store.columns import METADATA
from console.line_papers import LineError, month_digest, outage_digest
from tests import lines_month
from tests.alerts.document_samples import example
from tests.alerts.paper_texts import text_of
from tests.alerts.sample_digests import ZONE, line_digests

FIRST = date(2026, 10, 1)
END = datetime(2026, 11, 1, tzinfo=ZONE)


@pytest.fixture(scope="module")
def office(example_inventory_path: Path) -> Inventory:
    return example(example_inventory_path)


@pytest.fixture(scope="module")
def digests(office: Inventory) -> tuple[LineDigest, LineDigest]:
    return line_digests(office)


@pytest.fixture
def connection(office: Inventory) -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.begin() as opened:
        METADATA.create_all(opened)
        lines_month.fill(opened, office, office.lines[0], FIRST, END + timedelta(days=5))
        yield opened
    engine.dispose()


def test_a_month_asked_again_a_year_later_is_the_same_bytes(
    connection: Connection, office: Inventory
) -> None:
    line = office.lines[0]
    then = line_month(month_digest(connection, office, line.id, "2026-10", END))
    # What comes after the month, and an interruption that began in it and ended later, change nothing.
    later = {"line": line.id, "began_at": END + timedelta(hours=1), "ended_at": END}
    later |= {"party": "power", "because": "on-battery", "evidence": "[]", "judged_at": END}
    connection.execute(insert(tables.interruptions).values(later))
    lines_month.fill(connection, office, line, date(2026, 12, 1), END + timedelta(days=40))
    again = month_digest(connection, office, line.id, "2026-10", END + timedelta(days=400))
    assert line_month(again) == then
    assert pdf(line_month(again), typeface=TINOS) == pdf(then, typeface=TINOS)
    assert docx(line_month(again)) == docx(then)


def test_an_interruption_over_the_months_end_tells_no_more_than_was_known_then(
    connection: Connection, office: Inventory
) -> None:
    line = office.lines[0]
    row = {"line": line.id, "began_at": END - timedelta(minutes=5), "ended_at": None}
    row |= {"party": "unknown", "because": "one-observer", "evidence": "[]", "judged_at": END}
    connection.execute(insert(tables.interruptions).values(row))
    then = line_month(month_digest(connection, office, line.id, "2026-10", END))
    over = update(tables.interruptions).where(tables.interruptions.c.ended_at.is_(None))
    connection.execute(over.values(ended_at=END + timedelta(minutes=9)))
    assert line_month(month_digest(connection, office, line.id, "2026-10", END)) == then
    assert "chưa thông lại" in text_of(then)


def test_a_running_month_is_provisional_and_the_same_all_day_long(
    connection: Connection, office: Inventory
) -> None:
    line, noon = office.lines[0], datetime(2026, 10, 20, 12, tzinfo=ZONE)
    found = line_month(month_digest(connection, office, line.id, "2026-10", noon))
    told = text_of(found)
    assert "tháng chưa kết thúc" in told
    assert "đến hết ngày 19 tháng 10 năm 2026" in told
    assert "20/10/2026 |" not in told
    evening = noon + timedelta(hours=11)
    assert line_month(month_digest(connection, office, line.id, "2026-10", evening)) == found


def test_every_figure_of_the_month_names_where_its_rows_stand(
    digests: tuple[LineDigest, LineDigest],
) -> None:
    paper = line_month(digests[0])
    told = text_of(paper)
    assert "99,80% | 99,50% | Phụ lục I" in told
    assert "nhà cung cấp: đường vào cơ quan | 1 | 12,0 | 12,0 | Phụ lục II" in told
    assert "Tải xuống | 300 | 186,0 | 287,2 | 293,7 | 95,73% | Phụ lục III" in told
    assert [one.title for one in paper.appendices][-1] == "DANH MỤC BẢN GHI GỐC"
    for number in digests[0].records:
        assert f"\n{number} | " in told
    for number, digest in digests[0].sums.items():
        assert f"Gián đoạn số {number} | " in told
        assert digest in told


def test_what_nobody_measured_or_looked_at_is_unknown_and_never_well(office: Inventory) -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as opened:
        METADATA.create_all(opened)
        told = text_of(line_month(month_digest(opened, office, office.lines[1].id, "2026-10", END)))
    engine.dispose()
    assert "Tính mọi giờ | 44.640,0 | 0,0 | 0,0 | 44.640,0 | chưa rõ" in told
    assert "tốc độ chưa rõ" in told
    assert "100,00%" not in told


def test_the_outage_sheet_blames_the_provider_by_what_several_machines_saw(
    digests: tuple[LineDigest, LineDigest],
) -> None:
    paper = line_outage(digests[1])
    told = text_of(paper)
    assert "Kết luận: nhà cung cấp: đường vào cơ quan." in told
    assert "(bản ghi: 10, 11)" in told
    assert told.count("| không tới nhà cung cấp |") == 3
    assert "09:04:30 07/10 | 0,6 ms | 2,1 ms |" in told
    assert missing(paper) == ()


@pytest.mark.parametrize(
    ("number", "said", "asked"),
    [
        (3, "không thuộc nhà cung cấp mà do: mất điện", False),
        (5, "Chưa đủ căn cứ kết luận nguyên nhân", True),
    ],
)
def test_what_is_not_the_providers_is_not_laid_at_its_door(
    connection: Connection, office: Inventory, number: int, said: str, asked: bool
) -> None:
    told = text_of(line_outage(outage_digest(connection, office, "duong-chinh", number, END)))
    assert said in told
    assert "Kết luận: nhà cung cấp" not in told
    for one in ("Đề nghị nhà cung cấp kiểm tra, khắc phục", "IV. ĐỀ NGHỊ", "Thời hạn trả lời"):
        assert (one in told) == asked


def test_what_devices_told_meanwhile_stands_beside_the_votes(
    digests: tuple[LineDigest, LineDigest],
) -> None:
    lost = digests[1].outage
    assert lost is not None
    assert "Các thiết bị cùng lúc đó" not in text_of(line_outage(digests[1]))
    seen = replace(lost.interruption, around=Around(on_battery=True, router_up=False))
    told = text_of(line_outage(replace(digests[1], outage=replace(lost, interruption=seen))))
    assert "Bộ lưu điện: đang chạy pin; Bộ định tuyến: vừa im lặng." in told


def test_an_outage_that_lasts_says_so_and_old_looks_are_missed_not_invented(
    connection: Connection, office: Inventory
) -> None:
    row = {"line": "duong-chinh", "began_at": END - timedelta(minutes=5), "ended_at": None}
    row |= {"party": "unknown", "because": "one-observer", "evidence": "[]", "judged_at": END}
    connection.execute(insert(tables.interruptions).values(row))
    told = text_of(line_outage(outage_digest(connection, office, "duong-chinh", None, END)))
    assert "Chưa thông lại tại thời điểm lập thông báo" in told
    assert "đã quá hạn lưu" in told


def test_of_a_long_outage_beginning_and_end_are_shown_and_the_rest_is_counted(
    digests: tuple[LineDigest, LineDigest],
) -> None:
    looks = tuple(
        LineReading("duong-chinh", END + timedelta(seconds=30 * step), up=False, targets=())
        for step in range(LOOKS_SHOWN + 7)
    )
    paper = line_outage(replace(digests[1], looks=looks))
    assert "Lược bớt 7 lần xem ở giữa" in text_of(paper)
    assert text_of(paper).count("| gián đoạn\n") == LOOKS_SHOWN


def test_internal_addresses_leave_only_where_they_are_ticked(
    connection: Connection, office: Inventory
) -> None:
    one = {"target": "10.20.30.40:443", "error": "timed out"}
    reading = LineReading("duong-chinh", _began(connection), up=False, targets=())
    connection.execute(insert(tables.speed_tests).values(_test(one["target"])))
    ledger.record(connection, reading)
    digest = month_digest(connection, office, "duong-chinh", "2026-10", END)
    assert "10.20.30.40" not in text_of(line_month(digest))
    assert "10.20.30.40" in text_of(line_month(digest, Disclosure(internal_addresses=True)))


def _began(connection: Connection) -> datetime:
    found: datetime = connection.execute(tables.interruptions.select()).first().began_at  # type: ignore[union-attr]
    return found


def _test(server: str) -> dict[str, object]:
    row: dict[str, object] = {"line": "duong-chinh", "asset": "pc-mot-cua-1", "provider": "http"}
    return row | {"server": server, "scope": "lan", "at": END - timedelta(days=2), "bytes_used": 0}


@pytest.mark.parametrize("month", ["2026", "2026-13", "10/2026"])
def test_what_is_no_month_is_told_with_how_to_write_one(
    connection: Connection, office: Inventory, month: str
) -> None:
    with pytest.raises(PeriodError, match="write 2026-11"):
        month_digest(connection, office, "duong-chinh", month, END)


def test_lines_and_interruptions_that_are_not_there_are_told(
    connection: Connection, office: Inventory
) -> None:
    with pytest.raises(LineError, match=r"declared: duong-chinh"):
        month_digest(connection, office, "nobody", "2026-10", END)
    with pytest.raises(LineError, match="no day of 2026-12"):
        month_digest(connection, office, "duong-chinh", "2026-12", END)
    with pytest.raises(LineError, match="interruption 99"):
        outage_digest(connection, office, "duong-chinh", 99, END)
    with pytest.raises(LineError, match="interruption 1"):
        outage_digest(connection, office, "duong-du-phong", 1, END)


def test_a_share_is_cut_and_written_as_offices_do() -> None:
    assert [share(one) for one in (1.0, 0.999_999, 0.5, None)] == [
        "100,00%",
        "99,99%",
        "50,00%",
        "chưa rõ",
    ]
