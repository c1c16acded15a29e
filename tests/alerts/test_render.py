"""Generated files: accepted by the real tools, caught when mutated, in step with the committed ones."""

from __future__ import annotations

import json
import re
import shutil
import subprocess  # noqa: TID251 - promtool and amtool judge what we generate
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alerts.prometheus import RULES_FILE, render, write
from alerts.render import unit_tests
from alerts.render.configuration import alertmanager
from alerts.render.rules import alerts
from alerts.rules import RULES

TESTS_FILE = "wardwatch.rules.test.yaml"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rendered")
    write(folder)
    return folder


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """A copy to change: rendering takes longer than most tools do with it."""
    return shutil.copytree(written, tmp_path, dirs_exist_ok=True)


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which(words[0])
    assert program is not None, f"{words[0]} is missing: install prometheus and its alertmanager"
    return subprocess.run(
        (program, *words[1:]),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def with_one(tests: dict[str, Any], title: str) -> str:
    """The file for promtool with that one test alone: it says who catches what, and much sooner."""
    (one,) = (each for each in tests["tests"] if each["name"] == title)
    return json.dumps({**tests, "tests": [one]})


def test_promtool_accepts_the_rules(folder: Path) -> None:
    done = run(folder, "promtool", "check", "rules", RULES_FILE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(alerts())} rules found" in done.stdout


def test_every_edge_of_every_rule_holds_in_promtools_own_tests(folder: Path) -> None:
    done = run(folder, "promtool", "test", "rules", TESTS_FILE)
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_accepts_the_scrape_configuration(folder: Path) -> None:
    (folder / "ca.pem").write_text("the collector's certificate comes here")
    done = run(folder, "promtool", "check", "config", "--syntax-only", "prometheus.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_amtool_accepts_the_alertmanager_configuration(folder: Path) -> None:
    done = run(folder, "amtool", "check-config", "alertmanager.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (["alertname=Watchdog", "severity=none"], "wardwatch,watchdog"),
        (["alertname=AgentSilent", "rule=agent-silent", "severity=critical"], "officer"),
        (["alertname=Firewall", "rule=firewall", "severity=warning"], "officer"),
    ],
)
def test_alertmanager_routes_each_alert_where_it_belongs(
    folder: Path, labels: list[str], receiver: str
) -> None:
    done = run(
        folder, "amtool", "config", "routes", "test", "--config.file=alertmanager.yaml", *labels
    )
    assert done.stdout.strip() == receiver


MUTATIONS: dict[str, Callable[[str], str]] = {
    "drop every for": lambda text: re.sub(r"\n +for: \d+m", "", text),
    "drop every keep_firing_for": lambda text: re.sub(r"\n +keep_firing_for: \d+m", "", text),
    "flip a comparison": lambda text: text.replace('"firewall"} == 1', '"firewall"} == 0'),
    "another rule's series": lambda text: text.replace('rule="antivirus"', 'rule="updates"'),
    "wait longer": lambda text: text.replace("for: 5m", "for: 6m"),
    "keep longer": lambda text: text.replace("keep_firing_for: 10m", "keep_firing_for: 12m"),
    "a watchdog that sleeps": lambda text: text.replace("vector(1)", "vector(1) > 1"),
    "a lost scrape goes unnoticed": lambda text: re.sub(r" or absent\(up\{[^}]*\}\)", "", text),
    "a deadline flipped": lambda text: text.replace("time() < 4", "time() > 4"),
    "judging forgiven for ever": lambda text: text.replace("_seconds > 300", "_seconds > 9e9"),
}


CAUGHT_BY = dict.fromkeys(MUTATIONS, "every rule, by its own series alone") | {
    "a watchdog that sleeps": "a collector that answers",
    "a lost scrape goes unnoticed": "a collector that nobody scrapes any more",
    "a deadline flipped": "a paper that is due in five hours",
    "judging forgiven for ever": "judging that stopped",
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutated_rule_is_caught(folder: Path, name: str) -> None:
    path = folder / RULES_FILE
    text = path.read_text("utf-8")
    mutant = MUTATIONS[name](text)
    assert mutant != text
    path.write_text(mutant, "utf-8")
    (folder / TESTS_FILE).write_text(with_one(unit_tests.document(RULES_FILE), CAUGHT_BY[name]))
    assert run(folder, "promtool", "test", "rules", TESTS_FILE).returncode != 0


def test_every_inhibition_that_compares_labels_asks_for_them_on_both_sides(folder: Path) -> None:
    """A label that is missing on both sides counts as equal, and would mute strangers."""
    for rule in alertmanager()["inhibit_rules"]:
        for label in rule.get("equal", ()):
            for side in ("source_matchers", "target_matchers"):
                assert f'{label}!=""' in rule[side]


def test_every_rule_has_its_alert_and_no_file_holds_a_secret() -> None:
    told = {one.expr for one in alerts()}
    for rule in RULES.values():
        assert (f'wardwatch_finding{{rule="{rule.id}"}} == 1' in told) is (rule.severity != "info")
    for content in render().values():
        keys = re.findall(r"^ *(?:- )?(\w+):", content, re.MULTILINE)
        assert not {"password", "credentials", "token", "api_key"} & set(keys)


def test_the_committed_files_are_those_that_would_be_generated() -> None:
    committed = Path(__file__).resolve().parents[2] / "deploy" / "prometheus"
    for name, content in render().items():
        assert (committed / name).read_text("utf-8") == content, f"render {name} again"
    assert render() == render()
