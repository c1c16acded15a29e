"""Papers by the API: listed, made, kept, fetched, and handed to the police."""

from __future__ import annotations

import hashlib
from base64 import b64encode

import msgspec

from console import papers
from tests.console.office import Running, poll
from tests.console.test_api import JSON, asked, sent


def made(
    running: Running, token: dict[str, str], path: str, body: object
) -> tuple[int, dict[str, str], str]:
    return running.ask("POST", path, msgspec.json.encode(body).decode(), token | JSON)


def test_papers_are_listed_made_kept_fetched_and_handed_to_the_police(
    running: Running, token: dict[str, str]
) -> None:
    listed = asked(running, token, "/api/papers")
    items = next(one for one in listed["of_period"] if one["kind"] == "items")
    wish = {"period": items["periods"][0], "format": "xlsx"}
    status, headers, _ = made(running, token, "/api/papers/items", wish)
    assert (status, headers["content-type"]) == (200, papers.MEDIA["xlsx"])
    assert headers["content-disposition"].endswith(".xlsx")
    assert made(running, token, "/api/papers/poem", wish)[0] == 404
    assert made(running, token, "/api/papers/items", wish | {"period": "1H26"})[0] == 409
    told = {"kind": "told-phishing", "words": "thư giả", "who": "Kế toán"}
    number = sent(running, token, "/api/incidents", told)[1]["incident"]["id"]
    at = f"/api/incidents/{number}"
    assert made(running, token, f"{at}/papers", {"format": "docx"})[0] == 200
    assert made(running, token, f"{at}/papers", {"purpose": "drill"})[0] == 409
    kept = poll(lambda: asked(running, token, f"{at}/papers")["kept"])
    one = next(one for one in kept if one["format"] == "docx")
    content = running.taken(token, f"{at}/files/{one['id']}")
    assert hashlib.sha256(content).hexdigest() == one["sha256"]
    assert running.taken(token, f"{at}/file.zip").startswith(b"PK")
    unsigned = {"content": b64encode(b"%PDF-1.7").decode()}
    assert sent(running, token, f"{at}/signed", unsigned)[0] == 409
    assert sent(running, token, f"{at}/hand-over", {"papers": [one["id"]]})[0] == 200
    handed = asked(running, token, "/api/handed")[0]
    assert handed["sha256"] == one["sha256"]
    assert running.taken(token, f"/api/handed/{handed['number']}") == content
    assert sent(running, token, f"/api/handed/{handed['number']}/take-back", {})[0] == 200
    assert sent(running, token, f"/api/handed/{handed['number']}/take-back", {})[0] == 404
