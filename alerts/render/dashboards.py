"""Grafana's dashboards as JSON, by the typed builders of Grafana's own SDK."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from alerts.render.boards import BOARDS, Board, Kind, Panel
from alerts.words import texts

SOURCE = {"type": "prometheus", "uid": "wardwatch"}
"""As `alerts.render.grafana` provisions it."""
HEIGHT = 8


def documents() -> dict[str, str]:
    """File name to content, one for each board."""
    return {f"{board.id}.json": _json(_board(board)) for board in BOARDS}


def _json(value: Any) -> str:
    from grafana_foundation_sdk.cog.encoder import JSONEncoder  # noqa: PLC0415 - as below

    plain = json.loads(json.dumps(value, cls=JSONEncoder))
    return json.dumps(plain, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _board(board: Board) -> Any:
    # The builders of all panels cost a second to load: only who renders pays it.
    from grafana_foundation_sdk.builders.dashboard import (  # noqa: PLC0415
        Dashboard,
        QueryVariable,
    )
    from grafana_foundation_sdk.models.dashboard import DataSourceRef  # noqa: PLC0415

    title = texts().text("vi", f"board.{board.id}.title")
    made = (
        Dashboard(title)
        .uid(f"wardwatch-{board.id}")
        .tags(["wardwatch"])
        .description(texts().text("en", f"board.{board.id}.title"))
        .timezone("Asia/Ho_Chi_Minh")
        .refresh("1m")
        .time("now-24h", "now")
        .readonly()
    )
    if board.variable:
        label, series = board.variable
        made = made.with_variable(
            QueryVariable(label)
            .label(texts().text("vi", f"board.{board.id}.choose"))
            .datasource(DataSourceRef(type_val=SOURCE["type"], uid=SOURCE["uid"]))
            .query(f"label_values({series}, {label})")
        )
    for panel in board.panels:
        made = made.with_panel(_panel(board, panel))
    return made.build()


def _panel(board: Board, panel: Panel) -> Any:
    from grafana_foundation_sdk.builders.prometheus import Dataquery  # noqa: PLC0415
    from grafana_foundation_sdk.models.dashboard import DataSourceRef  # noqa: PLC0415
    from grafana_foundation_sdk.models.prometheus import PromQueryFormat  # noqa: PLC0415

    query = Dataquery().expr(panel.expr).ref_id("A")
    if panel.legend:
        query = query.legend_format(panel.legend)
    if panel.kind in {"figure", "table"}:
        query = query.instant()
    if panel.kind == "table":
        query = query.format(PromQueryFormat.TABLE)
    made = (
        KINDS[panel.kind]()
        .title(texts().text("vi", f"board.{board.id}.{panel.id}"))
        .description(texts().text("en", f"board.{board.id}.{panel.id}"))
        .datasource(DataSourceRef(type_val=SOURCE["type"], uid=SOURCE["uid"]))
        .unit(panel.unit)
        .height(HEIGHT)
        .span(panel.width)
        .with_target(query)
    )
    return made if panel.lowest is None else made.thresholds(_thresholds(panel.lowest))


def _thresholds(lowest: float) -> Any:
    from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig  # noqa: PLC0415
    from grafana_foundation_sdk.models.dashboard import Threshold, ThresholdsMode  # noqa: PLC0415

    steps = [Threshold(color="red"), Threshold(value=lowest, color="green")]
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


def _figure() -> Any:
    from grafana_foundation_sdk.builders.stat import Panel as Stat  # noqa: PLC0415

    return Stat()


def _series() -> Any:
    from grafana_foundation_sdk.builders.timeseries import Panel as Timeseries  # noqa: PLC0415

    return Timeseries()


def _table() -> Any:
    from grafana_foundation_sdk.builders.table import Panel as Table  # noqa: PLC0415

    return Table()


def _steps() -> Any:
    from grafana_foundation_sdk.builders.statetimeline import Panel as Timeline  # noqa: PLC0415

    return Timeline()


KINDS: dict[Kind, Callable[[], Any]] = {
    "figure": _figure,
    "series": _series,
    "table": _table,
    "steps": _steps,
}
