from __future__ import annotations

import json
import ssl
from pathlib import Path

import pytest

from agent.link import Ask, Link, LinkError, _understood
from tests.agent import certificates, door

# The server in these tests offers what no server should any more; Python says so.
pytestmark = pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")

BODY = json.dumps(
    {"version": 1, "epoch": "e" * 32, "reports": [{"seq": 1, "kind": "load", "section": {}}]}
).encode()


def test_a_batch_comes_over_packed_and_the_answer_names_what_is_stored(tmp_path: Path) -> None:
    with door.opened(tmp_path) as there:
        link = Link(door.known(there, tmp_path), there.authority.pem)
        there.asks = [
            {"id": 7, "job": "backup", "argument": "van-ban"},
            {"id": "x", "job": 1},
            {"id": 8, "job": "report-now"},
        ]
        answer = link.send(BODY)
        assert answer.seqs == (1,)
        assert answer.asks == (Ask(7, "backup", "van-ban"), Ask(8, "report-now", None))
        assert link.send(BODY).seqs == (1,)
        link.close()
    assert there.batches == 2


def test_a_connection_that_the_collector_closed_is_opened_again(tmp_path: Path) -> None:
    with door.opened(tmp_path) as there:
        link = Link(door.known(there, tmp_path), there.authority.pem)
        link.send(BODY)
        there.losing_answers = 1
        assert link.send(BODY).seqs == (1,)
        link.close()
    assert there.batches == 3


def test_an_answer_about_another_batch_acknowledges_nothing() -> None:
    with pytest.raises(LinkError, match="not about this batch"):
        _understood(b'{"batch": "00", "epoch": "e", "seqs": [1]}', BODY)


def test_a_pause_that_the_collector_asks_for_is_passed_on(tmp_path: Path) -> None:
    with door.opened(tmp_path) as there:
        link = Link(door.known(there, tmp_path), there.authority.pem)
        there.refusals = [(503, {"Retry-After": "17"}), (429, {"Retry-After": "soon"})]
        with pytest.raises(LinkError) as asked:
            link.send(BODY)
        assert (asked.value.status, asked.value.retry_after_seconds) == (503, 17)
        with pytest.raises(LinkError) as asked:
            link.send(BODY)
        assert (asked.value.status, asked.value.retry_after_seconds) == (429, None)
        link.close()


@pytest.mark.parametrize("wrong", ["name", "self-signed", "authority", "old"])
def test_not_one_byte_of_a_report_goes_to_a_server_that_is_not_the_collector(
    tmp_path: Path, wrong: str
) -> None:
    by = certificates.authority()
    certificate = {
        "name": lambda: certificates.served(tmp_path, by, "192.0.2.7"),
        "self-signed": lambda: certificates.self_signed(tmp_path),
        "authority": lambda: certificates.served(
            tmp_path, certificates.authority("test authority")
        ),
        "old": lambda: certificates.served(tmp_path, by),
    }[wrong]()
    newest = ssl.TLSVersion.TLSv1_1 if wrong == "old" else None
    with door.opened(tmp_path, by, certificate, newest) as there:
        link = Link(door.known(there, tmp_path), by.pem)
        with pytest.raises(LinkError, match="cannot reach"):
            link.send(BODY)
        link.close()
    assert there.bytes_read == 0


def test_a_collector_that_is_down_is_an_error_and_no_exception_of_the_library(
    tmp_path: Path,
) -> None:
    with door.opened(tmp_path) as there:
        link = Link(door.known(there, tmp_path), there.authority.pem)
    with pytest.raises(LinkError, match="cannot reach"):
        link.send(BODY)
