from __future__ import annotations

import os
import socket
from pathlib import Path

from agent import witness
from agent.host import netlink
from agent.signs import EVERY_SECONDS, JOURNAL_SECONDS, SIGNS, Signs
from tests.agent.door import eventually


def test_a_file_that_is_written_replaced_made_or_deleted_is_another_state(tmp_path: Path) -> None:
    path = tmp_path / "sshd_config"
    states = [witness.mark([str(path)])]
    path.write_text("PermitRootLogin no")
    states.append(witness.mark([str(path)]))
    assert witness.mark([str(path)]) == states[-1]
    path.write_text("PermitRootLogin yes")
    states.append(witness.mark([str(path)]))
    times = path.stat()
    (tmp_path / "new").write_text("PermitRootLogin YES")
    os.utime(tmp_path / "new", ns=(times.st_atime_ns, times.st_mtime_ns))
    (tmp_path / "new").replace(path)
    states.append(witness.mark([str(path)]))
    path.unlink()
    assert witness.mark([str(path)]) == states[0]
    assert len(set(states)) == len(states)


def test_a_name_more_in_a_folder_is_another_state(tmp_path: Path) -> None:
    before = witness.mark([str(tmp_path)])
    (tmp_path / "new").touch()
    assert witness.mark([str(tmp_path)]) != before


def test_what_the_kernel_makes_up_is_told_by_what_it_holds() -> None:
    path = "/proc/sys/kernel/hostname"
    assert witness.signature(path) == witness.signature(path)
    assert witness.signature(path) != witness.signature("/proc/sys/kernel/ostype")
    assert witness.signature("/sys/class/net") == witness.signature("/sys/class/net")


def test_a_port_that_opens_is_another_state_and_a_connection_is_none() -> None:
    tables = sorted(witness.SOCKETS)
    before = witness.mark(tables)
    with socket.create_server(("0.0.0.0", 0)) as there:  # noqa: S104 - asked by nobody
        listening = witness.mark(tables)
        assert listening != before
        with socket.create_connection(there.getsockname()[:2]):
            assert witness.mark(tables) == listening


def test_what_changes_all_the_time_bears_no_witness() -> None:
    restless = ("/proc", "/proc/1/comm", "/proc/uptime", "/sys/class/power_supply/BAT0/energy_now")
    steady = ("/proc/self/mounts", "/proc/net/tcp", "/sys/class/net/eth0/operstate", "/etc/passwd")
    assert all(witness.RESTLESS.fullmatch(path) for path in restless)
    assert not any(witness.RESTLESS.fullmatch(path) for path in steady)


def signs(root: Path) -> Signs:
    for sign in SIGNS:
        place = root / sign.path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
    (root / "etc/machine-id").write_text("a" * 32)
    (root / "var/log/journal" / ("a" * 32)).mkdir(parents=True)
    return Signs(str(root))


def test_a_failed_sign_in_is_looked_for_at_the_next_look(tmp_path: Path) -> None:
    there = signs(tmp_path)
    there.given(0.0)
    (tmp_path / "var/log/btmp").write_bytes(b"failed")
    assert not there.given(EVERY_SECONDS - 1)
    assert there.given(EVERY_SECONDS)
    assert not there.given(2 * EVERY_SECONDS)


def test_each_sign_counts_and_says_why(tmp_path: Path) -> None:
    there, now = signs(tmp_path), 0.0
    there.given(now)
    for sign in SIGNS:
        place = tmp_path / sign.path.lstrip("/")
        if place.is_dir():
            (place / "new").touch()
        else:
            place.write_text("changed")
        now += EVERY_SECONDS
        assert there.given(now), sign.path
        assert sign.reason


def test_a_busy_journal_starts_no_child_a_minute(tmp_path: Path) -> None:
    there = signs(tmp_path)
    journal = tmp_path / "var/log/journal" / ("a" * 32) / "system.journal"
    journal.write_text("1")
    assert there.given(0.0)
    journal.write_text("12")
    assert not there.given(JOURNAL_SECONDS - 1)
    assert there.given(JOURNAL_SECONDS + EVERY_SECONDS)


def _told() -> list[int]:
    return sorted(int.from_bytes(one[:2], "big") for one in netlink.listening(socket.AF_INET))


def _in_the_table() -> list[int]:
    rows = Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]
    open_to_others = (row.split()[1] for row in rows if " 0A " in row and "7F:" not in row)
    return sorted(int(place.partition(":")[2], 16) for place in open_to_others)


def test_what_listens_is_told_by_the_kernel_as_its_table_tells_it() -> None:
    with socket.create_server(("0.0.0.0", 0)) as there:  # noqa: S104 - asked by nobody
        port = there.getsockname()[1]
        assert port in _told()
        eventually(lambda: _told() == _in_the_table())  # others come and go between the two
    assert port not in _told()


def test_a_port_for_this_pc_alone_is_no_news() -> None:
    before = netlink.listening(socket.AF_INET6)
    with socket.create_server(("127.0.0.1", 0)) as there:
        assert there.getsockname()[1] not in _told()
    with socket.create_server(("::1", 0), family=socket.AF_INET6):
        assert netlink.listening(socket.AF_INET6) == before
