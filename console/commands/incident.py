"""`wardwatch incident`: look at one incident and handle it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alerts.vocabulary import KINDS
from console.commands import obligations, send, told
from console.commands.call import Call, Refused, actor, json_option, print_json, state_option
from console.commands.document import paper_options, write_police

if TYPE_CHECKING:
    from alerts.incidents import Action
    from console.papers import Format

ACTS: dict[Action, str] = {
    "take": "Take the incident.",
    "handle": "Start handling it.",
    "note": "Add a note.",
    "fix": "Say that it is fixed; the next reading has to prove it.",
    "prove": "Confirm the fix of what a person reported, in words.",
    "close": "Close it, once a reading received after the fix has proved it.",
    "false-alarm": "End it as a false alarm.",
    "void": "Void what was entered by mistake; nothing is deleted.",
    "reopen": "Open it again.",
}


@click.group()
def incident() -> None:
    """Show and handle one incident."""


@incident.command()
@click.argument("id")
@json_option
@state_option
@click.pass_obj
def show(call: Call, id: str, as_json: bool) -> None:
    """The incident's whole file: clocks, history, proofs of sending."""
    from alerts import queries  # noqa: PLC0415
    from console.file_screen import show_file  # noqa: PLC0415

    with call.desk() as desk, desk.store.read() as connection:
        file = queries.file(connection, id, call.clock())
        words = call.words(desk)
    if file is None:
        raise Refused(f"there is no incident {id}")
    if as_json:
        print_json(file)
        return
    show_file(file, words)


@incident.command()
@click.argument("id", required=False)
@click.option("--format", "wanted", type=click.Choice(["pdf", "docx"]), default="pdf")
@click.option("--kind", type=click.Choice(KINDS), help="Open a new incident of that kind.")
@click.option("--subject", metavar="ASSET", help="The PC or device concerned; else the office.")
@click.option("--text", "words", metavar="WORDS", help="What was told.")
@click.option("--by", "who", metavar="POST", help="Who told it: a post is enough.")
@click.option("--at", "told_at", metavar="TIME", help="When: 2026-11-23T14:05; by default now.")
@paper_options
@click.pass_obj
def report(
    call: Call, /, id: str | None, wanted: Format, out: Path, kind: str | None, **asked: Any
) -> None:
    """Open an incident that a person reported, or write the initial report on incident ID."""
    if (id is None) == (kind is None):
        raise Refused("name an incident for its paper, or --kind, --text and --by for a new one")
    said = {name: asked.pop(name) for name in ("subject", "words", "who", "told_at")}
    if kind is not None:
        told.report(call, kind, said, drill=asked["drill"])
    elif id is not None:
        write_police(call, id, [wanted], out, **asked)


def _act(action: Action) -> click.Command:
    def run(call: Call, id: str, reason: str) -> None:
        from alerts import handling  # noqa: PLC0415
        from alerts.incidents import NotAllowed  # noqa: PLC0415

        with call.desk() as desk, desk.store.write() as connection:
            try:
                after = handling.act(connection, call.clock(), actor(), id, action, reason)
            except NotAllowed as error:
                raise Refused(str(error)) from error
        click.echo(f"{after.id} is {after.state}")

    wrapped = click.pass_obj(run)
    wrapped = click.option("--reason", default="", help="In words; kept for ever.")(wrapped)
    wrapped = click.argument("id")(state_option(wrapped))
    return click.command(action, help=ACTS[action])(wrapped)


for _name in ACTS:
    incident.add_command(_act(_name))
for _command in (
    obligations.classify,
    obligations.drill,
    obligations.sent,
    obligations.aside,
    told.correct,
    told.merge,
    told.state,
    send.send,
    send.resend,
    send.hand_over,
    send.files,
):
    incident.add_command(_command)
