"""Words that stand before a program which is to have mounts or a network of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOTING = Path(__file__).parent / "agent" / "rooting.py"


def apart(kind: str) -> tuple[str, ...]:
    """`--net` or `--mount`: as root, also in a chroot; or as root among users of one's own.

    In a chroot nobody gets users of his own (user_namespaces(7)), and unshare(1) cannot make its
    mounts private, as its root is none.
    """
    if os.geteuid() != 0:
        return ("unshare", kind, "--map-root-user")
    if kind == "--mount":
        private = (sys.executable, str(ROOTING), "private")
        return ("unshare", kind, "--propagation", "unchanged", *private)
    return ("unshare", kind)
