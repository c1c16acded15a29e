"""A full disk on either side: told plainly, nothing lost, and well again once there is room."""

from __future__ import annotations

import random
import shlex
import shutil
import subprocess  # noqa: TID251 - a real disk fills up
import sys
from pathlib import Path

from backup.plan import Job
from tests.backup.place import Place
from tests.backup.test_faults import child, told
from tests.backup.test_heal import with_copy


def on_a_full_disk(place: Place, folder: Path, size: str, *command: str) -> None:
    """Run a command while that folder is a disk of its own, and small; what it held is in it."""
    whole = place.state_folder / "whole"
    folder.mkdir(exist_ok=True)
    folder.rename(whole)
    folder.mkdir()
    script = place.script(
        "on-a-small-disk",
        "set -e",
        f"mount -t tmpfs -o size={size} none {folder}",
        f"cp -a {whole}/. {folder}",
        f"{shlex.join(command)} || true",
        f"rm -rf {whole}",
        f"cp -a {folder} {whole}",
    )
    command = ("unshare", "--mount", "--map-root-user", str(script))
    subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    folder.rmdir()
    whole.rename(folder)


PROVE = """
import sys
from pathlib import Path
from datetime import datetime
from pathlib import Path
from backup.plan import Job
from collector.inventory.model import Inventory
from tests.backup.place import opened
place = opened(Path(sys.argv[1]))
place.inventory = Inventory.model_validate_json(sys.argv[2])
place.verifier.prove(place.inventory, Job(*sys.argv[3:]))
"""


def proving(place: Place, *job: str) -> list[str]:
    told = place.inventory.model_dump_json()
    return ["env", "PYTHONPATH=.", sys.executable, "-c", PROVE, str(place.state_folder), told, *job]


def last_error(place: Place, kind: str) -> str:
    with place.store.read() as connection:
        statement = "SELECT error FROM proofs WHERE kind = ? ORDER BY id DESC"
        return str(connection.exec_driver_sql(statement, (kind,)).scalars().first())


def test_a_repository_on_a_full_disk_is_told_and_stays_whole(place: Place) -> None:
    assert place.back_up().ok
    (place.source / "large.bin").write_bytes(random.Random(1).randbytes(4 * 1024 * 1024))
    on_a_full_disk(place, place.repository, "2m", *child(place))
    (receipt,) = told(place)
    assert receipt["ok"] is False
    assert "no space left" in str(receipt["error"])
    assert place.prove("check").ok
    assert place.prove("drill").ok
    (place.source / "large.bin").unlink()
    assert place.back_up().ok


def test_a_second_disk_that_is_full_is_told_and_filled_once_there_is_room(place: Place) -> None:
    place.inventory = with_copy(place.inventory, exact=True)
    assert place.prove("sweep").ok
    on_a_full_disk(place, place.state_folder / "ban-sao", "24k", *proving(place, "copy", "ban-sao"))
    assert "No space left on device" in last_error(place, "copy")
    for job in (Job("copy", "ban-sao"), Job("sweep", "ban-sao"), Job("sweep", "kho")):
        proof = place.verifier.prove(place.inventory, job)
        assert proof.ok, proof.error


def test_a_drill_without_room_for_what_it_restores_says_so(place: Place) -> None:
    command = proving(place, "drill", "kho", "van-ban")
    on_a_full_disk(place, place.state_folder / "scratch", "16k", *command)
    assert "no space left on device" in last_error(place, "drill")
    assert list((place.state_folder / "scratch").iterdir()) == []
    assert place.prove("drill").ok


def test_a_pc_whose_disk_is_full_stores_what_it_has_all_the_same(place: Place) -> None:
    (place.source / "more.txt").write_text("một")
    shutil.rmtree(place.agent_folder / "restic-cache")
    on_a_full_disk(place, place.agent_folder, "16k", *child(place))
    assert len(place.files("snapshots")) == 2
    assert place.prove("watch").ok
    assert place.back_up().ok
    assert place.prove("check").ok
