from __future__ import annotations

import base64
import gzip
import hashlib
import json
import secrets
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from prometheus_client.parser import text_string_to_metric_families

from collector import asks, joining
from collector.authority import Authority
from collector.store.database import Store, connect
from tests.collector.office import EPOCH, OFFICE, body, enrol, load, report
from tests.collector.served import Served, served


def packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def collector(state: Path) -> Iterator[Served]:
    with served(state, f"sqlite:///{state}/wardwatch.sqlite") as running:
        yield running


@pytest.fixture
def database(collector: Served, state: Path) -> Iterator[Store]:
    store = connect(f"sqlite:///{state}/wardwatch.sqlite")
    yield store
    store.close()


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the collector under test reads the real clock too


def token(store: Store, asset: str | None = None) -> str:
    with store.write() as connection:
        return joining.new_token(connection, now(), OFFICE, "officer", asset)


def test_the_ca_is_the_one_that_the_pin_names(collector: Served) -> None:
    status, pem, _ = collector.ask("GET", "/v1/ca")
    key = (
        x509.load_pem_x509_certificate(pem)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    opened = Authority.open(collector.state / "ca", ("wardwatch.test",), now())
    assert (status, pem) == (200, opened.ca_pem)
    assert hashlib.sha256(key).hexdigest() == opened.pin


def test_an_agent_joins_reports_and_is_seen_in_the_metrics(
    collector: Served, database: Store
) -> None:
    key = secrets.token_bytes(32)
    asked = {
        "version": 1,
        "token": token(database, "pc-01"),
        "key_sha256": hashlib.sha256(key).hexdigest(),
        "hostname": "MAY-01",
        "system": "linux",
    }
    status, text, _ = collector.ask("POST", "/v1/join", json.dumps(asked).encode())
    joined = json.loads(text)
    assert (status, joined["asset"], joined["state"]) == (200, "pc-01", "approved")

    sent = body(report(1, section=load(10, 100, 50)), report(2, section=load(20, 140, 70)))
    status, text, _ = collector.ask(
        "POST",
        "/v1/reports",
        gzip.compress(sent),
        Authorization=f"Bearer {joined['agent']}.{key.hex()}",
        Content_Encoding="gzip",
    )
    assert status == 200
    assert json.loads(text) == {
        "batch": hashlib.sha256(sent).hexdigest(),
        "epoch": EPOCH,
        "seqs": [1, 2],
        "asks": [],
    }

    status, text, headers = collector.ask("GET", "/metrics", Accept_Encoding="gzip")
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    found = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(gzip.decompress(text).decode())
        for sample in family.samples
    }
    where = (("asset", "pc-01"), ("site", "phuong-hoa-mai"))
    assert found["wardwatch_agent_state", *where, ("state", "reporting")] == 1
    assert found["wardwatch_host_cpu_ratio", *where] == 0.25
    assert found["wardwatch_reports_total", ("result", "stored")] >= 2
    assert found["wardwatch_ingest_seconds_count",] >= 1


def test_an_agent_without_a_bound_token_waits_to_be_approved(
    collector: Served, database: Store
) -> None:
    key = secrets.token_bytes(32)
    asked = {
        "version": 1,
        "token": token(database),
        "key_sha256": hashlib.sha256(key).hexdigest(),
        "hostname": "LA",
        "system": "windows",
    }
    _, text, _ = collector.ask("POST", "/v1/join", json.dumps(asked).encode())
    joined = json.loads(text)
    assert (joined["asset"], joined["state"]) == (None, "pending")
    shown = f"Bearer {joined['agent']}.{key.hex()}"
    assert collector.ask("POST", "/v1/reports", body(report(1)), Authorization=shown)[0] == 403
    with database.write() as connection:
        joining.approve(connection, now(), OFFICE, "officer", joined["agent"], "pc-02")
    assert collector.ask("POST", "/v1/reports", body(report(1)), Authorization=shown)[0] == 200
    with database.write() as connection:
        joining.revoke(connection, now(), "officer", joined["agent"])
    assert collector.ask("POST", "/v1/reports", body(report(2)), Authorization=shown)[0] == 403


def test_strangers_all_get_the_same_answer(collector: Served, database: Store) -> None:
    agent, _ = enrol(database, asset=None)
    spent = token(database)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE tokens SET expires_at = 0")
    join = {"version": 1, "key_sha256": "0" * 64, "hostname": "x", "system": "linux"}
    unknown = base64.b32encode(bytes(16)).decode().lower().rstrip("=")
    answers = {
        collector.ask("POST", "/v1/join", json.dumps({**join, "token": spent}).encode())[:2],
        collector.ask("POST", "/v1/join", json.dumps({**join, "token": unknown}).encode())[:2],
    }
    for shown in (
        "",
        "Bearer",
        "Bearer x",
        "Basic eDp5",
        f"Bearer {agent}.{'0' * 64}",
        "Bearer a.g",
    ):
        answers.add(collector.ask("POST", "/v1/reports", b"{}", Authorization=shown)[:2])
    assert len(answers) == 1
    assert answers.pop()[0] == 401


@pytest.mark.parametrize(
    ("sent", "encoding", "status"),
    [
        pytest.param(b"{", "identity", 400, id="cut-off"),
        pytest.param(b"\xff", "identity", 400, id="not-utf-8"),
        pytest.param(body(report(1)).replace(b":1", b":2", 1), "identity", 400, id="version-2"),
        pytest.param(body(), "identity", 400, id="empty-batch"),
        pytest.param(body(report(0)), "identity", 400, id="seq-0"),
        pytest.param(body(report(1, kind="Load\x00")), "identity", 400, id="kind-with-nul"),
        pytest.param(b"[" * 100_000, "identity", 400, id="deep"),
        pytest.param(b"not gzip", "gzip", 400, id="not-gzip"),
        pytest.param(packed(body(report(1)))[:-4], "gzip", 400, id="torn-gzip"),
        pytest.param(packed(b"") * 2, "gzip", 400, id="two-members"),
        pytest.param(packed(bytes(16 * 2**20)), "gzip", 413, id="bomb"),
        pytest.param(b"x" * (2**20 + 1), "identity", 413, id="too-large"),
        pytest.param(b"", "br", 415, id="other-encoding"),
    ],
)
def test_a_bad_body_is_told_what_is_wrong_and_nothing_breaks(
    collector: Served, database: Store, sent: bytes, encoding: str, status: int
) -> None:
    _, shown = enrol(database, asset=None)
    found, text, headers = collector.ask(
        "POST", "/v1/reports", sent, Authorization=shown, Content_Encoding=encoding
    )
    assert found == status
    assert headers["Content-Type"] == "application/problem+json"
    assert json.loads(text)["detail"]
    assert collector.ask("GET", "/readyz")[0] == 200


def test_nothing_below_tls_1_2_is_spoken(collector: Served) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", collector.port), 10) as plain,
        pytest.raises(ssl.SSLError),
    ):
        context.wrap_socket(plain)


def test_prometheus_is_told_where_the_metrics_are(collector: Served) -> None:
    status, text, _ = collector.ask("GET", "/sd")
    assert status == 200
    assert json.loads(text)[0]["targets"] == [f"127.0.0.1:{collector.port}"]


def test_the_openapi_document_resolves_all_its_references(collector: Served) -> None:
    status, text, _ = collector.ask("GET", "/openapi.json")
    document = json.loads(text)
    assert (status, document["openapi"]) == (200, "3.1.0")
    schemas = document["components"]["schemas"]
    for part in text.decode().split('"$ref": "')[1:]:
        name = part.split('"')[0].removeprefix("#/components/schemas/")
        assert name in schemas
    for path in ("/v1/ca", "/v1/join", "/v1/reports", "/metrics", "/sd", "/healthz", "/readyz"):
        assert path in document["paths"]


def test_asks_reach_the_agent_with_the_next_answer(collector: Served, database: Store) -> None:
    _, shown = enrol(database, asset="may-chu")
    with database.write() as connection:
        number = asks.ask(connection, now(), "may-chu", "report-now", None)
    _, text, _ = collector.ask("POST", "/v1/reports", body(report(1)), Authorization=shown)
    assert json.loads(text)["asks"] == [{"id": number, "job": "report-now", "argument": None}]


def test_a_door_used_the_wrong_way_is_a_problem_too(collector: Served) -> None:
    for method, path, status in (("GET", "/v1/join", 405), ("GET", "/v2/reports", 404)):
        found, text, headers = collector.ask(method, path)
        assert (found, headers["Content-Type"]) == (status, "application/problem+json")
        assert json.loads(text)["status"] == status


def test_headers_that_trickle_are_cut_off(collector: Served) -> None:
    context = ssl.create_default_context(cafile=str(collector.state / "ca" / "ca.pem"))
    plain = socket.create_connection(("127.0.0.1", collector.port), 60)
    with context.wrap_socket(plain, server_hostname="localhost") as slow:
        slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        slow.settimeout(0.5)
        deadline = time.monotonic() + 60
        while True:
            assert time.monotonic() < deadline, "still open after 60 seconds"
            try:
                slow.sendall(b"a")
                if slow.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
    assert collector.ask("GET", "/healthz")[0] == 200
