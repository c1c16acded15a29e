"""The collector's stores, SQLite and PostgreSQL, with judgement's tables in them."""

from __future__ import annotations

from alerts import tables
from tests.collector.conftest import postgres, postgres_url, store

__all__ = ["postgres", "postgres_url", "store", "tables"]
