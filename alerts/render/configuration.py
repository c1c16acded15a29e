"""What Prometheus scrapes, and how Alertmanager groups: configurations without a secret in them."""

from __future__ import annotations

from typing import Any


def prometheus(*rules_files: str) -> dict[str, Any]:
    """A scrape of the collector on this machine; its CA certificate lies beside the configuration."""
    return {
        "global": {"scrape_interval": "30s", "evaluation_interval": "30s"},
        "rule_files": [*rules_files],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": ["127.0.0.1:9093"]}]}]},
        "scrape_configs": [
            {
                "job_name": "wardwatch",
                "scheme": "https",
                "metrics_path": "/metrics",
                "tls_config": {"ca_file": "ca.pem"},
                # The series carry their own `site`; nothing of ours is named `job` or `instance`.
                "honor_labels": False,
                "static_configs": [{"targets": ["127.0.0.1:8443"]}],
            }
        ],
    }


def alertmanager() -> dict[str, Any]:
    """Many PCs behind one cause are one message; the watchdog goes its own way, and often."""
    return {
        "route": {
            "receiver": "officer",
            # Not by asset: two hundred PCs that fail alike are one message.
            "group_by": ["alertname", "site"],
            "group_wait": "1m",
            "group_interval": "10m",
            "repeat_interval": "12h",
            "routes": _routes(),
        },
        "inhibit_rules": _inhibited(),
        # Both are seen in Alertmanager's own page until the office adds mail or chat here.
        "receivers": _receivers(),
    }


def _routes() -> list[dict[str, Any]]:
    return [
        {
            # What is no finding of ours already becomes one; the watchdog too, so that
            # wardwatch knows that it would hear the others.
            "receiver": "wardwatch",
            "matchers": ['rule=""'],
            "continue": True,
            "group_wait": "5s",
            "group_interval": "1m",
            "repeat_interval": "5m",
        },
        {
            "receiver": "watchdog",
            "matchers": ['alertname="Watchdog"'],
            "group_wait": "0s",
            "group_interval": "1m",
            "repeat_interval": "5m",
        },
        {
            "receiver": "officer",
            "matchers": ['severity="critical"'],
            "group_wait": "30s",
            "repeat_interval": "4h",
        },
    ]


def _inhibited() -> list[dict[str, Any]]:
    return [
        {
            # A collector that is down makes every other word of it old news. `equal` is left
            # out on purpose: a label that is missing on both sides counts as equal, and the
            # source carries no `site`. The matchers name both sides instead.
            "source_matchers": ['alertname="CollectorDown"'],
            "target_matchers": ['alertname="JudgementStopped"'],
        },
        {
            # A dying disk explains that backups from it are late, for that very asset alone:
            # both sides always carry `asset` and `site`, as every finding does.
            "source_matchers": ['alertname="DiskUnhealthy"', 'asset!=""', 'site!=""'],
            "target_matchers": ['alertname="DiskFilling"', 'asset!=""', 'site!=""'],
            "equal": ["asset", "site"],
        },
    ]


def _receivers() -> list[dict[str, Any]]:
    return [
        {"name": "officer"},
        {"name": "watchdog"},
        {
            "name": "wardwatch",
            "webhook_configs": [
                {
                    "url": "https://127.0.0.1:8443/hooks/alertmanager",
                    "send_resolved": True,
                    "max_alerts": 0,
                    "http_config": {
                        "authorization": {"credentials_file": "alertmanager-token"},
                        "tls_config": {"ca_file": "ca.pem"},
                    },
                }
            ],
        },
    ]
