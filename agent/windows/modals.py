"""This PC's rules for passwords and lockout, by NetUserModalsGet: no text that a language changes."""

from __future__ import annotations

import ctypes
import json
import sys
from ctypes import POINTER, byref, c_uint32

NAMES = ("min_password_length", "lockout_threshold")
LEAST = (0, 0)
MOST = (256, 999)
"""What Windows takes; anything beyond is not the answer of a system."""


class ModalsError(Exception):
    """The system does not tell; worded for the operator."""


class Passwords(ctypes.Structure):
    """USER_MODALS_INFO_0 (lmaccess.h)."""

    _fields_ = (
        ("min_length", c_uint32),
        ("max_age_seconds", c_uint32),
        ("min_age_seconds", c_uint32),
        ("force_logoff_seconds", c_uint32),
        ("history", c_uint32),
    )


class Lockout(ctypes.Structure):
    """USER_MODALS_INFO_3 (lmaccess.h)."""

    _fields_ = (
        ("duration_seconds", c_uint32),
        ("window_seconds", c_uint32),
        ("threshold", c_uint32),
    )


def parse(output: str) -> dict[str, int]:
    """What this module printed; empty where it is not whole."""
    try:
        found = json.loads(output)
        told = {name: found[name] for name in NAMES}
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    limits = zip(told.values(), LEAST, MOST, strict=True)
    return told if all(type(one) is int and low <= one <= high for one, low, high in limits) else {}


def read() -> dict[str, int]:
    """Ask the system; raises `ModalsError`."""
    passwords, lockout = _asked(0, Passwords), _asked(3, Lockout)
    return dict(zip(NAMES, (passwords.min_length, lockout.threshold), strict=True))


def _asked(level: int, kind: type[ctypes.Structure]) -> ctypes.Structure:
    if sys.platform != "win32":
        raise ModalsError("only Windows has NetUserModalsGet")
    library = ctypes.WinDLL("netapi32")
    buffer = POINTER(kind)()
    code = library.NetUserModalsGet(None, level, byref(buffer))
    if code:
        raise ModalsError(f"NetUserModalsGet: error {code}")
    try:
        return kind.from_buffer_copy(buffer.contents)
    finally:
        library.NetApiBufferFree(buffer)


if __name__ == "__main__":
    try:
        sys.stdout.write(json.dumps(read()))
    except ModalsError as problem:
        sys.exit(str(problem))
