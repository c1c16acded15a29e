"""The four answers, and the way of each PC, on a terminal: with colours where there is one, plain text elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from alerts import words as alert_words
from alerts.office import Office
from backup.words import in_one
from collector.inventory.model import Inventory
from collector.inventory.problem import Problem
from collector.messages import Language
from collector.numbers import Numbers
from collector.state import Agent
from console import clocks, names
from console.answers import Answer, Task, answers, tasks
from console.clocks import Clock, Coming
from console.desk import Moment
from console.funnel import Step, funnel, strangers
from console.words import Words

STYLES = {"pass": "bold green", "fail": "bold red", "unknown": "bold yellow"}
SIGNS = {"pass": "✔", "fail": "✘", "unknown": "?"}
WORDS = {"pass": "passed", "fail": "failed", "unknown": "unknown-word"}

INCIDENTS_SHOWN = 10
PROBLEMS_SHOWN = 3


def as_values(moment: Moment, problems: Sequence[Problem]) -> dict[str, Any]:
    """For `--json`: the answers, what to do first, and the open incidents."""
    return {
        "at": moment.office.now,
        "site": moment.office.inventory.site.id,
        "answers": answers(moment.targets, moment.findings),
        "tasks": tasks(moment.findings),
        "incidents": moment.open_incidents,
        "inventory_problems": [str(one) for one in problems],
    }


def show(moment: Moment, problems: Sequence[Problem], language: Language) -> None:
    """Print to stdout: each line of its own, and what is too long goes on below itself."""
    office = moment.office
    site = office.inventory.site
    words = Words(language, site.timezone, office.now)
    console = Console(highlight=False, soft_wrap=False)
    title = words.text("status.title", site=site.name, at=words.instant(office.now))
    console.print(Text(title, "bold"))
    if problems:
        console.print(_problems(problems, words))
    console.print(_answers(answers(moment.targets, moment.findings), words))
    if proved := in_one(office.backups, office.inventory, language):
        console.print("  " + proved)
    console.print(Text(words.text("status.todo"), "bold"))
    found = tasks(moment.findings)
    if not found:
        console.print("  " + words.text("status.todo-none"))
    console.print(_tasks(found, office.inventory, language))
    running = clocks.running(moment.duties, language)
    coming = clocks.coming(office, language)
    if running or coming:
        console.print(Text(words.text("status.clocks"), "bold"))
        console.print(_clocks(running, coming, words))
    open_now = moment.open_incidents
    console.print(Text(words.text("status.incidents", count=len(open_now)), "bold"))
    rows = _grid()
    for one in open_now[:INCIDENTS_SHOWN]:
        rows.add_row(one.id, f"{alert_words.title(one.rule, language)}: {one.subject}")
    console.print(rows)


def show_funnel(
    office: Office, agents: Sequence[Agent], counted: Mapping[str, Numbers], language: Language
) -> None:
    """Print how far each declared PC has come, the agents that belong to none, and what was lost."""
    words = Words(language, office.inventory.site.timezone, office.now)
    console, steps = Console(highlight=False, soft_wrap=False), funnel(office)
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for name in ("machine", "joined", "reporting", "inventoried", "backed-up", "stuck"):
        table.add_column(words.text(f"funnel.{name}"), overflow="fold")
    for step in steps:
        reached = (step.joined, step.reporting, step.inventoried, step.backed_up)
        who = Text(step.asset) if step.agent is None else Text(f"{step.asset}\n{step.agent}")
        table.add_row(who, *(_tick(one, words) for one in reached), _stuck(step, words))
    console.print(table)
    counts = {
        "total": len(steps),
        "joined": sum(step.joined for step in steps),
        "reporting": sum(step.reporting for step in steps),
        "inventoried": sum(step.inventoried for step in steps),
        "backed_up": sum(step.backed_up is True for step in steps),
    }
    console.print(Text(words.text("funnel.count", **counts), "bold"))
    if counts["joined"] < counts["total"]:
        console.print(Text(words.text("funnel.install")))
    others = strangers(office, agents)
    if others:
        console.print(Text(words.text("funnel.strangers", count=len(others)), "bold"))
    for agent in others:
        key = "funnel.unlisted" if agent.asset else "funnel.pending"
        told = words.text(key, hostname=agent.hostname, agent=agent.id, asset=agent.asset)
        console.print(Padding(Text(told), (0, 0, 0, 2)))
    for agent in agents:
        if lost := _lost(agent, counted.get(agent.id, Numbers()), words):
            console.print(Text(lost))


def _lost(agent: Agent, counted: Numbers, words: Words) -> str | None:
    """What became of an agent's reports where not all of them are here."""
    if not counted.missing and not counted.declared_lost and not counted.unnumbered_losses:
        return None
    values = {
        name: getattr(counted, name)
        for name in Numbers.__struct_fields__
        if name != "missing_since_at"
    }
    return words.text("funnel.lost", asset=agent.asset or agent.hostname, agent=agent.id, **values)


def _answers(given: Sequence[Answer], words: Words) -> Table:
    table = _grid()
    for answer in given:
        word = words.text(f"answer.{answer.question}.{WORDS[answer.verdict]}")
        question = words.text(f"answer.{answer.question}.question")
        because = words.text(answer.because, **answer.values)
        table.add_row(
            Text(f"{SIGNS[answer.verdict]} {word}", STYLES[answer.verdict]),
            Text.assemble(question, "\n", (because, "dim")),
        )
    return table


def _problems(problems: Sequence[Problem], words: Words) -> Table:
    table = _grid()
    table.add_row(Text(SIGNS["fail"], STYLES["fail"]), words.text("inventory-problem"))
    for one in problems[:PROBLEMS_SHOWN]:
        table.add_row("", Text(str(one)))
    if len(problems) > PROBLEMS_SHOWN:
        more = words.text("inventory-more", count=len(problems) - PROBLEMS_SHOWN)
        table.add_row("", Text(f"{more} wardwatch inventory check"))
    return table


def _tasks(found: Sequence[Task], inventory: Inventory, language: Language) -> Table:
    table = _grid()
    for number, task in enumerate(found, 1):
        subjects = ", ".join(names.label(inventory, one.subject) for one in task.findings[:3])
        more = f" (+{len(task.findings) - 3})" if len(task.findings) > 3 else ""
        name = alert_words.title(task.rule, language)
        told = Text.assemble((name, STYLES[task.verdict]), f": {subjects}{more}")
        table.add_row(f"{number}.", told)
    return table


def _clocks(running: Sequence[Clock], coming: Sequence[Coming], words: Words) -> Table:
    table = _grid()
    for one in running:
        left = (one.due_at - words.now).total_seconds() if one.due_at else 0
        key, style = (
            ("span.left", STYLES["unknown"]) if left >= 0 else ("span.over", STYLES["fail"])
        )
        told = f"{one.incident}: {one.name}, {words.instant(one.due_at)}"
        table.add_row(Text(words.text(key, span=words.span(abs(left))), style), told)
    for two in coming:
        left_days = words.text("span.left", span=words.text("span.day", amount=two.days_left))
        day = words.text("overview.before", day=words.day(two.due_on))
        table.add_row(Text(left_days, "dim"), f"{two.name}, {day}")
    return table


def _stuck(step: Step, words: Words) -> Text:
    if step.stuck is None:
        return Text("")
    values = dict(step.stuck.values)
    if "presence" in values:
        values["presence"] = words.text(f"presence.{values['presence']}")
    if "error" in values:
        values["error"] = words.said(values["error"])
    return Text(words.text(f"funnel.{step.stuck.key}", **values))


def _tick(reached: bool | None, words: Words) -> Text:
    if reached is None:
        return Text(words.text("funnel.dash"), "dim")
    if reached:
        return Text(words.text("funnel.yes"), STYLES["pass"])
    return Text(words.text("funnel.no"), STYLES["unknown"])


def _grid() -> Table:
    """Columns without lines, two to the right; the last one wraps within itself."""
    table = Table(show_header=False, box=None, padding=(0, 1, 0, 2), pad_edge=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table
