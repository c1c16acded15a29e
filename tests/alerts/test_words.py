"""The catalogue: whole in both languages, short where it instructs, and written as people write."""

from __future__ import annotations

import ast
import inspect
import string
from importlib import import_module
from typing import Any, get_args

import pytest

from alerts import judge, words
from alerts.finding import Finding, Kind
from alerts.incidents import Flag, IncidentState, Level
from alerts.obligations import ObligationState
from alerts.rules import RULES
from alerts.rules.agent_silent import VERDICTS
from alerts.words import because, written
from collector.messages import LANGUAGES, Language
from tests.alerts.builders import machine, office

ZONE = "Asia/Ho_Chi_Minh"
TEXTS = words.texts().texts
SHARED = {"never-read", "stale", "not-checked", "rule-failed", "undeclared"}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def reasons(rule: str) -> set[str]:
    """Every reason that a rule's own file spells out, and those of the checks it passes on."""
    module = import_module(f"alerts.rules.{rule.replace('-', '_')}")
    found = {
        node.value
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    known = {key.rsplit(".", 1)[1] for key in TEXTS["vi"] if key.startswith(f"{rule}.because.")}
    used = {text for text in found if text in known}
    if "checked(" in inspect.getsource(module):
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
    assert len(TEXTS[language][f"{rule}.remedy"].split()) <= 60


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


@pytest.mark.parametrize("reason", sorted(SHARED))
def test_reasons_common_to_all_rules_are_shared(reason: str) -> None:
    values: dict[str, str | int | float] = {"days": 3, "check": "x", "cause": "y"}
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
