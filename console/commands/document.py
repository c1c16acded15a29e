"""`wardwatch document`: papers, ready to be read, signed and sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from console.commands import line_document, recovery_sheet, sign
from console.commands.call import Call, Refused, actor, state_option
from console.commands.files import audited, disclosure, shown_options, wanted, write

if TYPE_CHECKING:
    from console.papers import Format, Kind, PeriodKind, Wish

OF_INCIDENT: dict[Kind, str] = {
    "police": "the initial report to the ward police",
    "72h": "the 72-hour report: cause, scope, remedy",
    "update": "a report in between",
    "final": "the final report",
    "data-notice": "the personal-data notice (Mẫu 08)",
    "record": "the record (biên bản) of a personal-data violation",
    "handover": "the sheet of what is handed over to the ward police",
}
OF_PERIOD: dict[PeriodKind, str] = {
    "items": "the report on items 23, 27 and 28",
    "register": "the register of incidents (sổ sự cố)",
    "security-year": "the yearly network-security report, 15 December to 14 December",
    "upgrade": "the plan of item 28: who to equip first, with costs",
}


@click.group()
def document() -> None:
    """Write papers."""


def paper_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every command asks that makes a paper of an incident."""
    drill = click.option("--drill", is_flag=True, help="As a drill's paper, marked on every page.")
    return drill(shown_options(command))


def write_police(call: Call, id: str, formats: list[Format], out: Path, **asked: bool) -> None:
    """Write the initial report and name its files."""
    write_incident(call, id, "police", formats, out, **asked)


def write_incident(
    call: Call, id: str, kind: Kind, formats: list[Format], out: Path, **asked: bool
) -> None:
    """Write the files and name them; what a person still has to fill in goes to stderr."""
    from console.papers import Wish  # noqa: PLC0415

    drill = asked.pop("drill")
    _write(call, Wish(id, "drill" if drill else "real", disclosure(**asked), kind), formats, out)


def _write(call: Call, wish: Wish, formats: list[Format], out: Path) -> None:
    from alerts.documents.letter import PurposeError  # noqa: PLC0415
    from console import papers  # noqa: PLC0415
    from console.cases import CaseError  # noqa: PLC0415

    with call.desk() as desk:
        office, now = desk.moment().office, call.clock()

        def keep(one: Format, name: str, content: bytes) -> None:
            with desk.store.write() as connection:
                papers.note(connection, now, actor(), wish, one, content)
                if one == "pdf" and wish.purpose == "real":
                    papers.filed(connection, now, actor(), wish, name, content)

        try:
            with desk.store.read() as connection:
                paper = papers.incident_paper(connection, office, wish, now)
        except (CaseError, PurposeError) as error:
            raise Refused(str(error)) from error
        write(desk, paper, formats, out, keep)


def _of_incident(kind: Kind) -> click.Command:
    def run(call: Call, /, id: str, formats: str, out: Path, **asked: bool) -> None:
        write_incident(call, id, kind, wanted(formats), out, **asked)

    wrapped = click.pass_obj(run)
    wrapped = paper_options(wrapped)
    wrapped = click.option("--format", "formats", default="pdf,docx", show_default=True)(wrapped)
    wrapped = click.argument("id")(wrapped)
    return click.command(kind, help=f"Write {OF_INCIDENT[kind]}, on incident ID.")(wrapped)


def _of_period(kind: PeriodKind) -> click.Command:
    def run(call: Call, /, span: str | None, formats: str, out: Path, **asked: bool) -> None:
        write_period(call, kind, span, wanted(formats), out, **asked)

    wrapped = click.pass_obj(run)
    wrapped = shown_options(wrapped)
    default = "pdf,docx,xlsx"
    wrapped = click.option("--format", "formats", default=default, show_default=True)(wrapped)
    wrapped = click.option(
        "--period", "span", metavar="PERIOD", help="2026H1, 2026H2 or 2026; by default this year."
    )(wrapped)
    return click.command(kind, help=f"Write {OF_PERIOD[kind]}.")(wrapped)


def write_period(
    call: Call, kind: PeriodKind, span: str | None, formats: list[Format], out: Path, **asked: bool
) -> None:
    """Write the files of a periodic paper; the same period gives the same bytes."""
    from alerts.documents.period import PeriodError  # noqa: PLC0415
    from console import papers  # noqa: PLC0415

    with call.desk() as desk:
        office = desk.moment().office
        chosen = span or _this_year(office.inventory.site.timezone, call.clock())

        try:
            with desk.store.read() as connection:
                shown = disclosure(**asked)
                paper = papers.period_paper(connection, office, kind, chosen, shown)
        except PeriodError as error:
            raise Refused(str(error)) from error
        write(desk, paper, formats, out, audited(call, desk, kind, period=chosen))


@click.command("privacy-notice")
@click.option("--format", "formats", default="pdf,docx", show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=".")
@state_option
@click.pass_obj
def privacy_notice(call: Call, formats: str, out: Path) -> None:
    """Write the notice to the staff, on one page: what their PCs send, and what for."""
    from agent import fields  # noqa: PLC0415
    from alerts.documents.privacy_notice import privacy_notice as notice  # noqa: PLC0415

    chosen = wanted(formats)
    with call.desk() as desk:
        paper = notice(desk.source.current(), call.clock(), fields.purposes("vi"))
        write(desk, paper, chosen, out, audited(call, desk, paper.kind))


def _this_year(timezone: str, now: datetime) -> str:
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    return str(now.astimezone(ZoneInfo(timezone)).year)


for _kind in OF_INCIDENT:
    document.add_command(_of_incident(_kind))
for _span in OF_PERIOD:
    document.add_command(_of_period(_span))
document.add_command(privacy_notice)
for _command in (*line_document.COMMANDS, *recovery_sheet.COMMANDS, *sign.COMMANDS):
    document.add_command(_command)
