"""Where the agent's service is put in, and which system's service it becomes."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

SLASH = Path("/")


class InstallError(Exception):
    """The service is as it was before; worded for the operator."""


@dataclass(frozen=True)
class Place:
    """The interpreter that the service runs, the agent's folder, and the root of the system."""

    python: Path
    state: Path
    root: Path = SLASH

    @property
    def is_live(self) -> bool:
        """Whether this is the system that runs, not a tree that is being made ready."""
        return self.root == SLASH


def act(action: str, place: Place) -> str:
    """`install`, `remove` or `status`, by the service manager of this system."""
    if sys.platform == "win32":
        from agent import windows_install as manager  # noqa: PLC0415 - one system's alone
    else:
        from agent import systemd as manager  # noqa: PLC0415
    actions = {"install": manager.install, "remove": manager.remove, "status": manager.status}
    return actions[action](place)
