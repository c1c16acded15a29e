"""`wardwatch alerts`: the files by which Prometheus and Alertmanager do their part."""

from __future__ import annotations

from pathlib import Path

import click

from console.commands.call import Refused


@click.group()
def alerts() -> None:
    """Write the files of Prometheus and Alertmanager."""


@alerts.command()
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
def render(out: Path) -> None:
    """Write rules with their unit tests, the scrape configuration and Alertmanager's into OUT."""
    from alerts.prometheus import write  # noqa: PLC0415

    try:
        for path in write(out):
            click.echo(str(path))
    except OSError as error:
        raise Refused(f"{error.filename}: {error.strerror}") from error
