from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent import fields, presence
from agent.host import Host
from agent.host.live import Live
from agent.host.recorded import opened
from agent.jobs import failed
from agent.link import Ask
from agent.probes import PROBES, read
from agent.spool import Spool
from agent.spool_limits import Loss
from tests.agent import machines


def test_every_field_of_every_recording_and_of_this_machine_has_its_purpose() -> None:
    known = set(fields.purposes("vi"))
    hosts: list[Host] = [*map(machines.machine, machines.NAMES), Live(datetime.now(UTC))]  # noqa: TID251 - live
    found = {
        path
        for host in hosts
        for probe in PROBES
        for path in fields.paths(probe.removesuffix("-quick"), read(probe, host).section)
    }
    assert found - known == set()


def test_what_the_agent_says_of_itself_has_its_purpose_too(tmp_path: Path) -> None:
    known = set(fields.purposes("vi"))
    spool = Spool(tmp_path / "spool.sqlite")
    host = machines.machine("debian-pc")
    sections = {
        "presence": presence.why_started(host, spool).section,
        "backup": failed(Ask(1, "backup", "van-ban"), "why", "2026-11-23T12:00:00Z", 0),
        "loss": Loss(1, 2, 2, "why").section(),
    }
    spool.close()
    found = {path for kind, one in sections.items() for path in fields.paths(kind, one)}
    assert found - known == set()


def test_both_languages_name_the_same_fields() -> None:
    vietnamese, english = (fields.purposes(language) for language in fields.LANGUAGES)
    assert list(vietnamese) == list(english)
    assert all(vietnamese.values())
    assert all(english.values())


def test_samples_of_firmware_texts_bring_no_field_without_a_purpose(tmp_path: Path) -> None:
    known = set(fields.purposes("en"))
    for name, sample in machines.samples("dmidecode").items():
        folder = tmp_path / name.replace("/", "-") / "commands"
        folder.mkdir(parents=True)
        (folder / "dmidecode.txt").write_bytes(sample.read_bytes())
        section = read("hardware", opened(folder.parent, machines.NOON)).section
        assert set(fields.paths("hardware", section)) - known == set()


def test_the_document_is_in_step_with_the_list(tmp_path: Path) -> None:
    # From a copy of the tests without the documents there is nothing to compare: it is written.
    beside = machines.HERE.parents[1] / "docs" / "privacy.md"
    written = tmp_path / "privacy.md"
    written.write_text(fields.document())
    path = beside if beside.is_file() else written
    assert path.read_text() == fields.document()


@pytest.mark.parametrize("word", ["url", "title", "window", "key", "account", "user", "screen"])
def test_no_field_is_named_like_something_personal(word: str) -> None:
    names = {part for path in fields.purposes("en") for part in path.replace("[]", "").split(".")}
    names.remove("account_sid")  # the number that stands for an account, so that no name need
    assert word not in {piece for name in names for piece in name.split("_")}


PERSONAL = {
    "an e-mail address": re.compile(r"[\w.+-]+@[\w-]+\.\w+"),
    "a path below a home": re.compile(
        r"(?:/home/|/Users/|[A-Z]:\\(?:Users|Documents and Settings)\\)"
    ),
    "an account with its domain": re.compile(r"^[A-Za-z0-9.-]{1,15}\\[\w.-]+$"),
    "a name of those recorded": re.compile(r"\b(?:teclib|mostafafikry|hattewin)\b", re.IGNORECASE),
}
"""What a value must not hold; the last are account and host names that stand in the recordings."""


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


def _personal(value: Any) -> set[str]:
    return {kind for text in _texts(value) for kind, sign in PERSONAL.items() if sign.search(text)}


def test_no_value_of_any_recording_is_personal() -> None:
    folder = machines.recordings() / "windows"
    shared = sorted(folder.iterdir()) if folder.is_dir() else []
    hosts = [
        *map(machines.machine, machines.NAMES),
        *(opened(one, machines.NOON) for one in shared),
    ]
    sections = [
        json.loads(json.dumps(read(probe, host).section, default=str))
        for host in hosts
        for probe in PROBES
    ]
    assert {kind for one in sections for kind in _personal(one)} == set()


@pytest.mark.parametrize(
    "planted",
    [
        "van.thu@phuong.example",
        "/home/lan/don-xin-nghi.odt",
        "C:\\Users\\lan\\Desktop",
        "VANPHONG\\lan",
        "teclib",
    ],
)
def test_a_planted_personal_value_is_found(planted: str) -> None:
    assert _personal({"packages": [{"name": "x", "publisher": planted}]}) != set()
