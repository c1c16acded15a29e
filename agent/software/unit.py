"""A unit of systemd, as it may be told: its name without an account's, and the command it starts."""

from __future__ import annotations

from collections.abc import Iterator

PACKAGED = ("/usr/lib/systemd/", "/lib/systemd/")


def shown(name: str) -> str:
    """Of a template the instance may be called as an account is: `backup@lan.service`."""
    stem, at, instance = name.partition("@")
    return f"{stem}@*.{instance.rpartition('.')[2]}" if at and instance[:1] != "." else name


def command(text: str) -> str | None:
    """What a service starts; None of a timer, a socket, a path."""
    return next((value for key, value in settings(text) if key == "execstart"), None)


def settings(text: str) -> Iterator[tuple[str, str]]:
    """`Key=value` rows in their order; the first one of a key is the one that is looked at."""
    for line in text.splitlines():
        key, sign, value = line.partition("=")
        if sign:
            yield key.strip().lower(), value.strip()
