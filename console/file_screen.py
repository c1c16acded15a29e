"""Incidents on a terminal: the list, one incident's whole file, and its clocks."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from alerts import words as alert_words
from alerts.incidents import Incident
from alerts.queries import Duty, Event, File
from console import clocks
from console.words import Words


def show_incidents(found: Iterable[Incident], words: Words) -> None:
    """A line each: number, since when, how far it has come, what it is about."""
    table = _columns(3)
    for one in found:
        about = f"{alert_words.title(one.rule, words.language)}: {one.subject}"
        state = words.alerts(f"state.{one.state}")
        table.add_row(one.id, words.instant(one.t0), state, about)
    _print(table)


def show_file(file: File, words: Words) -> None:
    """What happened, which clocks run, what was done."""
    one = file.incident
    about = alert_words.because(one.signal, words.language, words.timezone)
    head = Text(f"{one.id}  {words.alerts(f'state.{one.state}')}", "bold")
    _print(head, Text(f"{alert_words.title(one.rule, words.language)}: {about}"))
    show_duties(file.duties, words)
    table = _columns(2)
    for event in file.history:
        table.add_row(words.instant(event.at), event.actor, _done(event, words))
    _print(table)


def show_duties(duties: Iterable[Duty], words: Words) -> None:
    """The legal clocks: the id that commands take, its state, when it is due, what it is."""
    table = _columns(3)
    for duty in duties:
        state = words.alerts(f"obligation.{duty.state}")
        name = clocks.told(duty, words.language).name
        table.add_row(duty.obligation, state, words.instant(duty.due_at), name)
    _print(table)


def _done(event: Event, words: Words) -> str:
    action = words.alerts(f"action.{event.action}")
    return action if event.actor == "wardwatch" or not event.reason else f"{action}: {event.reason}"


def _columns(narrow: int) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for _ in range(narrow):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _print(*parts: Table | Text) -> None:
    console = Console(highlight=False, soft_wrap=False)
    for part in parts:
        if not isinstance(part, Table) or part.row_count:
            console.print(part)
