"""Whether USB sticks and disks can be used on this PC."""

from __future__ import annotations

import re

from agent.checks.check import Check, judged, unread
from agent.host.reader import Reader

FOLDERS = ("/etc/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d")
# A blacklisted module can still be loaded by hand; one whose install is /bin/false cannot.
BLOCKED = re.compile(
    r"^\s*(blacklist\s+usb[-_]storage|install\s+usb[-_]storage\s+(/usr)?/bin/(false|true))\b",
    re.MULTILINE,
)


def usb_storage(reader: Reader) -> Check:
    """By the settings of the module loader; the office's rules say whether it must be blocked."""
    read = 0
    for folder in FOLDERS:
        names = reader.names(folder, "usb-storage")
        read += names is not None
        for name in names or ():
            if not name.endswith(".conf"):
                continue
            path = f"{folder}/{name}"
            if BLOCKED.search(reader.text(path, "usb-storage") or ""):
                return judged(path, "the kernel does not load usb-storage", good=True)
    if reader.gaps or not read:
        return unread(FOLDERS[0], reader, "no settings of the module loader")
    return judged(FOLDERS[0], "USB storage can be used", good=False)
