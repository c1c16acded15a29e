"""Brings a database to this version's schema, step by step, each whole or not at all."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError

from collector.store.database import Store


class SchemaError(Exception):
    """The database cannot be brought to this version's schema."""


def migrate(store: Store) -> None:
    """Apply every migration that the database has not seen, in one transaction.

    Both databases roll schema changes back with their transaction, so a kill half way leaves the
    schema of before. Raises SchemaError where the database is newer than this program, or foreign.
    """
    try:
        with store.write() as connection:
            config = configuration(connection)
            scripts = ScriptDirectory.from_config(config)
            current = MigrationContext.configure(connection).get_current_revision()
            known = {script.revision for script in scripts.walk_revisions()}
            if current is not None and current not in known:
                raise SchemaError(
                    f"the database has schema {current}, which this version of wardwatch does not"
                    " know: it was written by a newer one. Install that version again."
                )
            if current is None and inspect(connection).get_table_names():
                raise SchemaError(
                    "the database holds tables that wardwatch did not make: name an empty one"
                )
            command.upgrade(config, "head")
    except DBAPIError as error:
        raise SchemaError(f"the database refused the schema: {error.orig}") from error


def configuration(connection: Connection) -> Config:
    """Alembic's settings for one connection; there is no alembic.ini."""
    config = Config()
    config.attributes["connection"] = connection
    config.set_main_option("script_location", "collector.store:migrations")
    config.set_main_option("path_separator", "os")
    return config
