"""The page of all rules, in step with the registry."""

from __future__ import annotations

from pathlib import Path

from alerts.render.page import page
from alerts.rules import RULES
from alerts.targets import (
    COUNTED,
    DEVICE_STABILITY,
    LINE_STABILITY,
    MACHINE_SECURITY,
    MACHINE_STABILITY,
    REPOSITORY_PROOF,
    SET_PROOF,
)

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_names_every_rule_with_its_texts() -> None:
    for rule in RULES:
        assert f"\n## {rule}\n" in page()


def test_the_committed_page_is_the_one_that_would_be_generated() -> None:
    committed = (DOCS / "rules.md").read_text("utf-8")
    assert committed == page(), "python -m alerts.render.page > docs/rules.md"
    assert page().endswith("|\n")


def test_what_a_figure_rests_on_is_a_rule_of_its_item() -> None:
    of_27 = {*MACHINE_SECURITY, *SET_PROOF, *REPOSITORY_PROOF}
    of_28 = {*LINE_STABILITY, *MACHINE_STABILITY, *DEVICE_STABILITY}
    of_23 = {"official-without-machine", "machine-below-profile"}
    for item, rules in ((23, of_23), (27, of_27), (28, of_28)):
        assert {RULES[rule].item for rule in rules} == {item}
    assert of_23 | of_27 | of_28 == COUNTED


def test_the_page_marks_what_counts_in_a_figure() -> None:
    rows = {line.split("]")[0][3:]: line for line in page().splitlines() if line.startswith("| [")}
    assert {rule for rule, row in rows.items() if row.endswith("| counts |")} == COUNTED
