"""The office's Internet lines, looked at from the collector every minute."""

from collector.lines.ledger import prune, recent, record
from collector.lines.look import look

__all__ = ["look", "prune", "recent", "record"]
