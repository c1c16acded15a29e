"""The inventory's file, changed from a page: checked whole, written whole, never over another's work."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from collector.files import write_private
from collector.inventory.read import InventoryError, Problem, parse

BEFORE = "inventory-before.yaml"
"""In the state folder: the file as it was before the last change from a page."""


class EditError(Exception):
    """The file was not written; says why in words for the officer."""


def mark(content: bytes) -> str:
    """Tells one content of the file from another."""
    return hashlib.sha256(content).hexdigest()


def problems(text: str, file: str) -> tuple[Problem, ...]:
    """Every mistake of that text, by line; empty where it is right."""
    try:
        parse(text.encode(), file)
    except InventoryError as error:
        return error.problems
    return ()


def write(path: Path, text: str, before: str, state: Path) -> None:
    """Replace the file, if it is still as it was when it was opened. Raises EditError.

    What stands in `text` has been found right. The site's id must stay: the state belongs to it.
    """
    try:
        kept = path.read_bytes()
        if mark(kept) != before:
            raise EditError("changed")
        if parse(kept, path.name).site.id != parse(text.encode(), path.name).site.id:
            raise EditError("site")
        write_private(state / BEFORE, kept)
        mode = path.stat().st_mode & 0o777
        with NamedTemporaryFile(
            "wb", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as new:
            new.write(text.encode())
            new.flush()
            os.fsync(new.fileno())
        draft = Path(new.name)
        draft.chmod(mode)
        draft.replace(path)
    except InventoryError as error:
        raise EditError("broken") from error
    except OSError as error:
        raise EditError(f"unwritable: {error.strerror or error}") from error
