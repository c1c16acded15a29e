"""What no program does for a chroot: mounts of its own, and another root. Then another program.

Run by its path, so it imports nothing of ours:
rooting.py private PROGRAM ARGUMENT...  mounts of this namespace are told to no other from now on
rooting.py here PROGRAM ARGUMENT...     the folder that it is run in is the root, all else is let go
"""

from __future__ import annotations

import ctypes
import os
import sys

PRIVATE = 0x4000 | 1 << 18
"""MS_REC | MS_PRIVATE (mount(2))."""
DETACHED = 2
"""MNT_DETACH (umount(2)): with everything that is mounted below."""
OLD = ".before"


def _called(name: str, *words: bytes | int | None) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*words):
        sys.exit(f"{name}: {os.strerror(ctypes.get_errno())}")


def _to_the_root_of_the_namespace() -> None:
    # The root of a chroot is no mount: it has no propagation, and no other root can be made of it.
    namespace = os.open("/proc/self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
    _called("setns", namespace, 0)


def private() -> None:
    """Before anything is mounted."""
    root, here = (os.open(name, os.O_PATH | os.O_CLOEXEC) for name in ("/", "."))
    _to_the_root_of_the_namespace()
    _called("mount", b"none", b"/", None, PRIVATE, None)
    os.fchdir(root)
    os.chroot(".")
    os.fchdir(here)


def here() -> None:
    """The folder is a mount, and has an empty folder `.before`."""
    folder = os.open(".", os.O_PATH | os.O_CLOEXEC)
    _to_the_root_of_the_namespace()
    os.fchdir(folder)
    _called("pivot_root", b".", OLD.encode())
    os.chroot(".")
    os.chdir("/")
    _called("umount2", f"/{OLD}".encode(), DETACHED)


if __name__ == "__main__":
    {"private": private, "here": here}[sys.argv[1]]()
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - no shell is wanted
