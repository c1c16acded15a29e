"""`wardwatch evidence`: hand an incident's evidence out, and check such a file offline."""

from __future__ import annotations

from pathlib import Path

import click

from console.commands.call import Call, Refused, json_option, print_json, state_option


@click.group()
def evidence() -> None:
    """Export and check chained evidence."""


@evidence.command()
@click.argument("incident")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@state_option
@click.pass_obj
def export(call: Call, incident: str, out: Path) -> None:
    """Write the evidence of INCIDENT as one chained file."""
    from alerts.evidence import chained  # noqa: PLC0415
    from alerts.incidents import NotAllowed  # noqa: PLC0415

    with call.desk() as desk, desk.store.read() as connection:
        try:
            out.write_bytes(chained(connection, incident, call.clock()))
        except NotAllowed as error:
            raise Refused(str(error)) from error
        except OSError as error:
            raise Refused(f"{out}: {error.strerror}") from error
    click.echo(str(out))


@evidence.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def verify(file: Path, as_json: bool) -> None:
    """Check every line of FILE; exit code 1 where one was changed."""
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
