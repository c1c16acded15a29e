"""Makes the folder that it is run in the root, lets go of all else, and becomes another program.

Run by `boot.sh` by its path, so it imports nothing of ours: letting_go.py PROGRAM ARGUMENT...
"""

from __future__ import annotations

import ctypes
import os
import sys

DETACHED = 2
"""MNT_DETACH (umount(2)): with everything that is mounted below."""
OLD = ".before"


def _called(name: str, *words: bytes | int) -> None:
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*words):
        code = ctypes.get_errno()
        sys.exit(f"{name}: {os.strerror(code)}")


def main() -> None:
    """Replace this process; ends with a sentence where the kernel refuses."""
    here = os.open(".", os.O_PATH | os.O_DIRECTORY)
    # Of a chroot no other root can be made (pivot_root(2)): first back to the namespace's own.
    namespace = os.open("/proc/self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
    _called("setns", namespace, 0)
    os.fchdir(here)
    os.close(here)
    _called("pivot_root", b".", OLD.encode())
    os.chroot(".")
    os.chdir("/")
    _called("umount2", f"/{OLD}".encode(), DETACHED)
    os.execve(sys.argv[1], sys.argv[1:], os.environ)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
