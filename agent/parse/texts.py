"""Texts that Windows programs write: UTF-16 with its byte-order mark, or UTF-8."""

from __future__ import annotations

import codecs

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


def decoded(data: bytes) -> str:
    """The text without its marks, lines ended by a line feed; what is no such text is replaced.

    Some exports were marked twice, and wmic ends a redirected line with two carriage returns.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", "replace")
    elif b"\0" in data[1:4:2]:
        text = data.decode("utf-16-le", "replace")  # exported without a mark
    else:
        text = data.decode("utf-8", "replace")
    text = text.lstrip(MARK).replace("\r\r\n", "\n").replace("\r\n", "\n")
    return text.replace("\r", "\n")


def marked(text: str) -> bytes:
    """The text as Windows writes it: UTF-16 with its mark, CRLF."""
    return codecs.BOM_UTF16_LE + text.replace("\n", "\r\n").encode("utf-16-le", "surrogatepass")
