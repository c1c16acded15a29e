"""`wardwatch document line-month|line-outage`: the papers on an Internet line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from console.commands.call import Call, Refused
from console.commands.files import audited, disclosure, shown_options, wanted, write

if TYPE_CHECKING:
    from alerts.documents.model import Paper
    from console.desk import Desk


def _made(
    call: Call,
    kind: str,
    what: str,
    formats: str,
    out: Path,
    paper: Callable[[Desk], Paper],
) -> None:
    from alerts.documents.period import PeriodError  # noqa: PLC0415
    from console.line_papers import LineError  # noqa: PLC0415

    chosen = wanted(formats)
    with call.desk() as desk:
        try:
            found = paper(desk)
        except (LineError, PeriodError) as error:
            raise Refused(str(error)) from error
        write(desk, found, chosen, out, audited(call, desk, kind, of=what))


@click.command("line-month")
@click.argument("line")
@click.option("--month", metavar="YYYY-MM", help="By default this month, as far as it is over.")
@click.option("--format", "formats", default="pdf,docx,xlsx", show_default=True)
@shown_options
@click.pass_obj
def line_month(
    call: Call, /, line: str, month: str | None, formats: str, out: Path, **asked: Any
) -> None:
    """Write the monthly sheet of LINE: availability, interruptions by cause, speed paid for."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    from alerts.documents.line_month import line_month as paper_of  # noqa: PLC0415
    from console.line_papers import month_digest  # noqa: PLC0415

    def paper(desk: Desk) -> Paper:
        inventory, now = desk.source.current(), call.clock()
        local = now.astimezone(ZoneInfo(inventory.site.timezone))
        shown = disclosure(**asked)
        with desk.store.read() as connection:
            found = month_digest(connection, inventory, line, month or f"{local:%Y-%m}", now)
        return paper_of(found, shown)

    _made(call, "line-month", f"{line} {month or ''}".strip(), formats, out, paper)


@click.command("line-outage")
@click.argument("line")
@click.option("--interruption", type=int, help="Its number; by default the newest.")
@click.option("--format", "formats", default="pdf,docx", show_default=True)
@shown_options
@click.pass_obj
def line_outage(
    call: Call, /, line: str, interruption: int | None, formats: str, out: Path, **asked: Any
) -> None:
    """Write to the provider of LINE about one interruption, with all that shows whose it was."""
    from alerts.documents.line_outage import line_outage as paper_of  # noqa: PLC0415
    from console.line_papers import outage_digest  # noqa: PLC0415

    def paper(desk: Desk) -> Paper:
        shown = disclosure(**asked)
        with desk.store.read() as connection:
            found = outage_digest(
                connection, desk.source.current(), line, interruption, call.clock()
            )
        return paper_of(found, shown)

    _made(call, "line-outage", f"{line} {interruption or ''}".strip(), formats, out, paper)


COMMANDS = (line_month, line_outage)
