"""Grafana's files: words that it knows, expressions that parse, panels that fit; the compose file too."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, get_args

import promql_parser
import pytest
from ruamel.yaml import YAML

from alerts import prometheus
from alerts.render.boards import BOARDS
from alerts.render.grafana import NoData, OnError, told, uid
from alerts.render.rules import alerts

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
RULE_KEYS = {
    *("uid", "title", "condition", "data", "for", "keepFiringFor", "labels", "annotations"),
    *("missing_series_evals_to_resolve", "noDataState", "execErrState"),
}
"""Of Grafana's alerting provisioning file; another one stops it at its start."""


render = cache(prometheus.render)
"""The same each time, as `test_render` holds; rendered once for all that is asked of it here."""


def loaded(name: str) -> Any:
    return YAML(typ="safe", pure=True).load(render()[f"grafana/provisioning/{name}/wardwatch.yaml"])


def rules() -> list[dict[str, Any]]:
    return [rule for group in loaded("alerting")["groups"] for rule in group["rules"]]


def boards() -> dict[str, Any]:
    names = [name for name in render() if name.startswith("grafana/dashboards/")]
    return {name: json.loads(render()[name]) for name in names}


def test_every_alert_is_a_rule_of_grafana_with_words_that_it_knows() -> None:
    made = rules()
    assert len(made) == len(alerts())
    for rule in made:
        assert set(rule) == RULE_KEYS
        assert rule["noDataState"] in get_args(NoData)
        assert rule["execErrState"] in get_args(OnError)
        assert re.fullmatch(r"\d+m", rule["for"])
        assert re.fullmatch(r"[a-z0-9-]{1,40}", rule["uid"])
        assert 0 < len(rule["title"]) <= 190
    for key in ("uid", "title"):
        assert len({rule[key] for rule in made}) == len(made), f"a {key} is there twice"


def test_a_name_that_grafana_would_not_take_is_refused_when_rendered() -> None:
    assert uid("AgentSilent") == "ww-agent-silent"
    with pytest.raises(ValueError, match="too long for Grafana"):
        uid("A" * 40)


def test_a_finding_is_asked_as_it_is_so_that_it_resolves_and_a_lost_series_does_not() -> None:
    by_uid = {rule["uid"]: rule for rule in rules()}
    silent = by_uid["ww-agent-silent"]
    assert silent["data"][0]["model"]["expr"] == 'wardwatch_finding{rule="agent-silent"}'
    assert silent["missing_series_evals_to_resolve"] == 60
    assert silent["noDataState"] == "KeepLast"
    assert by_uid["ww-collector-down"]["noDataState"] == "Alerting"


def test_every_expression_parses() -> None:
    asked = [rule["data"][0]["model"]["expr"] for rule in rules()]
    asked += [panel.expr.replace("$asset", "pc-1") for board in BOARDS for panel in board.panels]
    asked += [told(one) for one in alerts()]
    for expression in asked:
        assert promql_parser.parse(expression) is not None


def test_receivers_policies_and_quiet_hours_name_each_other() -> None:
    told_of = loaded("alerting")
    points = {one["name"] for one in told_of["contactPoints"]}
    quiet = {one["name"] for one in told_of["muteTimes"]}
    (policy,) = told_of["policies"]
    assert {policy["receiver"], *(one["receiver"] for one in policy["routes"])} <= points
    named = {name for one in policy["routes"] for name in one.get("mute_time_intervals", ())}
    assert named == quiet
    watchdog = policy["routes"][0]["object_matchers"][0][2]
    assert watchdog in {rule["title"] for rule in rules()}


def test_panels_fit_beside_each_other_and_ask_the_one_data_source() -> None:
    (source,) = loaded("datasources")["datasources"]
    for name, board in boards().items():
        taken: set[tuple[int, int]] = set()
        for panel in board["panels"]:
            place = panel["gridPos"]
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert not taken & cells, f"{name}: {panel['title']} lies on another panel"
            assert max(x for x, _ in cells) < 24
            taken |= cells
            assert panel["datasource"]["uid"] == source["uid"]
    assert len({board["uid"] for board in boards().values()}) == len(BOARDS)


def test_one_pc_is_chosen_by_a_variable_that_its_panels_use() -> None:
    machine = boards()["grafana/dashboards/machine.json"]
    (variable,) = machine["templating"]["list"]
    assert variable["name"] == "asset"
    assert all("$asset" in panel["targets"][0]["expr"] for panel in machine["panels"])


def test_the_compose_file_mounts_what_is_rendered_and_opens_no_door() -> None:
    compose = YAML(typ="safe", pure=True).load((DEPLOY / "compose.yaml").read_text("utf-8"))
    assert set(compose["services"]) == {"prometheus", "alertmanager", "grafana"}
    for service in compose["services"].values():
        assert "ports" not in service
        assert re.search(r":v?\d+\.\d+\.\d+$", service["image"])
        for mount in service["volumes"]:
            source = mount.split(":")[0]
            assert source in compose["volumes"] or (DEPLOY / source).exists(), source
    listening = json.dumps(compose["services"])
    assert listening.count("127.0.0.1") >= 3
