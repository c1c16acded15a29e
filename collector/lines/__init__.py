"""The office's Internet lines: looked at from the collector twice a minute, and from a few PCs."""

from collector.lines.ledger import recent, record
from collector.lines.look import look
from collector.lines.reach import own_gateway, reached

__all__ = ["look", "own_gateway", "reached", "recent", "record"]
