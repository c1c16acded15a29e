"""Every kind of store, each with its real server on loopback."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess  # noqa: TID251 - real servers are started
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from backup import bundle, run, server, stores
from backup.answers import cause
from backup.plan import Job
from backup.sacrifice import quicken
from collector.authority import Authority
from collector.inventory.model import Inventory, Keep
from tests.backup.parts import programs
from tests.backup.place import NOON, Place
from tests.backup.test_duties import until
from tests.backup.test_heal import with_copy

LOGIN = "may:bi-mat"


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@contextmanager
def serving(arguments: Sequence[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server that answers; ended afterwards."""

    def answers() -> bool:
        assert process.poll() is None, "the server ended"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            return False
        return True

    with subprocess.Popen(
        list(arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            until(answers)
            yield process
        finally:
            process.kill()


def elsewhere(place: Place, **repository: object) -> None:
    """The place's repository, declared at another address."""
    values = place.inventory.model_dump(mode="python")
    values["repositories"] = [{**values["repositories"][0], **repository}]
    place.inventory = Inventory.model_validate(values)
    place.pin()


def quickened(place: Place, repository: Path) -> None:
    quicken(repository, (place.state_folder / "passwords" / "kho").read_text().strip())


def served_place(place: Place) -> None:
    """The repository of the place as its PC's own, below the backup server's folder."""
    elsewhere(place, path="served/may-chu/kho", writer="may-chu", quota_gib=1.0)
    (place.state_folder / "served" / "may-chu").mkdir(parents=True)
    place.repository.rename(place.state_folder / "served" / "may-chu" / "kho")
    Authority.open(place.state_folder / "ca", ("127.0.0.1",), NOON)
    server.prepare(place.inventory, place.state_folder)


def test_a_pc_backs_up_through_the_append_only_server_and_can_remove_nothing(
    place: Place, restic_version: str
) -> None:
    served_place(place)
    port = free_port()
    program = str(programs("trixie") / "restic-rest-server")
    arguments = server.arguments(program, place.inventory, place.state_folder, "127.0.0.1", port)
    pc = place.agent_folder
    shutil.rmtree(pc)
    bundle.write(place.store, place.inventory, "may-chu", place.state_folder, pc, "127.0.0.1", port)
    login = server.login("may-chu", place.state_folder)
    assert login.password not in " ".join(arguments)
    with serving(arguments, port):
        place.later(days=1)
        (place.source / "more.txt").write_text("một")
        receipt = place.back_up()
        assert receipt.ok, receipt.error
        pinned = run.pin(pc, "van-ban")
        reached = stores.access(pinned.repository)
        environment = {
            **os.environ,
            "RESTIC_REPOSITORY": reached.location,
            "RESTIC_PASSWORD_FILE": str(pinned.password_file),
        }
        if restic_version == "0.18":  # 0.14 goes on trying for three quarters of a minute
            subprocess.run(
                ["restic", "forget", "--no-cache", *reached.arguments, str(receipt.snapshot)],
                env=environment,
                capture_output=True,
                check=False,
            )
        another = reached.location.replace("/may-chu/kho/", "/may-khac/kho/")
        refused = subprocess.run(
            ["restic", "init", "--no-cache", *reached.arguments],
            env={**environment, "RESTIC_REPOSITORY": another},
            capture_output=True,
            text=True,
            check=False,
        )
        assert refused.returncode != 0
        assert login.password not in cause(refused.returncode, refused.stderr)
    assert len(list((place.state_folder / "served/may-chu/kho/snapshots").iterdir())) == 2
    assert place.prove("sweep").ok
    assert place.prove("drill").ok


def test_a_server_that_goes_away_in_the_middle_is_told_and_the_next_backup_is_whole(
    place: Place,
) -> None:
    served_place(place)
    port = free_port()
    program = str(programs("trixie") / "restic-rest-server")
    arguments = server.arguments(program, place.inventory, place.state_folder, "127.0.0.1", port)
    bundle.write(
        place.store,
        place.inventory,
        "may-chu",
        place.state_folder,
        place.agent_folder,
        "127.0.0.1",
        port,
    )
    (place.source / "large.bin").write_bytes(os.urandom(30 * 1024 * 1024))
    data = place.state_folder / "served/may-chu/kho/data"
    before = len(list(data.rglob("*")))
    with serving(arguments, port) as process:
        child = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "backup",
                "run",
                "van-ban",
                "--agent-state",
                str(place.agent_folder),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until(lambda: len(list(data.rglob("*"))) > before)
        process.kill()
    os.killpg(child.pid, signal.SIGKILL)  # restic goes on trying for a quarter of an hour
    child.wait()
    with serving(arguments, port):
        place.later(hours=1)
        assert place.back_up().ok
    assert place.prove("sweep").ok
    assert place.prove("check").ok


@pytest.mark.parametrize("restic_version", ["0.18"], indirect=True)
def test_a_copy_whose_server_goes_away_in_the_middle_is_told_and_the_next_one_is_whole(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place.source / "large.bin").write_bytes(os.urandom(30 * 1024 * 1024))
    assert place.back_up().ok
    port, far = free_port(), place.state_folder / "far"
    arguments = [str(programs("trixie") / "restic-rest-server"), "--no-auth", "--append-only"]
    arguments += ["--path", str(far), "--listen", f"127.0.0.1:{port}"]
    values = with_copy(place.inventory, exact=False).model_dump(mode="python")
    values["repositories"][1]["path"] = f"rest:http://127.0.0.1:{port}/kho/"
    place.inventory = Inventory.model_validate(values)
    job = Job("copy", "ban-sao")
    with serving(arguments, port) as process:
        assert place.verifier.prove(place.inventory, Job("prepare", "ban-sao")).ok
        quicken(far / "kho", (place.state_folder / "passwords" / "ban-sao").read_text().strip())
        # restic goes on trying for a quarter of an hour, and does not let itself be interrupted.
        hasty = place.script(
            "hasty", '[ "$1" != copy ] || exec timeout -s KILL 4 restic "$@"', 'exec restic "$@"'
        )
        with monkeypatch.context() as patch, ThreadPoolExecutor() as beside:
            patch.setenv("RESTIC", str(hasty))
            copying = beside.submit(place.verifier.prove, place.inventory, job)
            until(lambda: any(path.is_file() for path in (far / "kho" / "data").rglob("*")))
            process.kill()
            proof = copying.result()
    assert (proof.error or "").startswith("restic copy failed: ")
    with serving(arguments, port):
        again = place.verifier.prove(place.inventory, job)
        assert again.ok, again.error
    assert len(list((far / "kho" / "snapshots").iterdir())) == 2
    assert place.prove("check").ok


@pytest.mark.parametrize("restic_version", ["0.18"], indirect=True)
def test_a_forget_that_the_append_only_server_refuses_is_no_success(place: Place) -> None:
    (declared,) = place.inventory.backups
    kept = declared.model_copy(update={"keep": Keep(daily=1, weekly=0, monthly=0)})
    place.inventory = place.inventory.model_copy(update={"backups": (kept,)})
    place.later(days=8)
    assert place.back_up().ok
    place.later(days=8)
    port = free_port()
    arguments = [str(programs("trixie") / "restic-rest-server"), "--no-auth", "--append-only"]
    arguments += ["--path", str(place.state_folder), "--listen", f"127.0.0.1:{port}"]
    with serving(arguments, port):
        elsewhere(place, path=f"rest:http://127.0.0.1:{port}/kho/")
        proof = place.prove("retain")
    assert proof.error == "forget was refused: 1 of 1 snapshots are still there"
    assert len(place.files("snapshots")) == 2


@pytest.mark.parametrize("restic_version", ["0.18"], indirect=True)
def test_the_first_copy_goes_to_rclone_with_a_login_and_comes_back(bare: Place) -> None:
    (bare.source / "a.txt").write_text("một")
    port, folder = free_port(), bare.state_folder / "rclone"
    folder.mkdir()
    secret = bare.state_folder / "login"
    secret.write_text(LOGIN + "\n")
    secret.chmod(0o600)
    user, _, password = LOGIN.partition(":")
    arguments = ["rclone", "serve", "restic", "--append-only", f"--addr=127.0.0.1:{port}"]
    arguments += [f"--user={user}", f"--pass={password}", str(folder)]
    with serving(arguments, port):
        elsewhere(bare, path=f"rest:http://127.0.0.1:{port}/kho/", login_file="login")
        assert bare.prove("prepare").ok
        quickened(bare, folder / "kho")
        assert bare.back_up().ok
        assert bare.prove("drill").ok
        assert bare.prove("check").ok
        assert bare.prove("sweep").detail.obstacle
    assert len(list((folder / "kho" / "snapshots").iterdir())) == 1


@pytest.mark.parametrize("restic_version", ["0.14"], indirect=True)
def test_a_repository_behind_sftp_is_reached_by_key_and_known_host_alone(
    bare: Place, tmp_path: Path
) -> None:
    (bare.source / "a.txt").write_text("một")
    port = free_port()
    for name in ("host", "user"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True
        )
    shutil.copy(tmp_path / "user.pub", tmp_path / "authorized")
    (tmp_path / "known").write_text(f"[127.0.0.1]:{port} {(tmp_path / 'host.pub').read_text()}")
    settings = tmp_path / "sshd_config"
    settings.write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {tmp_path / 'host'}\nStrictModes no\n"
        f"AuthorizedKeysFile {tmp_path / 'authorized'}\nSubsystem sftp internal-sftp\nUsePAM no\n"
        f"PidFile {tmp_path / 'pid'}\nPasswordAuthentication no\n"
    )
    Path("/run/sshd").mkdir(exist_ok=True)
    who = os.environ.get("USER") or "root"
    with serving(["/usr/sbin/sshd", "-D", "-e", "-f", str(settings)], port):
        elsewhere(
            bare,
            path=f"sftp://{who}@127.0.0.1:{port}/{tmp_path / 'far'}",
            key_file=str(tmp_path / "user"),
            known_hosts_file=str(tmp_path / "known"),
        )
        made = bare.prove("prepare")
        assert made.ok, made.error
        quickened(bare, tmp_path / "far")
        assert bare.back_up().ok
        assert bare.prove("drill").ok
        (tmp_path / "known").write_text("")
        assert not bare.prove("check", limit_seconds=5.0).ok
    assert len(list((tmp_path / "far" / "snapshots").iterdir())) == 1


def test_a_bundle_names_its_secrets_and_holds_them_privately(place: Place, tmp_path: Path) -> None:
    served_place(place)
    written = bundle.write(
        place.store, place.inventory, "may-chu", place.state_folder, tmp_path / "pc", "h", 9
    )
    pins = json.loads(written[0].read_text())["sets"]["van-ban"]
    assert pins["repository"] == "rest:https://h:9/may-chu/kho/"
    assert server.login("may-chu", place.state_folder).password not in written[0].read_text()
    assert all(path.stat().st_mode & 0o077 == 0 for path in written)
