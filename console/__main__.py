"""The command `wardwatch`: what the officer types."""

from __future__ import annotations

import logging
import os
import sys
from datetime import UTC, datetime
from importlib.metadata import version

import click

from console.commands import Registry
from console.commands.call import Call
from console.settings import default_folder


def now() -> datetime:
    """The one clock of all commands."""
    return datetime.now(UTC)


@click.group(cls=Registry, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("wardwatch"), message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Watch over the PCs, lines, backups and incidents of a ward office."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    context.obj = Call(default_folder(os.environ, root=root), now)


def main() -> None:
    """Run one command. Exit code 0: well; 1: needs the officer; 2: bad input."""
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        datefmt="%Y-%m-%dT%H:%M:%S%z",
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    os.umask(0o077)  # whatever is written is for this user alone
    cli(prog_name="wardwatch")


if __name__ == "__main__":
    main()
