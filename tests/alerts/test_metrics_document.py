"""`docs/metrics.md` against what backups and judgement emit: nothing left out, nothing made up."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from alerts import judge
from alerts.metrics import families as of_judgement
from alerts.queries import Duty
from alerts.targets import targets
from backup.metrics import families as of_backups
from collector.exposition import Family
from tests.alerts.builders import NOON, WELL, machine, office
from tests.alerts.test_obligations import incident
from tests.collector.test_metrics_document import told


def emitted(families: Iterable[Family]) -> dict[str, tuple[str, set[str]]]:
    return {
        family.name: (family.kind, {name for sample in family.samples for name in sample.labels})
        for family in families
    }


def document(inventory_path: Path) -> str:
    return (inventory_path.parent / "docs" / "metrics.md").read_text("utf-8")


def test_every_family_of_backups_is_told_with_its_labels_and_no_other(
    example_inventory_path: Path,
) -> None:
    listed = told(document(example_inventory_path), "Backups")
    assert listed == emitted(of_backups(WELL, NOON))


def test_every_family_of_judgement_is_told_with_its_labels_and_no_other(
    example_inventory_path: Path,
) -> None:
    here = office(machine(), backups=WELL)
    found = judge.findings(here)
    duties = (Duty("SC-2026-0001", "anm-72h", "counting", NOON, None),)
    families = of_judgement(here, found, targets(here, found), (incident(),), duties, NOON)
    assert told(document(example_inventory_path), "Judgement") == emitted(families)
