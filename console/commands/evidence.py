"""`wardwatch evidence`: hand an incident's evidence out, and check such a file offline."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from collector import audit
from console.commands.call import Call, Refused, actor, json_option, print_json, state_option


@click.group()
def evidence() -> None:
    """Export and check chained evidence."""


@evidence.command()
@click.argument("incident")
@click.option("--out", type=click.Path(path_type=Path), help="A .zip, a .jsonl or a folder.")
@click.option("--misp", is_flag=True, help="Only the event for MISP, as JSON.")
@click.option("--with-internal-addresses", is_flag=True, help="In the timeline; raw readings stay.")
@click.option("--with-user-names", is_flag=True, help="In the timeline; raw readings stay.")
@state_option
@click.pass_obj
def export(call: Call, /, incident: str, out: Path | None, *, misp: bool, **shown: bool) -> None:
    """Write the evidence of INCIDENT as one sealed archive (or, to a .jsonl, its chain alone)."""
    from alerts.incidents import NotAllowed  # noqa: PLC0415

    with call.desk() as desk, desk.store.write() as connection:
        inventory = desk.source.current()
        form = "misp" if misp else "chain" if out and out.suffix == ".jsonl" else "archive"
        try:
            name, content = _content(connection, inventory, incident, call.clock(), form, **shown)
        except NotAllowed as error:
            raise Refused(str(error)) from error
        place = out / name if out is not None and out.is_dir() else out or Path(name)
        try:
            place.write_bytes(content)
        except OSError as error:
            raise Refused(f"{place}: {error.strerror}") from error
        digest = hashlib.sha256(content).hexdigest()
        detail = {"incident": incident, "file": place.name, "sha256": digest}
        audit.append(connection, call.clock(), actor(), "evidence.exported", detail)
    click.echo(str(place))
    click.echo(f"SHA-256 {digest}", err=True)


def _content(
    connection: Any, inventory: Any, id: str, now: datetime, form: str, **asked: bool
) -> tuple[str, bytes]:
    """The name that the file has by itself, and what is in it."""
    from alerts import misp, queries  # noqa: PLC0415
    from alerts.documents.redaction import Disclosure  # noqa: PLC0415
    from alerts.dossier import dossier  # noqa: PLC0415
    from alerts.evidence import chained  # noqa: PLC0415

    shown = Disclosure(**{name.removeprefix("with_"): said for name, said in asked.items()})
    if form == "chain":
        return f"chung-cu-{id.lower()}.jsonl", chained(connection, id, now)
    if form == "archive":
        made = dossier(connection, inventory, id, now, shown)
        return made.name, made.content
    file = queries.file(connection, id, now)
    if file is None:
        raise Refused(f"there is no incident {id}")
    return f"misp-{id.lower()}.json", misp.event(file, inventory, shown)


@evidence.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def verify(file: Path, as_json: bool) -> None:
    """Check every byte of FILE, an archive or a chain; exit code 1 where one was changed."""
    from alerts import evidence as chain  # noqa: PLC0415

    try:
        checked = chain.verify(file)
    except chain.EvidenceError as error:
        raise Refused(str(error)) from error
    if as_json:
        print_json(checked)
    else:
        whole = f"is whole: {checked.rows} rows, head {checked.head}"
        click.echo(f"{file} {checked.problem or whole}")
    if checked.problem:
        raise click.exceptions.Exit(1)
