"""The outbox over a real mail server and a real web service: each message once, in order, in time."""

from __future__ import annotations

import json
import logging
import subprocess  # noqa: TID251 - a sender is killed as a power cut would kill it
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from alerts import channels, outbox
from alerts.channels import mail
from alerts.outbox import Attachment, ChannelError, Message, RefusedError, Waiting
from collector.inventory.model import Channel, Inventory, Mail, Notices
from collector.store.database import Store
from collector.store.tables import audit
from tests.alerts.mail_server import PASSWORD, Mailbox, serving
from tests.collector.office import NOON, OFFICE
from tests.console.office import free_port

PAPER = Attachment("báo cáo ban đầu.pdf", "application/pdf", b"%PDF-1.7 " + bytes(range(256)))


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    with serving(tmp_path_factory.mktemp("mail"), NOON) as box:
        yield box


@pytest.fixture
def box(mailbox: Mailbox) -> Mailbox:
    return mailbox.emptied()


def office(box: Mailbox, folder: Path, *more: Channel, password: str = PASSWORD) -> Inventory:
    it_officer = OFFICE.contacts.it_officer.model_copy(update={"email": "cntt@hoamai.example"})
    return OFFICE.model_copy(
        update={
            "mail": box.settings(folder, password),
            "notices": Notices(channels=(Channel(id="thu", kind="mail"), *more)),
            "contacts": OFFICE.contacts.model_copy(update={"it_officer": it_officer}),
        }
    )


def put(store: Store, *messages: Message, at: datetime = NOON) -> None:
    with store.write() as connection:
        for one in messages:
            outbox.put(connection, one, at)


def go(store: Store, of: Inventory, folder: Path, now: datetime = NOON) -> tuple[Waiting, ...]:
    send = channels.sender(of, folder)
    return outbox.deliver(store, channels.ids(of), send, lambda: now)


def told(number: int, channel: str = "thu", **more: Any) -> Message:
    return Message(f"notice/{number}", channel, f"Sự cố số {number}", "Nội dung", **more)


def left(store: Store) -> tuple[Waiting, ...]:
    with store.read() as connection:
        return outbox.waiting(connection)


def test_a_paper_arrives_whole_with_a_receipt_and_a_row_in_the_log(
    store: Store, box: Mailbox, tmp_path: Path
) -> None:
    to = ("congan@hoamai.example", "pa05@saokhue.example")
    put(store, told(1, outbox.MAIL, recipients=to, files=(PAPER,), incident="SC-2026-0001"))
    (sent,) = go(store, office(box, tmp_path), tmp_path)
    assert sent.sent_at == NOON
    assert sent.receipt == "127.0.0.1: taken as 1"
    (got,) = box.taken
    assert got["To"] == ", ".join(to)
    assert got["Subject"] == "Sự cố số 1"
    (file,) = got.iter_attachments()
    assert file.get_filename() == PAPER.name
    assert file.get_payload(decode=True) == PAPER.content
    with store.read() as connection:
        sent_row = select(audit).where(audit.c.action == "message.sent")
        assert PAPER.sha256 in connection.execute(sent_row).one().detail


def test_the_same_message_put_twice_leaves_once(store: Store, box: Mailbox, tmp_path: Path) -> None:
    put(store, told(1), told(1))
    assert len(go(store, office(box, tmp_path), tmp_path)) == 1
    put(store, told(1))
    assert go(store, office(box, tmp_path), tmp_path) == ()
    assert box.subjects == ["Sự cố số 1"]


def test_after_an_outage_all_come_once_and_in_order(store: Store, tmp_path: Path) -> None:
    dead = Mailbox(port=free_port(), ca=tmp_path / "mail-ca" / "ca.pem")
    with serving(tmp_path, NOON):
        pass  # its authority is made; it is down from here on
    for number in range(1, 31):
        put(store, told(number), at=NOON + timedelta(minutes=number))
    now = NOON + timedelta(minutes=30)
    for _ in range(8):
        assert go(store, office(dead, tmp_path), tmp_path, now) == ()
        now += timedelta(minutes=10)
    (first, *rest) = left(store)
    assert first.attempts == 8
    assert "127.0.0.1" in (first.error or "")
    assert {one.attempts for one in rest} == {0}
    with serving(tmp_path, NOON, dead.port) as back:
        while left(store):
            go(store, office(back, tmp_path), tmp_path, now)
            now += timedelta(seconds=1)
        assert back.subjects == [f"Sự cố số {number}" for number in range(1, 31)]


def test_a_server_that_says_later_is_asked_later_and_one_that_says_never_stops_nobody(
    store: Store, box: Mailbox, tmp_path: Path
) -> None:
    of = office(box, tmp_path)
    put(store, told(1), told(2))
    box.answers[:] = ["451 greylisted, come back"]
    assert go(store, of, tmp_path) == ()
    assert go(store, of, tmp_path, NOON + timedelta(seconds=14)) == ()
    box.answers[:] = ["554 this looks like spam"]
    refused, sent = go(store, of, tmp_path, NOON + timedelta(seconds=15))
    assert refused.refused_at
    assert "554 this looks like spam" in (refused.error or "")
    assert sent.sent_at
    assert box.subjects == ["Sự cố số 2"]
    with store.write() as connection:
        outbox.again(connection, refused.id, NOON)
    assert go(store, of, tmp_path)[0].sent_at
    assert box.subjects == ["Sự cố số 2", "Sự cố số 1"]


def test_who_of_many_was_refused_stands_in_the_receipt(
    store: Store, box: Mailbox, tmp_path: Path
) -> None:
    box.refused["khong-co@hoamai.example"] = "550 no such mailbox"
    to = ("congan@hoamai.example", "khong-co@hoamai.example")
    put(store, told(1, outbox.MAIL, recipients=to))
    (sent,) = go(store, office(box, tmp_path), tmp_path)
    assert sent.receipt == ("127.0.0.1: taken as 1; khong-co@hoamai.example: 550 no such mailbox")
    put(store, told(2, outbox.MAIL, recipients=to[1:]))
    (never,) = go(store, office(box, tmp_path), tmp_path)
    assert "550 no such mailbox" in (never.error or "")
    assert never.refused_at


def test_a_wrong_password_waits_for_the_office_and_stands_in_no_word(
    store: Store, box: Mailbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(store, told(1))
    with caplog.at_level(logging.DEBUG):
        assert go(store, office(box, tmp_path, password="sai hoàn toàn"), tmp_path) == ()
    (one,) = left(store)
    assert "535" in (one.error or "")
    assert "sai hoàn toàn" not in caplog.text + (one.error or "")
    assert go(store, office(box, tmp_path), tmp_path, NOON + timedelta(minutes=1))[0].sent_at


def test_another_certificate_gets_no_password(store: Store, box: Mailbox, tmp_path: Path) -> None:
    with serving(tmp_path, NOON) as other:
        of = office(Mailbox(port=other.port, ca=box.ca), tmp_path)
        put(store, told(1))
        assert go(store, of, tmp_path) == ()
        assert other.taken == []
    assert "certificate" in (left(store)[0].error or "")


def test_mail_goes_unprotected_to_nobody_but_this_machine() -> None:
    relay = Mail(host="mail.saokhue.example", security="none", sender="w@hoamai.example")
    one = Waiting(1, told(1), NOON, 0, NOON, None, None, None, None)
    with pytest.raises(ChannelError, match="another machine"):
        mail.send(relay, None, None, ("cntt@hoamai.example",), one)


def test_the_same_message_has_the_same_name_for_ever_and_another_has_another() -> None:
    def name(number: int, attempts: int) -> str:
        one = Waiting(1, told(number), NOON, attempts, NOON, None, None, None, None)
        return str(mail.written("w@hoamai.example", ("a@b.example",), one)["Message-ID"])

    assert name(1, 0) == name(1, 5) != name(2, 0)


KILLED = """
import os, signal, sys
from datetime import datetime, UTC
from alerts import outbox
from collector.store.database import connect
store = connect(sys.argv[1])
def send(one):
    print(one.message.subject, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
outbox.deliver(store, ["thu"], send, lambda: datetime(2026, 11, 23, 12, tzinfo=UTC))
"""


def test_a_sender_that_is_killed_loses_nothing(store: Store, box: Mailbox, tmp_path: Path) -> None:
    put(store, told(1), told(2))
    url = store.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    killed = subprocess.run(
        [sys.executable, "-P", "-c", KILLED, url], capture_output=True, text=True, check=False
    )
    assert (killed.returncode, killed.stdout) == (-9, "Sự cố số 1\n"), killed.stderr
    assert len(go(store, office(box, tmp_path), tmp_path)) == 2
    assert box.subjects == ["Sự cố số 1", "Sự cố số 2"]


def test_what_nobody_took_for_a_month_is_set_aside_and_said(
    store: Store, box: Mailbox, tmp_path: Path
) -> None:
    put(store, told(1, "bo-roi"))
    late = NOON + outbox.STALE + timedelta(seconds=1)
    send = channels.sender(office(box, tmp_path), tmp_path)
    (one,) = outbox.deliver(store, ["bo-roi"], send, lambda: late)
    assert "no channel bo-roi" in (one.error or "")
    assert one.refused_at == late
    assert issubclass(RefusedError, ChannelError)


@contextmanager
def web_service(status: int) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    got: list[dict[str, Any]] = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], got
        server.shutdown()


@pytest.mark.parametrize("status", [200, 500])
def test_a_web_service_takes_it_or_it_waits_and_its_key_is_in_no_word(
    store: Store, box: Mailbox, tmp_path: Path, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    hook = Channel(id="hook", kind="webhook", url_file="hook")
    with web_service(status) as (port, got), caplog.at_level(logging.DEBUG):
        (tmp_path / "hook").write_text(f"json://nguoi-dung:khoa-bi-mat@127.0.0.1:{port}/duong\n")
        put(store, told(1, "hook"))
        done = go(store, office(box, tmp_path, hook), tmp_path)
        assert [(one["title"], one["message"]) for one in got] == [("Sự cố số 1", "Nội dung")]
    if status == 200:
        assert [one.receipt for one in done] == ["json: taken"]
    else:
        assert [one.error for one in left(store)] == ["the service json answered 500"]
    assert "khoa-bi-mat" not in caplog.text


@pytest.mark.parametrize(
    ("kind", "url", "why"),
    [
        ("telegram", "json://127.0.0.1", "must begin with tgram://"),
        ("telegram", "tgram://", "apprise"),
        ("webhook", "json://127.0.0.1:1/", "cannot be reached"),
        ("webhook", None, "url cannot be read: No such file"),
    ],
)
def test_a_channel_that_is_not_set_up_says_what_is_the_matter(
    store: Store, box: Mailbox, tmp_path: Path, kind: Any, url: str | None, why: str
) -> None:
    if url is not None:
        (tmp_path / "url").write_text(url)
    put(store, told(1, "chat"))
    assert (
        go(store, office(box, tmp_path, Channel(id="chat", kind=kind, url_file="url")), tmp_path)
        == ()
    )
    assert why in (left(store)[0].error or "")
