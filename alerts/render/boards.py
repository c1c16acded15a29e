"""What Grafana's dashboards show, as plain values: boards, their panels, and the expressions behind."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Kind = Literal["figure", "series", "table", "steps"]
"""One big number; lines over time; a row for each series now; states over time."""


class Panel(Struct, frozen=True):
    """One picture. Its title stands in the catalogue under `board.BOARD.ID`."""

    id: str
    kind: Kind
    expr: str
    legend: str = ""
    unit: str = "short"
    """Grafana's name: `percentunit` for a ratio, `bytes`, `s`, `bps`, `dateTimeFromNow`."""
    width: int = 12
    """Of 24 columns."""
    lowest: float | None = None
    """A figure below it is red; from it on green."""


class Board(Struct, frozen=True):
    """One dashboard. `variable` is a label by which the reader chooses, with where its values are."""

    id: str
    panels: tuple[Panel, ...]
    variable: tuple[str, str] | None = None


BOARDS = (
    Board(
        "overview",
        (
            *(
                Panel(
                    f"item-{item}",
                    "figure",
                    f'wardwatch_target_ratio{{item="{item}"}}',
                    unit="percentunit",
                    width=8,
                    lowest=1,
                )
                for item in (23, 27, 28)
            ),
            Panel("failing", "table", "wardwatch_finding == 1", "{{rule}} {{asset}}"),
            Panel("unknown", "table", "wardwatch_finding_unknown == 1", "{{rule}} {{asset}}"),
            Panel(
                "presence",
                "series",
                "sum by (state) (wardwatch_agent_state)",
                "{{state}}",
                width=24,
            ),
            Panel(
                "targets",
                "series",
                "wardwatch_target_ratio",
                "{{item}}",
                "percentunit",
                width=24,
            ),
        ),
    ),
    Board(
        "machine",
        (
            Panel(
                "cpu", "series", 'wardwatch_host_cpu_ratio{asset="$asset"}', "CPU", "percentunit"
            ),
            Panel(
                "memory",
                "series",
                'wardwatch_host_memory_bytes{asset="$asset"}',
                "{{kind}}",
                "bytes",
            ),
            Panel(
                "disks",
                "series",
                'wardwatch_host_filesystem_bytes{asset="$asset",kind="available"}'
                ' / ignoring(kind) wardwatch_host_filesystem_bytes{asset="$asset",kind="total"}',
                "{{mount}}",
                "percentunit",
            ),
            Panel(
                "network",
                "series",
                'rate(wardwatch_host_network_bytes_total{asset="$asset"}[5m]) * 8',
                "{{direction}}",
                "bps",
            ),
            Panel(
                "state",
                "steps",
                'wardwatch_agent_state{asset="$asset"}',
                "{{state}}",
                width=24,
            ),
            Panel(
                "checks",
                "table",
                'wardwatch_security_check{asset="$asset"} == 1',
                "{{check}} {{verdict}}",
            ),
            Panel("findings", "table", 'wardwatch_finding{asset="$asset"} == 1', "{{rule}}"),
        ),
        ("asset", 'wardwatch_asset_info{kind="machine"}'),
    ),
    Board(
        "line",
        (
            Panel("up", "steps", "wardwatch_line_up", "{{line}}", width=24),
            Panel("latency", "series", "wardwatch_line_latency_seconds", "{{line}}", "s"),
            Panel("loss", "series", "wardwatch_line_loss_ratio", "{{line}}", "percentunit"),
            Panel(
                "availability",
                "table",
                "wardwatch_line_availability_ratio",
                "{{line}} {{hours}} {{window}}",
                "percentunit",
            ),
            Panel(
                "contract",
                "table",
                "wardwatch_line_contract_bits_per_second",
                "{{line}} {{direction}}",
                "bps",
            ),
        ),
    ),
    Board(
        "devices",
        (
            Panel("up", "steps", "wardwatch_device_up", "{{asset}}", width=24),
            Panel(
                "supplies",
                "series",
                "wardwatch_printer_supply_ratio",
                "{{asset}} {{supply}}",
                "percentunit",
            ),
            Panel("charge", "series", "wardwatch_ups_charge_ratio", "{{asset}}", "percentunit"),
            Panel(
                "ports",
                "series",
                "rate(wardwatch_interface_bytes_total[5m]) * 8",
                "{{asset}} {{interface}} {{direction}}",
                "bps",
                width=24,
            ),
        ),
    ),
    Board(
        "backups",
        (
            Panel(
                "success",
                "table",
                "wardwatch_backup_last_success_timestamp_seconds * 1000",
                "{{set}}",
                "dateTimeFromNow",
            ),
            Panel(
                "proof",
                "table",
                "wardwatch_backup_last_proof_timestamp_seconds * 1000",
                "{{set}}",
                "dateTimeFromNow",
            ),
            Panel(
                "age",
                "series",
                "(time() - wardwatch_backup_last_success_timestamp_seconds)"
                " / wardwatch_backup_rpo_seconds",
                "{{set}}",
                "percentunit",
            ),
            Panel("size", "series", "wardwatch_backup_bytes", "{{set}}", "bytes"),
            Panel(
                "read", "series", "wardwatch_repository_read_ratio", "{{repository}}", "percentunit"
            ),
            Panel(
                "damaged",
                "series",
                "wardwatch_repository_damaged_objects",
                "{{repository}}",
            ),
        ),
    ),
    Board(
        "incidents",
        (
            Panel(
                "open",
                "figure",
                'sum(wardwatch_incidents{state=~"new|acknowledged|handling|fixed"}) or vector(0)',
                width=8,
            ),
            Panel(
                "due",
                "table",
                "wardwatch_obligation_due_timestamp_seconds * 1000",
                "{{incident}} {{obligation}}",
                "dateTimeFromNow",
                width=16,
            ),
            Panel(
                "levels",
                "series",
                "sum by (kind, severity) (wardwatch_incidents)",
                "{{kind}} {{severity}}",
                width=24,
            ),
        ),
    ),
    Board(
        "collector",
        (
            Panel("up", "figure", 'up{job="wardwatch"}', width=8, lowest=1),
            Panel(
                "judged",
                "figure",
                "time() - wardwatch_judged_timestamp_seconds",
                unit="s",
                width=8,
            ),
            Panel("samples", "figure", 'scrape_samples_scraped{job="wardwatch"}', width=8),
            Panel(
                "reports",
                "series",
                "sum by (result) (rate(wardwatch_reports_total[5m]))",
                "{{result}}",
                "reqps",
            ),
            Panel(
                "ingest",
                "series",
                "histogram_quantile(0.99, sum by (le) (rate(wardwatch_ingest_seconds_bucket[5m])))",
                "p99",
                "s",
            ),
            Panel("cpu", "series", "rate(process_cpu_seconds_total[5m])", "CPU", "percentunit"),
            Panel("memory", "series", "process_resident_memory_bytes", "RSS", "bytes"),
        ),
    ),
)
