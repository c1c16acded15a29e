"""The catalogue: whole in both languages, short where it instructs, and written as people write."""

from __future__ import annotations

import ast
import inspect
import string
from importlib import import_module
from types import ModuleType
from typing import Any, get_args, get_type_hints

import pytest

from alerts import (
    changing,
    clocks,
    evidence,
    handling,
    incidents,
    judge,
    misp,
    reporting,
    rows,
    sending,
    statements,
    words,
)
from alerts.finding import Finding, Kind
from alerts.incidents import Flag, IncidentState, Level, NotAllowed
from alerts.obligations import ObligationState
from alerts.office import system_of
from alerts.rules import RULES, altered, device, happened
from alerts.rules.agent_silent import VERDICTS
from alerts.words import because, observed, written
from collector.line_readings import LineReading, Target
from collector.messages import LANGUAGES, Language
from collector.readings import Hardware, Load, Presence
from tests.alerts.builders import NOON, WELL, latest, machine, office, said, security

ZONE = "Asia/Ho_Chi_Minh"
TEXTS = words.texts().texts
LOOK = LineReading("chinh", NOON, up=True, targets=(Target("192.0.2.1:443", 0.1),))
SHARED = {
    *("never-read", "stale", "not-checked", "rule-failed", "undeclared"),
    *("device-silent", "device-stale"),
}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def source(rule: str) -> str:
    """Of the module that judges it, and of those that word its findings for it."""
    judging = RULES[rule].judge
    module = import_module(getattr(judging, "func", judging).__module__)
    helping = [
        one for one in (happened, altered, device) if f"{one.__name__} import" in _text(module)
    ]
    return "\n".join(map(_text, (module, *helping)))


def _text(module: ModuleType) -> str:
    return inspect.getsource(module)


def strings(rule: str) -> set[str]:
    """Every text that a rule's own file spells out."""
    return {
        node.value
        for node in ast.walk(ast.parse(source(rule)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def reasons(rule: str) -> set[str]:
    """Every reason that a rule's own file spells out, and those of the checks it passes on."""
    known = {key.rsplit(".", 1)[1] for key in TEXTS["vi"] if key.startswith(f"{rule}.because.")}
    used = strings(rule) & known
    if "checked(" in source(rule):
        used |= {"pass", "fail", "unknown"}
    return used | (set(VERDICTS) if rule == "agent-silent" else set())


def test_both_languages_have_the_same_keys_and_the_same_placeholders() -> None:
    assert set(TEXTS["vi"]) == set(TEXTS["en"])
    for key, text in TEXTS["vi"].items():
        assert placeholders(text) == placeholders(TEXTS["en"][key]), key


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_tells_what_why_remedy_and_proof(rule: str, language: Language) -> None:
    for part in ("title", "what", "why", "remedy", "proof"):
        assert TEXTS[language][f"{rule}.{part}"].strip()
    remedies = [text for key, text in TEXTS[language].items() if key.startswith(f"{rule}.remedy")]
    assert all(0 < len(text.split()) <= 60 for text in remedies)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_remedy_is_that_of_the_machines_own_system_where_it_is_known(
    language: Language,
) -> None:
    linux, windows = (words.remedy("firewall", language, one) for one in ("linux", "windows"))
    assert "ufw" in linux
    assert "ufw" not in windows
    assert "Windows" in windows
    assert words.remedy("firewall", language) == TEXTS[language]["firewall.remedy"]
    assert words.remedy("line-down", language, "linux") == TEXTS[language]["line-down.remedy"]


def test_machines_of_two_systems_have_none_in_common() -> None:
    state = office(machine(), machine("pc-2", system=None)).state
    assert system_of(state, ["pc-1"]) == "linux"
    assert system_of(state, ["pc-2"]) is None
    assert system_of(state, ["pc-1", "pc-2"]) is None
    assert system_of(state, ["chinh"]) is None


@pytest.mark.parametrize("rule", RULES)
def test_no_reason_is_without_a_text_and_no_text_without_a_reason(rule: str) -> None:
    texts = {key.rsplit(".", 1)[1] for key in TEXTS["vi"] if key.startswith(f"{rule}.because.")}
    assert texts == reasons(rule)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_can_be_said_with_nothing_left_open(language: Language) -> None:
    for here in (office(), office(machine()), office(machine(security=None))):
        for found in judge.findings(here):
            said = because(found, language, ZONE)
            assert "{" not in said
            assert said.endswith(".")


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_was_seen_can_be_said_in_either_language(language: Language) -> None:
    offices = (
        office(),
        office(machine(), backups=WELL),
        office(machine(hardware=latest(Hardware()), load=latest(Load()), security=security({}))),
        office(machine(load=None, presence=said("stopped")), lines={"chinh": (LOOK,)}),
    )
    for here in offices:
        for one in (row for found in judge.findings(here) for row in found.evidence):
            assert one.seen
            assert "{" not in observed(one, language, ZONE)


def test_every_thing_seen_has_its_text_and_no_text_is_left_over() -> None:
    keys = {key.removeprefix("observed.") for key in TEXTS["vi"] if key.startswith("observed.")}
    spelled = {text for rule in RULES for text in strings(rule)}
    spelled |= {f"last-word-{state}" for state in get_args(get_type_hints(Presence)["state"])}
    spelled |= {f"event-{kind}" for kind in spelled}
    assert keys <= spelled | {"check", "no-check", "old"}


def test_every_refusal_has_its_text_and_no_text_is_left_over() -> None:
    spelled = {
        node.value
        for module in (
            changing,
            clocks,
            evidence,
            handling,
            incidents,
            misp,
            reporting,
            sending,
            statements,
        )
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    keys = {key.removeprefix("refused.") for key in TEXTS["vi"] if key.startswith("refused.")}
    assert keys <= spelled


def test_a_refusal_speaks_both_languages() -> None:
    refused = NotAllowed(
        "state",
        incident="SC-2026-0001",
        state="new",
        actions="close",
        allowed_actions="take note",
    )
    assert str(refused) == "SC-2026-0001 is new: can't close, only take, note"
    said = words.refusal(refused.key, refused.values, "vi")
    assert "“mới”" in said
    assert "nhận sự cố, ghi chú" in said


def test_evidence_that_was_written_in_words_stays_readable() -> None:
    row = (
        '{"rule":"firewall","subject":"pc-1","verdict":"fail","because":"fail","evidence":'
        '[{"asset":"pc-1","kind":"load","observed":"last load report","report":3}]}'
    )
    (old,) = rows.finding_of(row).evidence
    assert (old.report, observed(old, "en", ZONE)) == (3, "last load report")


@pytest.mark.parametrize("reason", sorted(SHARED))
def test_reasons_common_to_all_rules_are_shared(reason: str) -> None:
    values: dict[str, str | int | float] = {"days": 3, "check": "x", "cause": "y"}
    values |= {"since_at": NOON.isoformat(), "trouble": "no answer"}
    for language in LANGUAGES:
        assert "pc-1" in because(
            Finding("firewall", "pc-1", "unknown", reason, values), language, ZONE
        )


@pytest.mark.parametrize(
    ("table", "names"),
    [
        ("state", IncidentState),
        ("level", Level),
        ("kind", Kind),
        ("obligation", ObligationState),
        ("flag", Flag),
    ],
)
def test_every_word_of_a_closed_list_has_its_text(table: str, names: Any) -> None:
    for name in get_args(names):
        assert TEXTS["vi"][f"{table}.{name}"]
        assert TEXTS["en"][f"{table}.{name}"]


@pytest.mark.parametrize(
    ("name", "value", "vi", "en"),
    [
        ("used_ratio", 0.915, "91,5 %", "91.5 %"),
        ("limit_ratio", 0.9, "90 %", "90 %"),
        ("free_bytes", 5 * 1024**3 // 2, "2,5 GiB", "2.5 GiB"),
        ("free_bytes", 300 * 1024**2, "300 MiB", "300 MiB"),
        ("total_bytes", 3 * 1024**4, "3 TiB", "3 TiB"),
        ("rpo_hours", 26.0, "26", "26"),
        ("bytes", 1234567, "1.234.567", "1,234,567"),
        ("since_at", "2026-11-23T17:30:00+00:00", "00:30 24/11/2026", "00:30 24/11/2026"),
        ("until_on", "2026-06-30", "30/06/2026", "30/06/2026"),
        ("last_at", "-", "-", "-"),
        ("lacking_parts", "memory ssd", "bộ nhớ RAM, ổ đĩa SSD", "memory, an SSD"),
        ("room", "101", "101", "101"),
    ],
)
def test_a_value_is_written_by_the_unit_in_its_name(
    name: str, value: str | float, vi: str, en: str
) -> None:
    assert written(name, value, "vi", ZONE) == vi
    assert written(name, value, "en", ZONE) == en


def test_what_a_pc_says_is_text_and_never_a_placeholder() -> None:
    found = Finding(
        "firewall", "pc-1", "fail", "fail", {"observed": "{subject.__class__}", "reason": ""}
    )
    assert "{subject.__class__}" in because(found, "vi", ZONE)


def test_a_file_that_cannot_be_read_is_told_in_the_readers_own_words() -> None:
    said = "/var/lib/wardwatch/secrets/snmp-community: No such file or directory"
    assert words.trouble(said, "vi").endswith("snmp-community: không có tệp này")
    assert words.trouble("no answer", "vi") == "không trả lời"
    assert words.trouble("something: new", "vi") == "something: new"
