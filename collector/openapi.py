"""The OpenAPI document of the collector's routes, made from the structs that check the bodies."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Any

import msgspec

from collector.escrow.deposits import Deposit, DepositAnswer
from collector.lines.permits import Permit, Wish
from collector.problems import Problem
from collector.sections import TYPED
from collector.summary.wire import Summary, SummaryAnswer, WardAnswer, WardRequest
from collector.wire import Batch, BatchAnswer, JoinAnswer, JoinRequest, Report

TEXT = {"text/plain": {"schema": {"type": "string"}}}
BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
PEM = {"application/x-pem-file": {"schema": {"type": "string"}}}
SENT = (JoinRequest, Report, Batch, Deposit, Wish, WardRequest, Summary, *TYPED.values())
ANSWERED = (JoinAnswer, BatchAnswer, DepositAnswer, Permit, WardAnswer, SummaryAnswer, Problem)


@cache
def document() -> dict[str, Any]:
    """OpenAPI 3.1. A section's schema goes by its kind: `load` is #/components/schemas/Load."""
    _, schemas = msgspec.json.schema_components(
        (*SENT, *ANSWERED), ref_template="#/components/schemas/{name}"
    )
    schemas["Batch"]["properties"]["reports"]["items"] = {"$ref": "#/components/schemas/Report"}
    # On the wire a list; an object without a field stands for one of which nothing could be read.
    listed = schemas["Events"]["properties"]["happened"]["anyOf"]
    nothing = {"type": "object", "maxProperties": 0}
    schemas["Events"] = {
        "title": "Events",
        "anyOf": [nothing if one == {"type": "null"} else one for one in listed],
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "wardwatch collector",
            "version": version("wardwatch"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": _paths(),
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "agent": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "AGENT.KEY: the agent's id and its own key in hex",
                },
                "scraper": {"type": "http", "scheme": "bearer"},
                "ticket": {"type": "apiKey", "in": "header", "name": "Wardwatch-Ticket"},
            },
        },
    }


def _paths() -> dict[str, Any]:
    return _of_agents() | _of_wards() | _of_speed_tests() | _of_operators()


def _of_agents() -> dict[str, Any]:
    return {
        "/v1/ca": {"get": _operation("ca", "The CA certificate, to compare with the pin", PEM)},
        "/v1/join": {
            "post": {
                **_operation(
                    "join", "Join by a one-time token", _json("JoinAnswer"), 400, 401, 503
                ),
                "requestBody": {"required": True, "content": _json("JoinRequest")},
            }
        },
        "/v1/reports": {
            "post": {
                **_operation(
                    "reports",
                    "Send a batch of reports; the answer names what is committed",
                    _json("BatchAnswer"),
                    *(400, 401, 403, 408, 413, 415, 429, 503, 507),
                ),
                "security": [{"agent": []}],
                "parameters": [
                    {
                        "name": "Content-Encoding",
                        "in": "header",
                        "schema": {"enum": ["gzip", "identity"]},
                    }
                ],
                "requestBody": {"required": True, "content": _json("Batch")},
            }
        },
        "/v1/escrow": {
            "post": {
                **_operation(
                    "escrow",
                    "A PC hands in the password that it made for its own repositories",
                    _json("DepositAnswer"),
                    *(400, 401, 403, 408, 409, 413, 415, 429, 503),
                ),
                "security": [{"agent": []}],
                "requestBody": {"required": True, "content": _json("Deposit")},
            }
        },
    }


def _of_wards() -> dict[str, Any]:
    return {
        "/v1/wards": {
            "post": {
                **_operation(
                    "wards",
                    "A ward joins its city by a one-time token",
                    _json("WardAnswer"),
                    *(400, 401, 408, 413, 415, 503),
                ),
                "requestBody": {"required": True, "content": _json("WardRequest")},
            }
        },
        "/v1/summaries": {
            "post": {
                **_operation(
                    "summaries",
                    "A ward tells its city the figures of one day",
                    _json("SummaryAnswer"),
                    *(400, 401, 408, 409, 413, 415, 503),
                ),
                "parameters": [
                    {
                        "name": "Wardwatch-Signature",
                        "in": "header",
                        "description": "Ed25519, by the ward's key, in hexadecimal",
                        "schema": {"type": "string", "pattern": "^[0-9a-f]{128}$"},
                    }
                ],
                "requestBody": {"required": True, "content": _json("Summary")},
            }
        },
    }


def _of_speed_tests() -> dict[str, Any]:
    return {
        "/v1/speed/permit": {
            "post": {
                **_operation(
                    "permit",
                    "A PC asks to measure a line now; one at a time is let",
                    _json("Permit"),
                    *(400, 401, 403, 408, 409, 413, 415, 503),
                ),
                "security": [{"agent": []}],
                "requestBody": {"required": True, "content": _json("Wish")},
            }
        },
        "/v1/speed/down": {
            "get": {
                **_operation("down", "Random bytes for the holder of a permit", BYTES, 403, 503),
                "security": [{"ticket": []}],
            }
        },
        "/v1/speed/up": {
            "post": {
                **_operation(
                    "up", "Bytes counted for the holder of a permit", _any_json(), 403, 503
                ),
                "security": [{"ticket": []}],
                "requestBody": {"required": True, "content": BYTES},
            }
        },
    }


def _of_operators() -> dict[str, Any]:
    return {
        "/metrics": {
            "get": {
                **_operation("metrics", "The fleet in Prometheus text format", TEXT, 401),
                "security": [{}, {"scraper": []}],
            }
        },
        "/sd": {
            "get": {
                **_operation(
                    "sd", "Replicas, for Prometheus HTTP discovery", _any_json(), 401, 503
                ),
                "security": [{}, {"scraper": []}],
            }
        },
        "/healthz": {"get": _operation("healthz", "The process answers", TEXT)},
        "/readyz": {"get": _operation("readyz", "Database and writer answer", TEXT, 503)},
        "/openapi.json": {"get": _operation("openapi", "This document", _any_json())},
    }


def _operation(name: str, summary: str, content: dict[str, Any], *problems: int) -> dict[str, Any]:
    refused = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        "operationId": name,
        "summary": summary,
        "responses": {
            "200": {"description": summary, "content": content},
            **{str(status): {"description": "refused", "content": refused} for status in problems},
        },
    }


def _json(struct: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{struct}"}}}


def _any_json() -> dict[str, Any]:
    return {"application/json": {"schema": {}}}
