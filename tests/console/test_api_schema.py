"""The API's description is held against a running office, by requests that nobody thought of."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from console.api.document import address
from console.api.operation import Operation
from console.api.table import OPERATIONS
from tests.console.office import Running

# Not whether all that fits the schema is taken: no schema says that an incident is there. What is
# refused is refused by a problem.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
REAL = {
    "asset": "may-chu",
    "set": "tai-lieu-mau",
    "repository": "kho-chinh",
    "kind": "items",
    "obligation": "anm-72h",
    "/api/lines/{id}": "duong-chinh",
    "/api/devices/{id}": "may-in-van-phong",
}
"""Every other request names what is there: the rest alone would be asked of nothing."""
EACH = 4
"""Requests to one address: they are seventy, and a suite has to end."""


@pytest.fixture(scope="module")
def token(running: Running) -> dict[str, str]:
    made = running.json("user", "token", "cntt", "--for", "phép thử")["token"]
    return {"authorization": f"Bearer {made}"}


@pytest.fixture(scope="module")
def described(running: Running, token: dict[str, str]) -> Any:
    told = running.ask("GET", "/api/openapi.json", headers=token)[2]
    return schemathesis.openapi.from_dict(json.loads(told))


@pytest.fixture(scope="module")
def incident(running: Running, token: dict[str, str]) -> str:
    told = json.dumps({"kind": "told-malware", "words": "tệp lạ", "who": "Kế toán"})
    shown = token | {"content-type": "application/json"}
    found: str = json.loads(running.ask("POST", "/api/incidents", told, shown)[2])["incident"]["id"]
    return found


def there(path: str, incident: str, parts: dict[str, Any] | None) -> dict[str, Any]:
    known = {**REAL, "/api/incidents/{id}": incident}
    by_path = next((whose for start, whose in known.items() if path.startswith(start)), None)
    return {
        name: (by_path if name == "id" and by_path else known.get(name, part))
        for name, part in (parts or {}).items()
    }


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: f"{one.method} {one.path}")
def test_every_answer_is_one_that_the_document_names(
    running: Running, token: dict[str, str], described: Any, incident: str, one: Operation
) -> None:
    operation = described[address(one)][one.method]
    statuses: list[int] = []

    @given(case=operation.as_strategy())
    @settings(
        max_examples=EACH,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def answered(case: Any) -> None:
        if len(statuses) % 2:
            case.path_parameters = there(one.path, incident, case.path_parameters)
        trust = str(running.state / "ca" / "ca.pem")
        answer = case.call(base_url=running.base, verify=trust, headers=token)
        statuses.append(answer.status_code)
        assert answer.status_code not in {401, 403, 405}, "it was never asked"
        case.validate_response(answer, checks=CHECKS)

    answered()
    assert statuses
