"""A real OpenSSH server, asked for its configuration: pinned, bounded, compared, kept enciphered."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess  # noqa: TID251 - the tests start the server that they ask
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from collector.devices import configuration, plans, ssh
from collector.devices.dialects import DIALECTS, masked, stable, whole
from collector.devices.following import Following
from collector.devices.known import Device as Known
from collector.devices.ssh import Deadlines, KeyChangedError, Place, SshError
from collector.devices.tables import device_configurations
from collector.inventory.model import Device
from collector.store.database import Store
from tests.collector.office import NOON

QUICK = Deadlines(connect=5, banner=1, auth=10, command=1)
CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_{kind}
PidFile {folder}/pid
AuthorizedKeysFile {folder}/authorized
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
"""


def free_tcp_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two host keys and one of a user, made by ssh-keygen."""
    folder = tmp_path_factory.mktemp("sshd")
    for name in ("host_a", "host_b", "user"):
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(words, check=True, timeout=30)
    (folder / "authorized").write_bytes((folder / "user.pub").read_bytes())
    return folder


@contextmanager
def sshd(keys: Path, kind: str = "a", port: int | None = None, more: str = "") -> Iterator[int]:
    """OpenSSH's server with that host key, as a process of its own."""
    number = port or free_tcp_port()
    Path("/run/sshd").mkdir(exist_ok=True)
    config = keys / f"sshd_{kind}.conf"
    config.write_text(CONFIG.format(port=number, folder=keys, kind=kind) + more)
    words = ["/usr/sbin/sshd", "-D", "-e", "-f", str(config)]
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", number), 1).close()
                break
            except OSError:
                assert child.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield number
    finally:
        child.terminate()
        child.wait(10)


def device(port: int, dialect: str = "linux", key: str = "user") -> Device:
    way: dict[str, Any] = {"user": getpass.getuser(), "dialect": dialect, "port": port}
    return Device.model_validate(
        {
            "id": "may-chu-phu",
            "kind": "nas",
            "name": "Máy chủ phụ",
            "address": "127.0.0.1",
            "ssh": way | {"key_file": key},
        }
    )


def fetched(keys: Path, port: int, pinned: str | None = None, **more: Any) -> Any:
    one = device(port, more.pop("dialect", "linux"), more.pop("key", "user"))
    return configuration.fetch(one, keys, pinned, None, lambda: NOON, more.pop("limits", QUICK))


def test_a_linux_server_tells_its_configuration_and_facts(keys: Path) -> None:
    with sshd(keys) as port:
        one = fetched(keys, port, limits=ssh.DEADLINES)
    assert one.problem is None
    assert "### /etc/os-release" in one.text
    assert one.facts["system"].startswith("Linux")
    assert one.key.startswith("ssh-ed25519 SHA256:")


def test_a_changed_host_key_is_told_before_any_secret_is_sent(keys: Path, store: Store) -> None:
    port = free_tcp_port()
    with sshd(keys, "a", port):
        first = fetched(keys, port, limits=ssh.DEADLINES)
    configuration.record(store, keys, "linux", first)
    with sshd(keys, "b", port):
        second = fetched(keys, port, first.key)
        place = Place("127.0.0.1", port, "nobody", keys / "no-such-key")
        with pytest.raises(KeyChangedError), ssh.session(place, lambda _: False, QUICK):
            pass
    assert second.problem == "the host key has changed"
    assert second.text is None
    configuration.record(store, keys, "linux", second)
    found = known(store)
    assert found.host_key is not None
    assert (found.host_key.value, found.host_key.other) == (first.key, second.key)
    assert found.fetch is not None
    assert found.fetch.fetched_at == NOON
    with store.write() as connection:
        assert plans.accept(connection, "may-chu-phu", NOON, "cli:x") == ("host-key",)


def test_a_server_that_hangs_at_the_banner_is_given_up(keys: Path) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        held: list[socket.socket] = []
        taking = threading.Thread(target=lambda: held.append(door.accept()[0]))
        taking.start()
        one = fetched(keys, door.getsockname()[1])
        taking.join()
        held[0].close()
    assert one.problem == "no SSH banner in time"


def test_a_refused_port_and_a_refused_key_are_said(keys: Path) -> None:
    assert fetched(keys, free_tcp_port()).problem == "connection refused"
    with sshd(keys) as port:
        assert fetched(keys, port, key="host_b").problem == "the user or the key is refused"


def test_a_command_that_never_ends_is_ended_there_too(keys: Path) -> None:
    mark = f"86{os.getpid()}"
    with sshd(keys) as port:
        place = Place("127.0.0.1", port, getpass.getuser(), keys / "user")
        with ssh.session(place, lambda _: True, QUICK) as session:
            with pytest.raises(SshError, match="did not end in time"):
                session.run(f"sleep {mark}", unix=True)
            left = subprocess.run(
                ["pgrep", "-f", f"^sleep {mark}"], capture_output=True, timeout=10, check=False
            )
            assert left.stdout == b""
            assert session.run("echo still-here", unix=True) == "still-here\n"


def test_an_old_device_is_reached_by_the_legacy_profile_alone(keys: Path) -> None:
    if not (keys / "host_rsa").exists():
        words = ["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", ""]
        subprocess.run([*words, "-f", str(keys / "host_rsa")], check=True, timeout=60)
    with sshd(keys, "rsa", more="HostKeyAlgorithms ssh-rsa\n") as port:
        refused = fetched(keys, port)
        old = device(port)
        assert old.ssh is not None
        opted_in = old.model_copy(update={"ssh": old.ssh.model_copy(update={"legacy": True})})
        one = configuration.fetch(opted_in, keys, None, None, lambda: NOON, ssh.DEADLINES)
        other = configuration.fetch(opted_in, keys, "ssh-rsa SHA256:x", None, lambda: NOON)
    assert refused.problem is not None
    assert one.problem is None
    assert "### /etc/os-release" in str(one.text)
    assert str(one.key).startswith("ssh-rsa SHA256:")
    assert other.problem == "the host key has changed"


def known(store: Store) -> Known:
    with store.read() as connection:
        return Following().refresh(connection)["may-chu-phu"]


ROUTER = """! Last configuration change at 10:00:00
hostname cong-phuong
enable secret 5 $1$abcd$efghijklmnop
snmp-server community bi-mat RO
interface Gi0/1
 description uplink
end
"""


def brought(text: str) -> configuration.Fetched:
    return configuration.Fetched("may-chu-phu", NOON, None, text, {}, "ssh-ed25519 SHA256:a")


def test_an_unplanned_change_is_told_with_a_difference_that_shows_no_secret(
    store: Store, tmp_path: Path
) -> None:
    configuration.record(store, tmp_path, "cisco", brought(ROUTER))
    later = ROUTER.replace("10:00:00", "11:11:11")
    configuration.record(store, tmp_path, "cisco", brought(later))
    found = known(store).fetch
    assert found is not None
    assert (found.changed_at, found.planned) == (None, True)
    changed = ROUTER.replace("uplink", "to the neighbour").replace("bi-mat", "khac-han")
    configuration.record(store, tmp_path, "cisco", brought(changed))
    found = known(store).fetch
    assert found is not None
    assert (found.changed_at, found.planned) == (NOON, False)
    with store.read() as connection:
        rows = connection.execute(
            select(device_configurations).order_by(device_configurations.c.id)
        ).all()
    assert len(rows) == 2
    assert "+ description to the neighbour" in rows[1].difference
    for row in rows:
        shown = row.masked + row.difference
        assert not any(one in shown for one in ("bi-mat", "khac-han", "efghijklmnop"))
        assert b"bi-mat" not in bytes(row.sealed)
    assert configuration.unsealed(bytes(rows[1].sealed), tmp_path, "may-chu-phu") == changed
    with pytest.raises(SshError, match="changed"):
        configuration.unsealed(bytes(rows[1].sealed), tmp_path, "another")
    assert (tmp_path / configuration.KEY).stat().st_mode & 0o077 == 0
    with store.write() as connection:
        plans.accept(connection, "may-chu-phu", NOON, "cli:x")
    assert getattr(known(store).fetch, "planned", None) is True


def test_a_configuration_without_its_end_or_half_as_long_is_not_taken() -> None:
    cisco = DIALECTS["cisco"]
    size = len(ROUTER.encode())
    assert whole(ROUTER, cisco, None)
    assert not whole(ROUTER.removesuffix("end\n"), cisco, None)
    assert whole(ROUTER, cisco, size * 2)
    assert not whole(ROUTER, cisco, size * 2 + 1)
    assert "Last configuration change" not in stable(ROUTER, cisco)


@pytest.mark.parametrize(
    "line",
    [
        'set system login password "S3cret!"',
        "option key 'S3cret!'",
        "/ppp secret add password=S3cret! name=a",
        "pre-shared-key S3cret!",
        "username a password 7 S3cret!",
    ],
)
def test_no_secret_is_shown(line: str) -> None:
    assert "S3cret!" not in masked(line)
