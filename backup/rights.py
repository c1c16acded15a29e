"""What restic restored with rights that would keep us out: it is opened to be read, and to be removed."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path


def open_up(top: Path) -> None:
    """Let us read and remove all that lies below; links are left alone."""
    for folder, folders, names in os.walk(top):
        for each in (Path(folder, name) for name in (*folders, *names)):
            mode = each.lstat().st_mode
            if stat.S_ISDIR(mode):
                each.chmod(0o700)
            elif stat.S_ISREG(mode):
                each.chmod(0o600)


def remove(top: Path) -> None:
    """Take a folder away with all that lies below. Raises OSError: what stays in plain is not hidden."""
    open_up(top)
    shutil.rmtree(top)
