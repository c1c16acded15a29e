"""What the serving process measures of itself, by prometheus-client."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.exposition import generate_latest

RESULTS = ("stored", "repeated", "conflict", "invalid", "refused", "failed")


class OwnMetrics:
    """One registry per process that serves."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.reports = Counter(
            "wardwatch_reports_total",
            "Reports by what became of them: stored; repeated (stored before); conflict (same "
            "number, other content); invalid (stored, but its section does not fit its kind); "
            "refused and failed count requests",
            ["result"],
            registry=self.registry,
        )
        for result in RESULTS:
            self.reports.labels(
                result
            )  # a series from the start: a rate has something to grow from
        self.ingest_seconds = Histogram(
            "wardwatch_ingest_seconds",
            "Seconds from a batch's last byte to its answer, commit included",
            buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
            registry=self.registry,
        )

    def render(self) -> bytes:
        """In the text format."""
        return generate_latest(self.registry)
