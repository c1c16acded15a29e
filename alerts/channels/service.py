"""Chat and push services by apprise: Telegram, Zalo, ntfy, Teams, a webhook, and many more."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

from alerts.outbox import ChannelError, Waiting

STATUS = re.compile(r"error=(\d{3})")
LONGEST = 3500
"""Letters of one message: Telegram takes 4,096, others more."""


def send(url: str, schemes: Sequence[str], one: Waiting) -> str:
    """Hand it over. Raises ChannelError; the URL, which holds the secret, stands in no word of it."""
    import apprise  # noqa: PLC0415 - it loads a hundred services

    scheme = url.partition("://")[0].lower()
    if schemes and scheme not in schemes:
        raise ChannelError(f"the URL in its file must begin with {' or '.join(schemes)}://")
    # Its own words may hold the URL: they are read for the status alone, and go nowhere.
    logging.getLogger("apprise").propagate = False
    service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if service is None:
        raise ChannelError("the URL in its file is none that apprise understands")
    with apprise.LogCapture(level=logging.WARNING) as said:  # type: ignore[no-untyped-call]
        taken = service.notify(title=one.message.subject, body=_short(one.message.body))
        words = said.getvalue()
    if not taken:
        status = STATUS.search(words)
        why = f"answered {status[1]}" if status else "cannot be reached"
        raise ChannelError(f"the service {scheme} {why}")
    return f"{scheme}: taken"


def _short(body: str) -> str:
    return body if len(body) <= LONGEST else body[:LONGEST].rpartition("\n")[0] + "\n…"
