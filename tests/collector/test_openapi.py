"""The served description is held against the served collector, by requests that nobody thought of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from collector.store.columns import METADATA
from collector.store.database import Store, connect
from tests.collector.office import body, enrol, report
from tests.collector.served import Served, served

# Not whether all that fits the schema is taken: no schema says that a body is gzip, or an instant
# sound. What is refused is refused by a status that the document names, with a problem.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = (
    ("GET", "/v1/ca"),
    ("POST", "/v1/join"),
    ("POST", "/v1/reports"),
    ("POST", "/v1/escrow"),
    ("POST", "/v1/wards"),
    ("POST", "/v1/summaries"),
    ("POST", "/v1/speed/permit"),
    ("GET", "/v1/speed/down"),
    ("POST", "/v1/speed/up"),
    ("GET", "/metrics"),
    ("GET", "/sd"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/openapi.json"),
)


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Store]]:
    state = tmp_path_factory.mktemp("state")
    url = f"sqlite:///{state}/wardwatch.sqlite"
    store = connect(url)
    METADATA.create_all(store.engine)
    with served(state, url) as running:
        yield running, store
    store.close()


def described(collector: Served) -> Any:
    return schemathesis.openapi.from_dict(json.loads(collector.ask("GET", "/openapi.json")[1]))


def test_the_document_names_these_operations_and_no_other(
    collector: tuple[Served, Store],
) -> None:
    found = {one.ok() for one in described(collector[0]).get_all_operations()}
    assert {(one.method.upper(), one.path) for one in found} == set(OPERATIONS)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_is_one_that_the_document_names(
    collector: tuple[Served, Store], method: str, path: str
) -> None:
    running, store = collector
    operation = described(running)[path][method]
    trust = str(Path(running.state) / "ca" / "ca.pem")
    statuses: list[int] = []

    @given(case=operation.as_strategy())
    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def answered(case: Any) -> None:
        # An agent of its own for each: one bucket would be empty after a hundred.
        shown = {"Authorization": enrol(store, asset=None)[1]} if path == "/v1/reports" else None
        base = f"https://localhost:{running.port}"
        answer = case.call(base_url=base, verify=trust, headers=shown)
        statuses.append(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    answered()
    assert statuses
    assert path != "/v1/reports" or 200 in statuses


def test_a_number_twice_in_one_batch_is_counted_once_and_breaks_nothing(
    collector: tuple[Served, Store],
) -> None:
    running, store = collector
    _, shown = enrol(store, asset=None)
    same, other = report(1), report(1, cpu_seconds=0.5)
    for reports in ((same, same), (same, other), (other, same, same)):
        status, text, _ = running.ask("POST", "/v1/reports", body(*reports), Authorization=shown)
        assert status in (200, 403), text
