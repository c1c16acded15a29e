"""`docs/rules.md`: every rule with its texts in both languages, generated from registry and catalogue.

`python -m alerts.render.page > docs/rules.md` writes it anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from alerts.render.rules import CLASSES, alert_name
from alerts.rules import RULES
from alerts.rules.rule import Rule
from alerts.targets import COUNTED
from alerts.words import texts

HEAD = """\
# Rules

Generated from the registry `alerts/rules/` and the texts in `alerts/messages/`; a test keeps it in
step (`python -m alerts.render.page > docs/rules.md`). Figures made from these rules are defined in
[targets.md](targets.md).

Every rule gives every subject exactly one verdict: **pass**, **fail**, or **unknown** with its reason.
What could not be read never passes. A security, load or event reading speaks for 14 days, an inventory of
hardware, system or software for 35; an older one is unknown. A verdict names the reports it rests on.

`opens` tells whether a failing verdict opens an incident. Where only a purchase ends the lack, or the
work comes back every week, it does not: that is a figure of the report. `tag` is the Reference Security
Incident Taxonomy, `group` the office's N1 to N9, `level` M1 (worst) to M4. `target` tells which rules
the figures of the plan rest on; the others are shown beside them. `Prometheus` names the alert; what
is `info` belongs in the monthly report and alerts nobody.

What happened (an event, a change) fails until an officer explains it: its incident is fixed, closed, a
false alarm, a duplicate or void. Where it opens no incident it is told for seven days.

Thresholds that an office may change stand in `inventory.yaml` under `rules`, `profiles`, `lines`,
`repositories` and `backups`.
"""


def page() -> str:
    """The whole document."""
    table = [
        "| rule | item | severity | opens | tag | group, level | Prometheus | target |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *(_row(rule) for rule in RULES.values()),
    ]
    sections = ["\n".join(_section(rule)) for rule in RULES.values()]
    return "\n".join([HEAD, *table, "", *sections, *_shared()]) + "\n"


def _row(rule: Rule[Any]) -> str:
    opens = "incident" if rule.opens_incident else "–"
    group = f"{rule.group or '–'}, {rule.level}"
    cells = (
        f"[{rule.id}](#{rule.id})",
        f"{rule.item} {CLASSES[rule.item]}",
        rule.severity,
        opens,
        f"`{rule.tag}`",
        group,
        "–" if rule.severity == "info" else f"`{alert_name(rule.id)}`",
        "counts" if rule.id in COUNTED else "–",
    )
    return f"| {' | '.join(cells)} |"


def _section(rule: Rule[Any]) -> Iterator[str]:
    yield f"## {rule.id}\n"
    yield "| | Tiếng Việt | English |"
    yield "| --- | --- | --- |"
    for part in ("title", "what", "why", "remedy", "proof"):
        yield _both(part, f"{rule.id}.{part}")
    for key in texts().texts["vi"]:
        if key.startswith(f"{rule.id}.because."):
            yield _both(f"`{key.rsplit('.', 1)[1]}`", key)
    yield ""


def _shared() -> Iterator[str]:
    yield "## Reasons common to all rules\n"
    yield "| | Tiếng Việt | English |"
    yield "| --- | --- | --- |"
    for key in texts().texts["vi"]:
        if key.startswith("because."):
            yield _both(f"`{key.rsplit('.', 1)[1]}`", key)


def _both(name: str, key: str) -> str:
    return f"| {name} | {texts().texts['vi'][key]} | {texts().texts['en'][key]} |"


if __name__ == "__main__":
    sys.stdout.write(page())
