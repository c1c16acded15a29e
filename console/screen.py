"""The four answers on a terminal: with colours where there is one, plain text elsewhere."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from alerts import words as alert_words
from collector.messages import Language
from console import names
from console.answers import Answer, answers, tasks
from console.desk import Moment
from console.words import Words

STYLES = {"pass": "bold green", "fail": "bold red", "unknown": "bold yellow"}
SIGNS = {"pass": "✔", "fail": "✘", "unknown": "?"}
WORDS = {"pass": "passed", "fail": "failed", "unknown": "unknown-word"}


def as_values(moment: Moment) -> dict[str, Any]:
    """For `--json`: the answers, what to do first, and the open incidents."""
    return {
        "at": moment.office.now,
        "site": moment.office.inventory.site.id,
        "answers": answers(moment.targets, moment.findings),
        "tasks": tasks(moment.findings),
        "incidents": moment.open_incidents,
    }


def show(moment: Moment, language: Language) -> None:
    """Print to stdout."""
    office = moment.office
    site = office.inventory.site
    words = Words(language, site.timezone, office.now)
    console = Console(highlight=False, soft_wrap=False)
    title = words.text("status.title", site=site.name, at=words.instant(office.now))
    console.print(Text(title, "bold"))
    console.print(_answers(answers(moment.targets, moment.findings), words))
    console.print(Text(words.text("status.todo"), "bold"))
    found = tasks(moment.findings)
    if not found:
        console.print("  " + words.text("status.todo-none"))
    for number, task in enumerate(found, 1):
        subjects = ", ".join(
            names.label(office.inventory, one.subject) for one in task.findings[:3]
        )
        more = f" (+{len(task.findings) - 3})" if len(task.findings) > 3 else ""
        name = alert_words.title(task.rule, language)
        console.print(
            Text.assemble(f"  {number}. ", (name, STYLES[task.verdict]), f": {subjects}{more}")
        )
    open_now = moment.open_incidents
    console.print(Text(words.text("status.incidents", count=len(open_now)), "bold"))
    for one in open_now[:10]:
        line = f"  {one.id}  {alert_words.title(one.rule, language)}: {one.subject}"
        console.print(Text(line))


def _answers(given: tuple[Answer, ...], words: Words) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for answer in given:
        word = words.text(f"answer.{answer.question}.{WORDS[answer.verdict]}")
        table.add_row(
            Text(f"  {SIGNS[answer.verdict]} {word}", STYLES[answer.verdict]),
            Text(words.text(f"answer.{answer.question}.question")),
            Text(words.text(answer.because, **answer.values), "dim"),
        )
    return table
