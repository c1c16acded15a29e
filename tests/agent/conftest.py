"""Which of the agent's tests need a system that is not Windows: named here, and nowhere else."""

from __future__ import annotations

import sys
from pathlib import Path

POSIX = {
    "test_backup_child.py": "kills the child of a backup, found in /proc",
    "test_booted.py": "boots systemd in namespaces of Linux",
    "test_forked.py": "forks, which Windows cannot",
    "test_escrow.py": "kills by SIGKILL, and looks at the rights of files as POSIX has them",
    "test_events.py": "kills a writer by SIGKILL",
    "test_host.py": "reads folders and links with the rights of POSIX",
    "test_installer.py": "runs install.sh",
    "test_joining.py": "looks at the rights of files as POSIX has them",
    "test_journal.py": "reads logs of Linux, with the ends of lines that Linux writes",
    "test_neighbours.py": "makes a network of its own in a namespace of Linux",
    "test_netlink.py": "asks the kernel of Linux",
    "test_service.py": "ends the agent by SIGTERM, SIGKILL and SIGUSR1",
    "test_spool.py": "looks at the rights of files as POSIX has them",
    "test_spool_damage.py": "caps files by setrlimit",
    "test_spool_faults.py": "forks, and kills by SIGKILL",
    "test_spool_shared.py": "kills a writer by SIGKILL",
    "test_survey.py": "forks, and reads this machine's /proc",
    "test_systemd.py": "runs systemd-analyze",
    "test_witness.py": "reads this machine's /proc and /sys",
}
"""Modules that a run on Windows leaves out, each with what it needs."""


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out what Windows cannot run; None lets others decide."""
    return True if sys.platform == "win32" and collection_path.name in POSIX else None


def pytest_report_header() -> list[str]:
    """Say at the top of a run what is left out, and why."""
    if sys.platform != "win32":
        return []
    return [f"left out: {name}: {why}" for name, why in POSIX.items()]
