"""What a round of judgement costs: all rules on an office of PCs, and on one PC that just spoke.

`python -m bench.judgement [--machines 80]`: CPU time, so that a busy machine changes little.
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from agent.checks.windows import WINDOWS_CHECKS
from alerts import judge
from alerts.office import Office
from alerts.past import Past
from alerts.rules import RULES
from backup.status import Backups
from collector.happenings import Events
from collector.inventory.model import Inventory
from collector.lately import Occurrence
from collector.readings import (
    Check,
    Cpu,
    Disk,
    Filesystem,
    Hardware,
    Load,
    Memory,
    Monitor,
    Os,
    Security,
    System,
)
from collector.software import Installed
from collector.state import Agent, Latest, Machine, State

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
GIB = 1024**3
ROUNDS = 30


def main() -> None:
    """Print milliseconds of CPU for a whole round and for one PC."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--machines", type=int, default=80)
    machines = parser.parse_args().machines
    here = office(machines)
    findings = judge.findings(here)
    whole = _milliseconds(lambda: judge.findings(here))
    one = _milliseconds(lambda: judge.findings(here, {"pc-1"}))
    print(f"{len(RULES)} rules, {machines} PCs, {len(findings)} findings")
    print(f"whole round {whole:.1f} ms CPU, one PC {one:.2f} ms CPU")


def _milliseconds(work: Any) -> float:
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return median(taken) * 1000


def office(machines: int) -> Office:
    """So many PCs that all report, each with some failed sign-ins of the last weeks."""
    names = [f"pc-{n}" for n in range(1, machines + 1)]
    missed = tuple(
        Occurrence("logon-failed", NOW - timedelta(days=n), 1, n, NOW - timedelta(days=n))
        for n in range(60, 0, -1)
    )
    return Office(
        _inventory(names),
        State({name: _machine(name, n) for n, name in enumerate(names)}),
        Backups(),
        NOW,
        past=Past(happened=dict.fromkeys(names, missed)),
    )


def _machine(asset: str, number: int) -> Machine:
    def latest(value: Any, kind: int) -> Latest[Any]:
        return Latest(number * 10 + kind, NOW, NOW, value)

    checks = tuple(Check(name, "pass", "registry", "on") for name in WINDOWS_CHECKS)
    disks = (Disk("disk0", "SSD", f"S{number}", 512 * 10**9, "ssd", "nvme", "healthy"),)
    return Machine(
        asset,
        agent=Agent(f"a{number}", asset, "approved", asset, NOW - timedelta(days=90), NOW),
        hardware=latest(
            Hardware(None, (Cpu(cores=6),), Memory(16 * GIB), disks, (Monitor("DEL"),)), 1
        ),
        system=latest(System(Os("windows", "Windows 11", supported_until="2030-10-14")), 2),
        load=latest(Load(filesystems=(Filesystem("C:", 200 * GIB, 90 * GIB, "NTFS"),)), 3),
        security=latest(Security(checks), 4),
        events=latest(Events(()), 5),
        software=latest(Installed(100, True, (), ()), 6),
    )


def _inventory(names: list[str]) -> Inventory:
    people = [{"id": f"o-{name}", "post": "Cán bộ", "department": "vp"} for name in names]
    return Inventory.model_validate(
        {
            "version": 1,
            "site": {
                "id": "hoa-mai",
                "name": "UBND phường Hoa Mai",
                "parent": "UBND thành phố",
                "address": "1",
                "phone": "0",
                "email": "a@phuong.example",
                "system_name": "x",
                "office_hours": {"monday": ["07:30-11:30", "13:30-17:00"]},
            },
            "contacts": {"it_officer": {"post": "cntt"}, "police": {"post": "công an"}},
            "departments": [{"id": "vp", "name": "Văn phòng"}],
            "people": people,
            "profiles": [
                {
                    "id": "chuan",
                    "name": "Chuẩn",
                    "decision": "1",
                    "memory_gib": 8,
                    "disk_gib": 200,
                    "printer": True,
                    "scanner": True,
                    "signature_token": True,
                }
            ],
            "machines": [
                {"id": name, "profile": "chuan", "room": name, "person": f"o-{name}"}
                for name in names
            ],
            "software": {"forbidden": ["*Torrent*"], "approved": ["LibreOffice*"]},
            "documents": {"place": "Hoa Mai"},
        }
    )


if __name__ == "__main__":
    main()
