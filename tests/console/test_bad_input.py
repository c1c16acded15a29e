"""A mistake is one clear sentence and exit code 2; nothing was started, nothing was lost."""

from __future__ import annotations

import fcntl
import os
import socket
import sys
from pathlib import Path

import msgspec
import pytest

from tests.console.office import free_port, python, run, wardwatch


def start(state: Path, inventory: Path, *more: str, **extra: object) -> tuple[int, str]:
    listen = () if "--listen" in more else ("--listen", f"127.0.0.1:{free_port()}")
    arguments = ("--state", str(state), "--inventory", str(inventory), *listen, *more)
    done = wardwatch("up", *arguments, **extra)
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def one_sentence(said: tuple[int, str], words: str) -> None:
    code, text = said
    assert code == 2
    assert words in text
    assert text.startswith("wardwatch: ")
    assert len(text.strip().splitlines()) == 1, text


def test_every_mistake_of_the_inventory_is_told_and_nothing_is_made(
    tmp_path: Path, example_inventory_path: Path
) -> None:
    text = example_inventory_path.read_text("utf-8")
    text = text.replace("collector: true", "colector: true").replace("version: 1", "version: 2")
    broken = tmp_path / "inventory.yaml"
    broken.write_text(text, "utf-8")
    code, said = start(tmp_path / "state", broken)
    assert code == 2
    assert len(said.strip().splitlines()) >= 2
    assert all("inventory.yaml:" in line for line in said.strip().splitlines())
    assert "collector" in said
    assert not (tmp_path / "state").exists()


def test_an_inventory_that_is_not_there_is_named(tmp_path: Path) -> None:
    one_sentence(start(tmp_path / "state", tmp_path / "none.yaml"), "none.yaml")
    assert not (tmp_path / "state").exists()


def test_a_port_in_use_is_named(tmp_path: Path, example_inventory_path: Path) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        listen = f"127.0.0.1:{door.getsockname()[1]}"
        said = start(tmp_path / "state", example_inventory_path, "--listen", listen)
    one_sentence(said, f"can't listen on {listen}: address already in use")
    assert not (tmp_path / "state" / "settings.json").exists()


@pytest.mark.parametrize("listen", ["8443", "localhost:8443", "127.0.0.1:99999", "[::1", ""])
def test_an_address_that_is_none_is_told(
    tmp_path: Path, example_inventory_path: Path, listen: str
) -> None:
    said = start(tmp_path / "state", example_inventory_path, "--listen", listen or ":")
    one_sentence(said, "is no address to listen on")


def test_a_state_folder_of_another_version_is_left_as_it_is(
    tmp_path: Path, example_inventory_path: Path
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    content = msgspec.json.encode({"version": 7, "what": "a later one"})
    (state / "settings.json").write_bytes(content)
    one_sentence(start(state, example_inventory_path), "another version of wardwatch")
    assert [path.name for path in state.iterdir()] == ["settings.json"]
    assert (state / "settings.json").read_bytes() == content


def test_the_folder_of_another_site_is_left_as_it_is(
    tmp_path: Path, example_inventory_path: Path
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    other = {
        "version": 1,
        "inventory": "x",
        "database": "sqlite://",
        "listen": "127.0.0.1:1",
        "site": "phuong-khac",
    }
    (state / "settings.json").write_bytes(msgspec.json.encode(other))
    one_sentence(start(state, example_inventory_path), "belongs to the site phuong-khac")
    assert [path.name for path in state.iterdir()] == ["settings.json"]


def test_a_missing_restic_is_told_with_how_to_get_it(
    tmp_path: Path, example_inventory_path: Path
) -> None:
    environment = {**os.environ, "PATH": str(Path(sys.executable).parent)}
    said = start(tmp_path / "state", example_inventory_path, env=environment)
    one_sentence(said, "restic is missing")
    assert "apt install restic" in said[1]


def test_a_second_start_names_the_first(tmp_path: Path, example_inventory_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    with (state / "lock").open("w") as lock:
        lock.write("4711\n")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = start(state, example_inventory_path)
    one_sentence(said, "already running")
    assert "4711" in said[1]


def test_a_state_folder_that_is_a_file_is_told(
    tmp_path: Path, example_inventory_path: Path
) -> None:
    (tmp_path / "plain").write_text("x")
    one_sentence(start(tmp_path / "plain" / "state", example_inventory_path), "can't be written to")


SMALL_DISK = "mount -t tmpfs -o size=1m,mode=700 wardwatch-test {place} && {fill} exec "
FILL = "dd if=/dev/zero of={place}/rest bs=4096 2>/dev/null;"
NO_MORE_FILES = (
    "import resource, runpy, signal, sys;"
    "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024));"
    "sys.argv = ['wardwatch', *sys.argv[1:]];"
    "runpy.run_module('console', run_name='__main__')"
)


def own_mounts() -> tuple[str, ...]:
    """How a disk of one's own is had here: as root, as root of one's own users, or not at all."""
    for ways in (("unshare", "--mount"), ("unshare", "--mount", "--map-root-user")):
        mounted = "mount -t tmpfs -o size=1m wardwatch-test /mnt"
        if run(*ways, "sh", "-c", mounted).returncode == 0:
            return ways
    return ()


@pytest.mark.parametrize("fill", ["", FILL], ids=["too small", "without a byte left"])
def test_a_full_disk_is_told_and_nothing_is_left_on_it(
    tmp_path: Path, example_inventory_path: Path, fill: str
) -> None:
    place = tmp_path / "disk"
    place.mkdir()
    asked = (
        *("up", "--state", str(place / "state"), "--inventory", str(example_inventory_path)),
        *("--listen", f"127.0.0.1:{free_port()}"),
    )
    ways = own_mounts()
    if ways:
        script = SMALL_DISK + '"$0" -P -m console "$@"'
        done = run(
            *(*ways, "sh", "-c", script.format(place=place, fill=fill.format(place=place))),
            *(sys.executable, *asked),
        )
        one_sentence((done.returncode, done.stderr), f"the disk of {place / 'state'} is full")
    else:
        # Where nobody may mount, a limit on files stands for the disk: a write past it fails too.
        done = python("-c", NO_MORE_FILES, *asked)
        one_sentence((done.returncode, done.stderr), "can't be written to")
    assert not (place / "state" / "trial").exists()


def test_a_database_that_does_not_answer_is_told_without_its_password(
    tmp_path: Path, example_inventory_path: Path
) -> None:
    url = f"postgresql://ward:hush-hush@127.0.0.1:{free_port()}/wardwatch"
    said = start(tmp_path / "state", example_inventory_path, "--database", url)
    one_sentence(said, "the database can't be reached")
    assert "hush-hush" not in said[1]


def test_a_database_url_that_is_none_is_told(tmp_path: Path, example_inventory_path: Path) -> None:
    said = start(tmp_path / "state", example_inventory_path, "--database", "no such thing")
    one_sentence(said, "the database can't be reached")


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("findings",),
        ("targets",),
        ("incidents",),
        ("incident", "show", "SC-2026-0001"),
        ("agents",),
        ("token", "new"),
        ("user", "link"),
        ("backup", "status"),
        ("document", "police", "SC-2026-0001"),
    ],
)
def test_a_command_without_a_state_folder_says_what_to_run_first(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = wardwatch(*command, env={**os.environ, "WARDWATCH_STATE": str(tmp_path / "none")})
    one_sentence((done.returncode, done.stderr), "run `wardwatch up` first")
