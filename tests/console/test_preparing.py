"""An M1 incident's file leaves at once where the office chose so, over a real mail server; no other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from alerts import filing, handling, queries, register, sending
from alerts.finding import Finding
from alerts.incidents import Flag, Level, NotAllowed
from collector.store.migrate import migrate
from console import handing, preparing
from console.desk import Desk, office, open_desk
from console.postman import Postman
from console.settings import Settings
from tests.alerts.builders import NOON
from tests.alerts.document_reading import pdf_words
from tests.alerts.mail_server import Mailbox, serving

POLICE, FORCE = "congan@phuonghoamai.example", "pa05@saokhue.example"
MINUTE = timedelta(minutes=1)


class Clock:
    """Stands still until the test says otherwise."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    with serving(tmp_path_factory.mktemp("mail"), NOON) as box:
        yield box


@pytest.fixture
def box(mailbox: Mailbox) -> Mailbox:
    return mailbox.emptied()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(
    tmp_path: Path, example_inventory_path: Path, box: Mailbox, clock: Clock
) -> Iterator[Desk]:
    text = example_inventory_path.read_text("utf-8")
    assert "send_m1_at_once: false" in text
    text = text.replace("send_m1_at_once: false", "send_m1_at_once: true")
    inventory = tmp_path / "office.yaml"
    inventory.write_text(f"{text}\n{box.declared(tmp_path)}", "utf-8")
    database = f"sqlite:///{tmp_path}/wardwatch.sqlite"
    settings = Settings(1, str(inventory), database, "127.0.0.1:1", "hoa-mai")
    desk = open_desk(settings, tmp_path, clock)
    migrate(desk.store)
    yield desk
    desk.store.close()


def declared(desk: Desk, old: str, new: str) -> None:
    """The office changed its inventory."""
    path = desk.source.path
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def opened(desk: Desk, level: Level | None = "M1", flags: tuple[Flag, ...] = ()) -> str:
    """A killed agent; the officer says how grave it is."""
    found = Finding(
        "agent-silent",
        "pc-ke-toan",
        "fail",
        "killed",
        {"room": "1", "last_at": "-"},
        (),
        "security",
    )
    with desk.store.write() as connection:
        (number,) = register.record(
            connection, [found], desk.clock(), desk.source.current()
        ).incidents
    if level is not None:
        classified(desk, number, level, flags)
    return str(number)


def classified(desk: Desk, number: str, level: Level, flags: tuple[Flag, ...] = ()) -> None:
    with desk.store.write() as connection:
        handling.classify(connection, desk.clock(), "cntt", number, level, flags, "xét lại")


def round_of_duties(desk: Desk) -> tuple[str, ...]:
    with desk.store.read() as connection:
        if not preparing.due(connection, desk.source.current()):
            return ()
    return preparing.tick(desk, office(desk, desk.clock()))


def carried(desk: Desk) -> None:
    """What waits is handed over, and the receipts are written down."""
    postman = Postman(desk)
    postman.tick()
    postman.stop()
    round_of_duties(desk)


def read(desk: Desk, what: Any, *arguments: Any) -> Any:
    with desk.store.read() as connection:
        return what(connection, *arguments)


def digest(part: Message) -> str:
    content: Any = part.get_payload(decode=True)
    return hashlib.sha256(content).hexdigest()


def clocks(desk: Desk, number: str) -> dict[str, str]:
    file = read(desk, queries.file, number, desk.clock())
    return {one.obligation: one.state for one in file.duties}


def test_what_is_m1_leaves_at_once_and_once_and_its_receipts_close_the_first_notice(
    desk: Desk, box: Mailbox
) -> None:
    number = opened(desk)
    assert round_of_duties(desk) == (number,)
    assert clocks(desk, number)["anm-24h"] == "counting", "approved is not sent"
    carried(desk)
    assert sorted(str(one["To"]) for one in box.taken) == [POLICE, FORCE]
    kept = {one.name: one.sha256 for one in read(desk, filing.listed, number)}
    assert len(kept) == 3
    for letter in box.taken:
        assert {
            str(part.get_filename()): digest(part) for part in letter.iter_attachments()
        } == kept
    assert clocks(desk, number)["anm-24h"] == "sent"
    (proof,) = read(desk, queries.file, number, NOON).deliveries
    assert (proof.actor, proof.file_sha256) == (
        "wardwatch",
        kept[f"bao-cao-ban-dau-{number.lower()}.pdf"],
    )
    assert "taken as 1" in proof.receipt
    assert "taken as 2" in proof.receipt
    for _ in range(3):
        carried(desk)
    assert len(box.taken) == 2
    assert round_of_duties(desk) == (), "nothing is left to do"


@pytest.mark.parametrize(
    ("chosen", "level", "drill"), [(False, "M1", False), (True, "M2", False), (True, "M1", True)]
)
def test_nothing_leaves_unasked_where_the_office_did_not_choose_it_nor_of_less_nor_of_a_drill(
    desk: Desk, box: Mailbox, chosen: bool, level: Level, drill: bool
) -> None:
    if not chosen:
        declared(desk, "send_m1_at_once: true", "send_m1_at_once: false")
    number = opened(desk, level)
    if drill:
        with desk.store.write() as connection:
            handling.mark_drill(connection, NOON, "cntt", number, "diễn tập quý IV")
    assert round_of_duties(desk) == (() if drill else (number,))
    carried(desk)
    assert box.taken == []
    assert read(desk, sending.listed, number) == ()


def test_a_file_is_made_anew_when_the_incident_is_judged_otherwise_and_that_one_leaves(
    desk: Desk, box: Mailbox, clock: Clock, tmp_path: Path
) -> None:
    number = opened(desk, None)
    assert round_of_duties(desk) == (number,)
    assert round_of_duties(desk) == ()
    clock.now += MINUTE
    classified(desk, number, "M1")
    assert round_of_duties(desk) == (number,)
    carried(desk)
    parts = [p for p in box.taken[0].iter_attachments() if str(p.get_filename()).endswith(".pdf")]
    sent: Any = parts[0].get_payload(decode=True)
    assert "Mức M1" in pdf_words(sent, tmp_path)
    reports = [one for one in read(desk, filing.listed, number) if one.format == "pdf"]
    first: Any = read(desk, filing.one, reports[0].id)[1]
    assert "Mức M3" in pdf_words(first, tmp_path)
    assert len(reports) == 2, "the one before is kept as well"
    clock.now += MINUTE
    classified(desk, number, "M2")
    assert round_of_duties(desk) == (), "what was sent stays what was sent"


def test_one_of_the_two_alone_does_not_close_the_clock(desk: Desk, box: Mailbox) -> None:
    declared(desk, f"    email: {FORCE}\n", "")
    number = opened(desk)
    round_of_duties(desk)
    carried(desk)
    assert [str(one["To"]) for one in box.taken] == [POLICE]
    assert clocks(desk, number)["anm-24h"] == "counting"


def test_what_cannot_leave_is_said_and_leaves_once_it_can(desk: Desk, box: Mailbox) -> None:
    declared(desk, f"    email: {FORCE}\n", "")
    declared(desk, f"    email: {POLICE}\n", "")
    number = opened(desk)
    with pytest.raises(preparing.NotSentError, match=rf"{number} can't be sent at once"):
        round_of_duties(desk)
    assert len(read(desk, filing.listed, number)) == 3, "the file is there all the same"
    declared(desk, "    phone: 0000 000 002\n", f"    phone: 0000 000 002\n    email: {POLICE}\n")
    round_of_duties(desk)
    carried(desk)
    assert [str(one["To"]) for one in box.taken] == [POLICE]


def test_a_letter_that_was_put_off_goes_by_itself_and_a_refused_one_goes_again_when_told(
    desk: Desk, box: Mailbox, clock: Clock
) -> None:
    declared(desk, f"    email: {FORCE}\n", "")
    number = opened(desk)
    round_of_duties(desk)
    box.answers[:] = ["451 4.7.1 later"]
    carried(desk)
    (dispatch,) = read(desk, sending.listed, number)
    assert (dispatch.state, dispatch.letter.attempts) == ("waiting", 1)
    box.answers[:] = ["554 5.7.1 never"]
    clock.now += MINUTE
    carried(desk)
    (dispatch,) = read(desk, sending.listed, number)
    assert dispatch.state == "refused"
    assert "554" in str(dispatch.letter.error)
    carried(desk)
    assert box.taken == []
    with desk.store.write() as connection:
        sending.again(connection, clock.now, "cntt", number, dispatch.id)
    carried(desk)
    assert len(box.taken) == 1
    with desk.store.write() as connection, pytest.raises(NotAllowed, match="was not refused"):
        sending.again(connection, clock.now, "cntt", number, dispatch.id)


def test_the_kept_file_is_handed_over_byte_for_byte_and_stands_on_the_list_once(
    desk: Desk,
) -> None:
    number = opened(desk, "M2")
    round_of_duties(desk)
    kept = read(desk, preparing.newest, number)

    def hand_over(connection: Connection, numbers: tuple[int, ...]) -> tuple[int, ...]:
        return handing.hand_over_kept(connection, NOON, "cntt", number, numbers)

    with desk.store.write() as connection:
        first = hand_over(connection, kept)
        assert hand_over(connection, kept) == first
        assert len(handing.listed(connection)) == 3
        for place, file in zip(first, kept, strict=True):
            paper, found = handing.paper(connection, place), filing.one(connection, file)
            assert paper is not None
            assert found is not None
            assert (paper.file_name, paper.content) == (found[0].name, found[1])
        handing.take_back(connection, NOON, "cntt", first[0])
        assert handing.paper(connection, first[0]) is None
        assert hand_over(connection, kept)[0] > first[-1], "once more, on a line of its own"
        for nothing in ((), (999,), (*kept, 999)):
            with pytest.raises(NotAllowed, match="no such paper"):
                hand_over(connection, nothing)
        handling.mark_drill(connection, NOON, "cntt", number, "diễn tập")
        with pytest.raises(NotAllowed, match="is a drill"):
            hand_over(connection, kept)
